/** How far a rebuild has come, kept so that an interrupted one goes on where it stopped. */
import { sql } from 'drizzle-orm'
import type { Db } from '../database.ts'
import { rebuilds } from '../schema/operations.ts'

export type RebuildNote = {
  readonly rebuildId: string
  readonly requestedAtMs: number
  /** JSON of the step that comes next; null at the end. */
  readonly nextStep: string | null
  /** Actors projected by the step that was just made. */
  readonly projected: number
  readonly nowMs: number
}

export async function noteRebuild(db: Db, note: RebuildNote): Promise<void> {
  const { rebuildId, requestedAtMs, nextStep, projected, nowMs } = note
  await db
    .insert(rebuilds)
    .values({ rebuildId, requestedAtMs, nextStep, actorsProjected: projected, steppedAtMs: nowMs })
    .onConflictDoUpdate({
      target: rebuilds.rebuildId,
      set: { nextStep, steppedAtMs: nowMs, actorsProjected: sql`${rebuilds.actorsProjected} + ${projected}` },
    })
}
