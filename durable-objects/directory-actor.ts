/**
 * DirectoryActor, `<kind>/<shard>`: the names of every actor of one kind that has a log, so that D1 can be rebuilt
 * without asking D1. Names are only ever added.
 */
import { DurableObject } from 'cloudflare:workers'
import type { DirectoryApi } from '../src/actor-apis.ts'
import type { Env } from '../src/env.ts'

/** SQLite in an actor takes at most 100 bound parameters a statement. */
const namesPerInsert = 100
const listLimitMax = 1_000

export class DirectoryActor extends DurableObject<Env> implements DirectoryApi {
  #tableExists = false
  /** Names this instance has seen stored: a busy actor registers with every projection and costs no statement. */
  readonly #known = new Set<string>()

  async register(names: readonly string[]): Promise<void> {
    const fresh = [...new Set(names)].filter((name) => !this.#known.has(name))
    if (fresh.length === 0) return
    this.ctx.storage.transactionSync(() => {
      this.ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS names (name TEXT PRIMARY KEY) WITHOUT ROWID, STRICT')
      for (let from = 0; from < fresh.length; from += namesPerInsert)
        this.#insert(fresh.slice(from, from + namesPerInsert))
    })
    this.#tableExists = true
    this.#remember(fresh)
  }

  /** Sorted by code point, from the name after `after`; reading a shard that nothing was registered in writes nothing. */
  async list(after: string | null, limit: number): Promise<readonly string[]> {
    if (!this.#hasTable()) return []
    const rows = this.ctx.storage.sql.exec<{ name: string }>(
      'SELECT name FROM names WHERE name > ? ORDER BY name LIMIT ?',
      after ?? '',
      Math.min(Math.max(limit, 1), listLimitMax),
    )
    return rows.toArray().map((row) => row.name)
  }

  #insert(names: readonly string[]): void {
    const places = names.map(() => '(?)').join(', ')
    this.ctx.storage.sql.exec(`INSERT OR IGNORE INTO names (name) VALUES ${places}`, ...names)
  }

  #remember(names: readonly string[]): void {
    if (this.#known.size > knownMax) this.#known.clear()
    for (const name of names) this.#known.add(name)
  }

  #hasTable(): boolean {
    if (this.#tableExists) return true
    const rows = this.ctx.storage.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'names'")
    this.#tableExists = rows.toArray().length > 0
    return this.#tableExists
  }
}

/** About ten megabytes of names; forgetting them costs one statement each. */
const knownMax = 50_000
