/** Reads every projected row of a local instance's D1, in key order. */
import type { ProjectedRows } from './check-projection.ts'

type Results<Row> = { readonly results: readonly Row[] }
type Statement = { all<Row>(): Promise<Results<Row>> }
type Database = {
  prepare(query: string): Statement
  batch(statements: readonly Statement[]): Promise<readonly Results<unknown>[]>
}

/**
 * Not projections: the runtime's own tables, which migrations were applied, how far a rebuild has come, and sourcing
 * profiles with what they came to in shadow.
 */
const otherTables = /^(sqlite_|_cf_|d1_migrations$|rebuilds$|sourcing_|shadow_results$)/

/** All tables as they are at one moment: rows are compared with how far each actor's had come. */
export async function projectedRows(database: unknown): Promise<ProjectedRows> {
  // Miniflare hands out a proxy typed for another major of the runtime types; only these methods are used.
  const db = database as Database
  const listed = await db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{ name: string }>()
  const tables = listed.results.map((row) => row.name).filter((name) => !otherTables.test(name))
  const read = await db.batch(tables.map((table) => db.prepare(`SELECT * FROM "${table}"`)))
  const rowsOf = (at: number) => (read[at]?.results ?? []).map((row) => JSON.stringify(row)).sort()
  return Object.fromEntries(tables.map((table, at) => [table, rowsOf(at)]))
}
