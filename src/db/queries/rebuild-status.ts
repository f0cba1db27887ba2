/** How far has this rebuild come? Which one was never finished? */
import { and, desc, eq, isNotNull, lt } from 'drizzle-orm'
import type { Db } from '../database.ts'
import type { RebuildRow } from '../rows.ts'
import { rebuilds } from '../schema/operations.ts'

/** Null until its first step has been made. `nextStep` is null when it is finished. */
export async function rebuildStatus(db: Db, rebuildId: string): Promise<RebuildRow | null> {
  const [row] = await db.select().from(rebuilds).where(eq(rebuilds.rebuildId, rebuildId)).limit(1)
  return row ?? null
}

/** The newest unfinished rebuild that has made no step since `quietSinceMs`. */
export async function stalledRebuild(db: Db, quietSinceMs: number): Promise<RebuildRow | null> {
  const [row] = await db
    .select()
    .from(rebuilds)
    .where(and(isNotNull(rebuilds.nextStep), lt(rebuilds.steppedAtMs, quietSinceMs)))
    .orderBy(desc(rebuilds.requestedAtMs))
    .limit(1)
  return row ?? null
}
