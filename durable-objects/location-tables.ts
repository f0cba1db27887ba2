/**
 * The rows of a location: whether it is up, its days, and the claims on them. Writes are made inside the caller's
 * transaction; reading a location that nothing ever happened at answers from nothing.
 */
import type { LocationStatus } from '../src/domain/location/location-command.ts'
import type { CapacityOverride } from '../src/domain/location/location-event.ts'
import {
  type Claim,
  type DayFigures,
  initialLocation,
  type LocationState,
} from '../src/domain/location/location-state.ts'
import type { DayKey } from '../src/domain/sourcing/calendar/local-day.ts'
import type { Migrations } from './migrations.ts'

export const locationTables = [
  `CREATE TABLE location (
    id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL, status TEXT NOT NULL, reason TEXT,
    since_ms INTEGER) STRICT`,
  `CREATE TABLE capacity_day (
    day TEXT PRIMARY KEY, orders INTEGER NOT NULL, units INTEGER NOT NULL, override TEXT) STRICT, WITHOUT ROWID`,
  `CREATE TABLE capacity_claim (
    claim_id TEXT PRIMARY KEY, order_id TEXT, day TEXT NOT NULL, orders INTEGER NOT NULL, units INTEGER NOT NULL,
    status TEXT NOT NULL) STRICT, WITHOUT ROWID`,
  'CREATE INDEX capacity_claim_day ON capacity_claim (day)',
  `CREATE INDEX capacity_claim_order ON capacity_claim (order_id) WHERE status = 'reserved'`,
] as const

type LocationRow = { name: string; status: string; reason: string | null; since_ms: number | null }
type DayRow = { day: string; orders: number; units: number; override: string | null }
type ClaimRow = {
  claim_id: string
  order_id: string | null
  day: string
  orders: number
  units: number
  status: string
}
const claimColumns = 'claim_id, order_id, day, orders, units, status'

export class LocationTables {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  /** Null until the first command has named it. */
  name(): string | null {
    return this.#all<{ name: string }>('SELECT name FROM location')[0]?.name ?? null
  }

  state(): LocationState {
    const row = this.#all<LocationRow>('SELECT name, status, reason, since_ms FROM location')[0]
    if (row === undefined) return initialLocation
    const days = this.#all<DayRow>('SELECT day, orders, units, override FROM capacity_day')
    return {
      status: row.status as LocationStatus,
      reason: row.reason,
      sinceMs: row.since_ms,
      days: new Map(days.map((day) => [day.day, figuresOf(day)])),
    }
  }

  saveState(name: string, state: LocationState, changedDays: Iterable<DayKey>): void {
    const upsert = `INSERT INTO location (id, name, status, reason, since_ms) VALUES (1, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET status = excluded.status, reason = excluded.reason, since_ms = excluded.since_ms`
    this.#sql.exec(upsert, name, state.status, state.reason, state.sinceMs)
    for (const day of changedDays) this.#saveDay(day, state.days.get(day))
  }

  /** One query for a whole batch. */
  claims(ids: readonly string[]): readonly Claim[] {
    if (ids.length === 0) return []
    const query = `SELECT ${claimColumns} FROM capacity_claim WHERE claim_id IN (SELECT value FROM json_each(?))`
    return this.#all<ClaimRow>(query, JSON.stringify(ids)).map(claimOf)
  }

  saveClaim({ claimId, orderId, day, orders, units, status }: Claim): void {
    const upsert = `INSERT INTO capacity_claim (${claimColumns}) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (claim_id) DO UPDATE SET status = excluded.status`
    this.#sql.exec(upsert, claimId, orderId, day, orders, units, status)
  }

  forgetBefore(day: DayKey): void {
    this.#sql.exec('DELETE FROM capacity_day WHERE day < ?', day)
    this.#sql.exec('DELETE FROM capacity_claim WHERE day < ?', day)
  }

  /** Orders that claim a day, used or not, in order of their ids. */
  ordersClaiming(afterOrderId: string, limit: number): readonly string[] {
    return this.#orders("status = 'reserved' AND order_id > ?", afterOrderId, limit)
  }

  /** Orders that claimed a day, given back or not, in order of their ids. */
  ordersKnown(afterOrderId: string, limit: number): readonly string[] {
    return this.#orders('order_id > ?', afterOrderId, limit)
  }

  #orders(which: string, afterOrderId: string, limit: number): readonly string[] {
    const query = `SELECT DISTINCT order_id FROM capacity_claim WHERE ${which} ORDER BY order_id LIMIT ?`
    return this.#all<{ order_id: string }>(query, afterOrderId, limit).map((row) => row.order_id)
  }

  #saveDay(day: DayKey, figures: DayFigures | undefined): void {
    if (figures === undefined) return
    const upsert = `INSERT INTO capacity_day (day, orders, units, override) VALUES (?, ?, ?, ?)
      ON CONFLICT (day) DO UPDATE SET orders = excluded.orders, units = excluded.units, override = excluded.override`
    const { used, override } = figures
    this.#sql.exec(upsert, day, used.orders, used.units, override === null ? null : JSON.stringify(override))
  }

  #all<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: (string | number)[]): Row[] {
    return this.#migrations.applied ? this.#sql.exec<Row>(query, ...bindings).toArray() : []
  }
}

/** Written by this actor from a decided override: parsed, not validated again. */
function figuresOf(row: DayRow): DayFigures {
  const override = row.override === null ? null : (JSON.parse(row.override) as CapacityOverride)
  return { used: { orders: row.orders, units: row.units }, override }
}

function claimOf(row: ClaimRow): Claim {
  return {
    claimId: row.claim_id,
    orderId: row.order_id,
    day: row.day,
    orders: row.orders,
    units: row.units,
    status: row.status as Claim['status'],
  }
}
