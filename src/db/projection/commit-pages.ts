/**
 * Writes pages of actors' logs to D1, each all or nothing. `projected_actors` says how far each log stands here; a
 * page that does not join on to that (somebody dropped the rows meanwhile) writes nothing.
 */
import { type SQL, sql } from 'drizzle-orm'
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

/** A page with what its actor's document comes to. */
export type PageWrite = { readonly page: LogPage; readonly statements: readonly SQL[] }
type Named = { readonly kind: ActorKind; readonly name: string }

/** What is written at once stays a short transaction: ten orders of many parts, or sixty positions. */
const statementsPerBatch = 200

/** In order: the sequence up to which D1 holds each actor's log; 0 for none of it. */
export async function throughSeqsOf(db: Db, actors: readonly Named[]): Promise<readonly number[]> {
  const keys = JSON.stringify(actors.map(({ kind, name }) => [kind, name]))
  const rows = await db
    .select()
    .from(projectedActors)
    .where(sql`(actor_kind, actor_name) in (select value->>0, value->>1 from json_each(${keys}))`)
  const reached = new Map(rows.map((row) => [`${row.actorKind}|${row.actorName}`, row.throughSeq]))
  return actors.map(({ kind, name }) => reached.get(`${kind}|${name}`) ?? 0)
}

/** The condition that every statement of a page carries. */
export function joinsOn(page: LogPage): SQL {
  return sql`coalesce((select through_seq from ${projectedActors}
    where actor_kind = ${page.actorKind} and actor_name = ${page.actorName}), 0) >= ${page.afterSeq}`
}

/** In order: false for a page that did not join on, which is to be read again from what D1 holds now. */
export async function commitPages(db: Db, writes: readonly PageWrite[]): Promise<readonly boolean[]> {
  const joined: boolean[] = []
  for (const pages of batchesOf(writes.map(statementsOf))) joined.push(...(await commitBatch(db, pages)))
  return joined
}

/** A page is never divided: it is written as a whole or not at all. */
function batchesOf(pages: readonly (readonly SQL[])[]): readonly (readonly (readonly SQL[])[])[] {
  const batches: (readonly SQL[])[][] = []
  let statements = statementsPerBatch
  for (const page of pages) {
    statements += page.length
    if (statements > statementsPerBatch) {
      batches.push([])
      statements = page.length
    }
    batches.at(-1)?.push(page)
  }
  return batches
}

/** Each page's last statement says whether the page joined on. */
async function commitBatch(db: Db, pages: readonly (readonly SQL[])[]): Promise<readonly boolean[]> {
  const results = await db.$client.batch(pages.flat().map((statement) => prepare(db.$client, statement)))
  let end = 0
  return pages.map((statements) => {
    end += statements.length
    return (results[end - 1]?.meta.changes ?? 0) > 0
  })
}

function statementsOf({ page, statements }: PageWrite): readonly SQL[] {
  const rows = auditRowsOf(page.actorKind, page.actorName, page.entries)
  return [...statements, ...insertMissingRows(audit, rows, joinsOn(page)), reach(page)]
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
