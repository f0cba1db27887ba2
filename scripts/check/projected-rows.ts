/** Reads every projected row of a local instance's D1, in key order. */
import type { ProjectedRows } from './check-projection.ts'

type Statement = { all<Row>(): Promise<{ results: Row[] }> }
type Database = { prepare(query: string): Statement }

/**
 * Not projections: the runtime's own tables, which migrations were applied, how far a rebuild has come, and sourcing
 * profiles with what they came to in shadow.
 */
const otherTables = /^(sqlite_|_cf_|d1_migrations$|rebuilds$|sourcing_|shadow_results$)/

export async function projectedRows(database: unknown): Promise<ProjectedRows> {
  // Miniflare hands out a proxy typed for another major of the runtime types; only these two methods are used.
  const db = database as Database
  const listed = await db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{ name: string }>()
  const tables = listed.results.map((row) => row.name).filter((name) => !otherTables.test(name))
  const rows: Record<string, readonly string[]> = {}
  for (const table of tables) {
    const { results } = await db.prepare(`SELECT * FROM "${table}"`).all()
    rows[table] = results.map((row) => JSON.stringify(row)).sort()
  }
  return rows
}
