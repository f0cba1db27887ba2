/**
 * What every command was answered, refusals included: the same command id gives the same verdict. Kept by age, because
 * a sender that repeats itself does so within minutes, and what must hold for ever (a reservation, a movement, a
 * shipment) is recognised by its own id in its own table.
 */
import type { Migrations } from './migrations.ts'

export const commandMemoryTable = `CREATE TABLE command_memory (
  place INTEGER PRIMARY KEY, command_id TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL, verdict TEXT NOT NULL) STRICT`

/** Queues retry for hours and partners for up to four days; a week leaves room for an operator's replay as well. */
export const commandRetentionMs = 7 * 24 * 3_600_000
/**
 * Pruning rides on writes that happen anyway: every so many verdicts, the oldest rows are looked at. Counted by the
 * rows' places and not in memory, since an object may be woken for one command at a time.
 */
const verdictsPerPruning = 256
const rowsPerPruning = 512

type VerdictRow = { command_id: string; verdict: string }

export class CommandMemory<Verdict> {
  readonly #storage: DurableObjectStorage
  readonly #migrations: Migrations

  constructor(storage: DurableObjectStorage, migrations: Migrations) {
    this.#storage = storage
    this.#migrations = migrations
  }

  verdictOf(commandId: string): Verdict | null {
    return this.verdictsOf([commandId]).get(commandId) ?? null
  }

  /** One query for a whole batch; ids never seen are absent. */
  verdictsOf(commandIds: readonly string[]): ReadonlyMap<string, Verdict> {
    if (commandIds.length === 0 || !this.#migrations.applied) return new Map()
    const query = `SELECT command_id, verdict FROM command_memory WHERE command_id IN (SELECT value FROM json_each(?))`
    const rows = this.#storage.sql.exec<VerdictRow>(query, JSON.stringify(commandIds))
    return new Map([...rows].map((row) => [row.command_id, JSON.parse(row.verdict) as Verdict]))
  }

  /** Inside the transaction that carries the command's effects. A second verdict for the same id is a bug and throws. */
  remember(commandId: string, verdict: Verdict, nowMs: number): void {
    const insert = 'INSERT INTO command_memory (command_id, at_ms, verdict) VALUES (?, ?, ?) RETURNING place'
    const { place } = this.#storage.sql.exec<{ place: number }>(insert, commandId, nowMs, JSON.stringify(verdict)).one()
    if (place % verdictsPerPruning === 0) this.#prune(nowMs)
  }

  /** Rows stand in order of age, so looking at the first few finds the oldest without an index on time. */
  #prune(nowMs: number): void {
    const oldest = 'SELECT place, at_ms FROM command_memory ORDER BY place LIMIT ?'
    const remove = `DELETE FROM command_memory WHERE place IN (SELECT place FROM (${oldest}) WHERE at_ms < ?)`
    this.#storage.sql.exec(remove, rowsPerPruning, nowMs - commandRetentionMs)
  }
}
