/**
 * Writes one page of an actor's log to D1, all or nothing. `projected_actors` says how far the actor's log stands here;
 * a page that does not join on to that (somebody dropped the rows meanwhile) writes nothing.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'
import type { LogEntry } from '../../domain/order/order-command.ts'
import type { ActorKind } from '../../queue-messages.ts'
import type { Db } from '../database.ts'
import { audit, projectedActors } from '../schema/operations.ts'
import { auditRowsOf } from './audit-rows.ts'
import { insertMissingRows } from './statements.ts'

export type LogPage = {
  readonly actorKind: ActorKind
  readonly actorName: string
  readonly afterSeq: number
  readonly throughSeq: number
  readonly entries: readonly LogEntry[]
}

/** The sequence up to which D1 holds this actor's log; 0 for none of it. */
export async function throughSeqOf(db: Db, actorKind: ActorKind, actorName: string): Promise<number> {
  const [row] = await db
    .select({ throughSeq: projectedActors.throughSeq })
    .from(projectedActors)
    .where(and(eq(projectedActors.actorKind, actorKind), eq(projectedActors.actorName, actorName)))
    .limit(1)
  return row?.throughSeq ?? 0
}

/** The condition that every statement of a page carries. */
export function joinsOn(page: LogPage): SQL {
  return sql`coalesce((select through_seq from ${projectedActors}
    where actor_kind = ${page.actorKind} and actor_name = ${page.actorName}), 0) >= ${page.afterSeq}`
}

/** False when the page did not join on: read again from what D1 holds now. */
export async function commitPage(db: Db, page: LogPage, statements: readonly SQL[]): Promise<boolean> {
  const rows = auditRowsOf(page.actorKind, page.actorName, page.entries)
  const all = [...statements, ...insertMissingRows(audit, rows, joinsOn(page)), reach(page)]
  const results = await db.$client.batch(all.map((statement) => prepare(db.$client, statement)))
  return (results.at(-1)?.meta.changes ?? 0) > 0
}

const dialect = new SQLiteAsyncDialect()

/** Drizzle's own batch takes only statements from its builder, and these are written by hand. */
function prepare(client: D1Database, statement: SQL): D1PreparedStatement {
  const { sql: text, params } = dialect.sqlToQuery(statement)
  return client.prepare(text).bind(...params)
}

/** Written last: the statements before it see what D1 held when the page was read. */
function reach(page: LogPage): SQL {
  return sql`insert into ${projectedActors} (actor_kind, actor_name, through_seq)
    select ${page.actorKind}, ${page.actorName}, ${page.throughSeq} where ${joinsOn(page)}
    on conflict do update set through_seq = max(${projectedActors}.through_seq, excluded.through_seq)`
}
