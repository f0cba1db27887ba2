/** A handful of named values that an actor keeps about itself, such as its own name, mirrored in memory. */
import type { Migrations } from './migrations.ts'

export const actorFactsTable = 'CREATE TABLE actor_fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT'

export class ActorFacts<Name extends string> {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations
  #known: Map<string, string> | null = null

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  get(name: Name): string | null {
    return this.#load().get(name) ?? null
  }

  /** Inside the caller's transaction; writing what is there already is free. */
  set(name: Name, value: string): void {
    if (this.#load().get(name) === value) return
    const upsert =
      'INSERT INTO actor_fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'
    this.#sql.exec(upsert, name, value)
    this.#load().set(name, value)
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#known = null
  }

  #load(): Map<string, string> {
    if (this.#known) return this.#known
    if (!this.#migrations.applied) return new Map()
    const rows = this.#sql.exec<{ name: string; value: string }>('SELECT name, value FROM actor_fact')
    this.#known = new Map([...rows].map((row) => [row.name, row.value]))
    return this.#known
  }
}
