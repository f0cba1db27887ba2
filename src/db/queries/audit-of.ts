/** What happened to this actor, entry by entry, oldest first? */
import { and, eq, gt } from 'drizzle-orm'
import type { ActorKind } from '../../queue-messages.ts'
import type { Db } from '../database.ts'
import { pageSizeMax } from '../page.ts'
import type { AuditRow } from '../rows.ts'
import { audit } from '../schema/operations.ts'

export type AuditOf = {
  readonly actorKind: ActorKind
  readonly actorName: string
  /** From the entry after this one. */
  readonly afterSeq?: number | undefined
  readonly limit?: number | undefined
}
export type AuditPage = {
  readonly rows: readonly AuditRow[]
  /** Ask again from here; null at the end. */
  readonly nextSeq: number | null
}

export async function auditOf(db: Db, args: AuditOf): Promise<AuditPage> {
  const limit = Math.min(Math.max(args.limit ?? pageSizeMax, 1), pageSizeMax)
  const rows = await auditQuery(db, args, limit + 1)
  const page = rows.slice(0, limit)
  return { rows: page, nextSeq: rows.length > limit ? (page.at(-1)?.seq ?? null) : null }
}

/** The statement itself, so that a test can ask SQLite for its plan. */
export function auditQuery(db: Db, args: AuditOf, count: number) {
  return db
    .select()
    .from(audit)
    .where(
      and(eq(audit.actorKind, args.actorKind), eq(audit.actorName, args.actorName), gt(audit.seq, args.afterSeq ?? 0)),
    )
    .orderBy(audit.seq)
    .limit(count)
}
