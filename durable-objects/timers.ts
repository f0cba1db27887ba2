/**
 * Many named timers on an actor's one alarm. The rows are few and mirrored in memory, so asking what is due costs no
 * SQL; `AlarmClock` keeps the platform's alarm at the earliest of everything that is pending.
 */
import type { Migrations } from './migrations.ts'

export const timersTable = 'CREATE TABLE timer (name TEXT PRIMARY KEY, due_ms INTEGER NOT NULL) STRICT'

export class Timers {
  readonly #storage: DurableObjectStorage
  readonly #migrations: Migrations
  #dueByName: Map<string, number> | null = null

  constructor(storage: DurableObjectStorage, migrations: Migrations) {
    this.#storage = storage
    this.#migrations = migrations
  }

  /** Sets or moves the timer. Inside the caller's transaction. */
  set(name: string, dueAtMs: number): void {
    if (this.#load().get(name) === dueAtMs) return
    const upsert =
      'INSERT INTO timer (name, due_ms) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET due_ms = excluded.due_ms'
    this.#storage.sql.exec(upsert, name, dueAtMs)
    this.#load().set(name, dueAtMs)
  }

  /** Sets the timer unless it goes off earlier already: free on a hot path. */
  setAtLatest(name: string, dueAtMs: number): void {
    if ((this.#load().get(name) ?? Number.POSITIVE_INFINITY) > dueAtMs) this.set(name, dueAtMs)
  }

  clear(name: string): void {
    if (!this.#load().delete(name)) return
    this.#storage.sql.exec('DELETE FROM timer WHERE name = ?', name)
  }

  dueAtMs(name: string): number | null {
    return this.#load().get(name) ?? null
  }

  /** Names of the timers that have gone off, earliest first. They stay until cleared or set anew. */
  due(nowMs: number): readonly string[] {
    return [...this.#load()]
      .filter(([, dueAtMs]) => dueAtMs <= nowMs)
      .sort(([leftName, left], [rightName, right]) => left - right || (leftName < rightName ? -1 : 1))
      .map(([name]) => name)
  }

  /** Null: no timer is set. */
  nextDueMs(): number | null {
    const dues = [...this.#load().values()]
    return dues.length === 0 ? null : Math.min(...dues)
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#dueByName = null
  }

  #load(): Map<string, number> {
    if (this.#dueByName) return this.#dueByName
    if (!this.#migrations.applied) return new Map()
    const rows = this.#storage.sql.exec<{ name: string; due_ms: number }>('SELECT name, due_ms FROM timer')
    this.#dueByName = new Map([...rows].map((row) => [row.name, row.due_ms]))
    return this.#dueByName
  }
}
