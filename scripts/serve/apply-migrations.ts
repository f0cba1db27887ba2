/**
 * Applies `migrations/*.sql` to a local D1 in order, each once, each atomically. Uses the same bookkeeping table as
 * `wrangler d1 migrations apply`, so the two can be mixed.
 */
import { readdir, readFile } from 'node:fs/promises'

type Statement = { bind(...values: unknown[]): Statement; all<T>(): Promise<{ results: T[] }>; run(): Promise<unknown> }
type Database = { prepare(query: string): Statement; batch(statements: never[]): Promise<unknown> }

const bookkeeping =
  'CREATE TABLE IF NOT EXISTS d1_migrations(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)'

/** Returns the names applied by this call. */
export async function applyMigrations(database: unknown): Promise<readonly string[]> {
  // Miniflare hands out a proxy typed for another major of the runtime types; only these three methods are used.
  const db = database as Database
  await db.prepare(bookkeeping).run()
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>()
  const applied = new Set(results.map((row) => row.name))
  const pending = (await readdir('migrations')).filter((name) => name.endsWith('.sql') && !applied.has(name)).sort()
  for (const name of pending) {
    const statements = statementsOf(await readFile(`migrations/${name}`, 'utf8')).map((query) => db.prepare(query))
    const record = db.prepare('INSERT INTO d1_migrations(name) VALUES (?)').bind(name)
    await db.batch([...statements, record] as never[])
  }
  return pending
}

function statementsOf(sql: string): readonly string[] {
  return sql
    .split('--> statement-breakpoint')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}
