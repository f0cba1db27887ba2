/** The D1 database as drizzle sees it. Query modules take this, never the binding. */
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'

export type Db = DrizzleD1Database & { readonly $client: D1Database }

export function openDb(binding: D1Database): Db {
  return drizzle(binding)
}
