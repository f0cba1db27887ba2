/**
 * Append-only schema steps of one actor's SQLite. Nothing is created until the first write asks for it, so that reading
 * an actor which nothing ever happened to leaves no trace; one that has tables is checked and upgraded as it wakes.
 */
import { createHash } from 'node:crypto'

/** `id` counts from 1 without gaps. A step that has landed is never edited: its checksum is stored and compared. */
export type Migration = { readonly id: number; readonly statements: readonly string[] }

type StoredStep = { id: number; checksum: string }

const checksumOf = (step: Migration) => createHash('sha256').update(step.statements.join(';\n')).digest('hex')

export class Migrations {
  readonly #storage: DurableObjectStorage
  readonly #steps: readonly Migration[]
  #applied: boolean

  /** Synchronous on purpose: an actor's constructor is done with it before any call gets in. */
  constructor(storage: DurableObjectStorage, steps: readonly Migration[]) {
    assertGapless(steps)
    this.#storage = storage
    this.#steps = steps
    this.#applied = this.#tableExists()
    if (this.#applied) this.#upgrade()
  }

  /** False while the actor has no tables at all: collaborators answer from nothing then. */
  get applied(): boolean {
    return this.#applied
  }

  /** Called first in every write's transaction; free once the tables are there. */
  ensure(): void {
    if (this.#applied) return
    const create = 'CREATE TABLE schema_migration (id INTEGER PRIMARY KEY, checksum TEXT NOT NULL) STRICT'
    this.#storage.sql.exec(create)
    for (const step of this.#steps) this.#apply(step)
    this.#applied = true
  }

  /** After a rolled-back transaction, which may have taken the tables with it. */
  forget(): void {
    this.#applied = this.#tableExists()
  }

  #tableExists(): boolean {
    const query = `SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'`
    return this.#storage.sql.exec(query).toArray().length > 0
  }

  #upgrade(): void {
    const stored = this.#storage.sql.exec<StoredStep>('SELECT id, checksum FROM schema_migration ORDER BY id').toArray()
    const known = new Map(stored.map((row) => [row.id, row.checksum]))
    assertUntampered(this.#steps, known)
    const missing = this.#steps.filter((step) => !known.has(step.id))
    if (missing.length === 0) return
    this.#storage.transactionSync(() => {
      for (const step of missing) this.#apply(step)
    })
  }

  #apply(step: Migration): void {
    for (const statement of step.statements) this.#storage.sql.exec(statement)
    this.#storage.sql.exec('INSERT INTO schema_migration (id, checksum) VALUES (?, ?)', step.id, checksumOf(step))
  }
}

function assertGapless(steps: readonly Migration[]): void {
  steps.forEach((step, index) => {
    if (step.id !== index + 1) throw new Error(`migration ${step.id} stands at place ${index + 1}`)
  })
}

/**
 * Stored steps this code does not know are left alone: after a roll-back, older code runs on newer tables for a while,
 * and steps only ever add.
 */
function assertUntampered(steps: readonly Migration[], known: ReadonlyMap<number, string>): void {
  for (const step of steps) {
    const checksum = known.get(step.id)
    if (checksum !== undefined && checksum !== checksumOf(step)) {
      throw new Error(`migration ${step.id} was edited after it had been applied`)
    }
  }
}
