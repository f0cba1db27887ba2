/**
 * The rows of a position: its figures, reservations, reports and waiting orders. Writes are made inside the caller's
 * transaction; reading a position that nothing ever happened at answers from nothing.
 */

import type { CorrelationId, OrderId, PositionId, ReservationId } from '../src/domain/shared/ids.ts'
import type { Waiter } from '../src/domain/stock/decision.ts'
import { type Position, positionFrom } from '../src/domain/stock/position.ts'
import type { Reservation } from '../src/domain/stock/reservation.ts'
import type { ReservationStatus } from '../src/domain/stock/stock-command.ts'
import type { Draw } from '../src/domain/stock/stock-event.ts'
import type { Migrations } from './migrations.ts'

export const stockTables = [
  'CREATE TABLE position (id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL, figures TEXT NOT NULL) STRICT',
  `CREATE TABLE reservation (
    reservation_id TEXT PRIMARY KEY, requested INTEGER NOT NULL, quantity INTEGER NOT NULL, shipped INTEGER NOT NULL,
    released INTEGER NOT NULL, status TEXT NOT NULL, expires_at_ms INTEGER, order_id TEXT,
    correlation_id TEXT NOT NULL) STRICT, WITHOUT ROWID`,
  `CREATE INDEX reservation_expiry ON reservation (expires_at_ms) WHERE status = 'held'`,
  `CREATE TABLE stock_report (
    id TEXT PRIMARY KEY, occurred_at_ms INTEGER NOT NULL, sellable INTEGER NOT NULL, damaged INTEGER NOT NULL,
    quality_control INTEGER NOT NULL, content TEXT NOT NULL) STRICT, WITHOUT ROWID`,
  'CREATE INDEX stock_report_time ON stock_report (occurred_at_ms)',
  `CREATE TABLE waiter (
    order_id TEXT PRIMARY KEY, quantity INTEGER NOT NULL, place INTEGER NOT NULL, woken_at_ms INTEGER,
    correlation_id TEXT NOT NULL) STRICT`,
] as const

/** Whose turn it is: by priority, then by age. */
export const waiterTurn = [
  'ALTER TABLE waiter ADD COLUMN priority INTEGER NOT NULL DEFAULT 100',
  'ALTER TABLE waiter ADD COLUMN since_ms INTEGER NOT NULL DEFAULT 0',
] as const

export const waiterOffer = 'ALTER TABLE waiter ADD COLUMN offered INTEGER NOT NULL DEFAULT 0'

/** Null: no group's protected units are for it. */
export const waiterGroup = 'ALTER TABLE waiter ADD COLUMN channel_group TEXT'

/** What makes a claim more than units for now: a later date, a life, protected units. */
export const claimTerms = [
  'ALTER TABLE reservation ADD COLUMN due_at_ms INTEGER',
  'ALTER TABLE reservation ADD COLUMN good_until_ms INTEGER',
  `ALTER TABLE reservation ADD COLUMN draws TEXT NOT NULL DEFAULT '[]'`,
] as const

export type StoredPosition = { readonly name: PositionId; readonly position: Position }

export type ReservationRow = {
  reservation_id: string
  requested: number
  quantity: number
  shipped: number
  released: number
  status: string
  expires_at_ms: number | null
  order_id: string | null
  correlation_id: string
  due_at_ms: number | null
  good_until_ms: number | null
  draws: string
  priority: number
  since: number
  uncovered: number
}
type WaiterRow = {
  order_id: string
  quantity: number
  place: number
  priority: number
  since_ms: number
  woken_at_ms: number | null
  offered: number
  correlation_id: string
  channel_group: string | null
}

export const reservationColumns = `reservation_id, requested, quantity, shipped, released, status, expires_at_ms,
  order_id, correlation_id, due_at_ms, good_until_ms, draws, priority, since, uncovered`
const waiterColumns = `order_id, quantity, place, priority, since_ms, woken_at_ms, offered, correlation_id,
  channel_group`

type SavedWaiter = Omit<Waiter, 'wokenAtMs' | 'offered'>

export class StockTables {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  position(): StoredPosition | null {
    const row = this.#all<{ name: string; figures: string }>('SELECT name, figures FROM position')[0]
    return row ? { name: row.name as PositionId, position: positionFrom(row.figures) } : null
  }

  savePosition(name: PositionId, position: Position): void {
    const upsert = `INSERT INTO position (id, name, figures) VALUES (1, ?, ?)
      ON CONFLICT (id) DO UPDATE SET figures = excluded.figures`
    this.#sql.exec(upsert, name, JSON.stringify(position))
  }

  /** One query for a whole batch. */
  reservations(ids: readonly string[]): readonly Reservation[] {
    if (ids.length === 0) return []
    const query = `SELECT ${reservationColumns} FROM reservation
      WHERE reservation_id IN (SELECT value FROM json_each(?))`
    return this.#all<ReservationRow>(query, JSON.stringify(ids)).map(reservationOf)
  }

  expiredHolds(nowMs: number, limit: number): readonly Reservation[] {
    const query = `SELECT ${reservationColumns} FROM reservation
      WHERE status = 'held' AND expires_at_ms <= ? ORDER BY expires_at_ms, reservation_id LIMIT ?`
    return this.#all<ReservationRow>(query, nowMs, limit).map(reservationOf)
  }

  nextExpiryMs(): number | null {
    const query = `SELECT MIN(expires_at_ms) AS due FROM reservation WHERE status = 'held'`
    return this.#all<{ due: number | null }>(query)[0]?.due ?? null
  }

  saveReservation(reservation: Reservation): void {
    const { reservationId, requested, quantity, shipped, released } = reservation
    const { status, expiresAtMs, orderId, correlationId, dueAtMs, goodUntilMs } = reservation
    const { draws, priority, since, uncovered } = reservation
    const upsert = `INSERT INTO reservation (${reservationColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (reservation_id) DO UPDATE SET requested = excluded.requested, quantity = excluded.quantity,
        shipped = excluded.shipped, released = excluded.released, status = excluded.status,
        expires_at_ms = excluded.expires_at_ms, draws = excluded.draws, uncovered = excluded.uncovered`
    const values = [requested, quantity, shipped, released, status, expiresAtMs, orderId, correlationId]
    const terms = [dueAtMs, goodUntilMs, JSON.stringify(draws), priority, since, uncovered]
    this.#sql.exec(upsert, reservationId, ...values, ...terms)
  }

  waiter(orderId: string): Waiter | null {
    const query = `SELECT ${waiterColumns} FROM waiter WHERE order_id = ?`
    return this.#all<WaiterRow>(query, orderId).map(waiterOf)[0] ?? null
  }

  /** A waiter that asks for another quantity keeps its place; it has taken its turn, so it may be woken at once. */
  saveWaiter({ orderId, quantity, place, priority, sinceMs, correlationId, group }: SavedWaiter): void {
    const upsert = `INSERT INTO waiter (order_id, quantity, place, priority, since_ms, correlation_id, channel_group)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (order_id) DO UPDATE SET quantity = excluded.quantity, channel_group = excluded.channel_group,
        woken_at_ms = NULL, offered = 0`
    this.#sql.exec(upsert, orderId, quantity, place, priority, sinceMs, correlationId, group ?? null)
  }

  wakeWaiter(orderId: string, offered: number, place: number, nowMs: number): void {
    const update = 'UPDATE waiter SET offered = ?, place = ?, woken_at_ms = ? WHERE order_id = ?'
    this.#sql.exec(update, offered, place, nowMs, orderId)
  }

  removeWaiter(orderId: string): void {
    this.#sql.exec('DELETE FROM waiter WHERE order_id = ?', orderId)
  }

  waiterCount(): number {
    return this.#all<{ waiters: number }>('SELECT COUNT(*) AS waiters FROM waiter')[0]?.waiters ?? 0
  }

  /**
   * Those who wait for more than they were offered after this instant, in turn (`inTurn`); older offers are void.
   * `groups` null: whatever their group.
   */
  waitersInLine(
    offersAfterMs: number,
    passedAfterMs: number,
    limit: number,
    groups: readonly string[] | null,
  ): readonly Waiter[] {
    const query = `SELECT ${waiterColumns} FROM waiter
      WHERE (woken_at_ms IS NULL OR woken_at_ms <= ?1 OR offered < quantity)
        AND (?4 = '' OR channel_group IN (SELECT value FROM json_each(iif(?4 = '', '[]', ?4))))
      ORDER BY COALESCE(woken_at_ms, 0) > ?2, iif(COALESCE(woken_at_ms, 0) > ?2, 0, priority),
        iif(COALESCE(woken_at_ms, 0) > ?2, 0, since_ms), place LIMIT ?3`
    const isVoid = ({ wokenAtMs }: Waiter) => wokenAtMs === null || wokenAtMs <= offersAfterMs
    const among = groups === null ? '' : JSON.stringify(groups)
    const waiters = this.#all<WaiterRow>(query, offersAfterMs, passedAfterMs, limit, among).map(waiterOf)
    return waiters.map((waiter) => (isVoid(waiter) ? { ...waiter, offered: 0 } : waiter))
  }

  /** By channel group. */
  unitsOffered(wokenAfterMs: number): readonly Pick<Waiter, 'group' | 'offered'>[] {
    const query = `SELECT channel_group, SUM(offered) AS offered FROM waiter WHERE woken_at_ms > ?
      GROUP BY channel_group`
    const rows = this.#all<Pick<WaiterRow, 'channel_group' | 'offered'>>(query, wokenAfterMs)
    return rows.map(({ offered, ...row }) => ({ offered, ...groupOf(row) }))
  }

  #all<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: (string | number)[]): Row[] {
    return this.#migrations.applied ? this.#sql.exec<Row>(query, ...bindings).toArray() : []
  }
}

export function reservationOf(row: ReservationRow): Reservation {
  return {
    reservationId: row.reservation_id as ReservationId,
    requested: row.requested,
    quantity: row.quantity,
    shipped: row.shipped,
    released: row.released,
    status: row.status as ReservationStatus,
    expiresAtMs: row.expires_at_ms,
    orderId: row.order_id as OrderId | null,
    correlationId: row.correlation_id as CorrelationId,
    dueAtMs: row.due_at_ms,
    goodUntilMs: row.good_until_ms,
    // Written by this actor itself: parsed, not validated again.
    draws: row.draws === '[]' ? [] : (JSON.parse(row.draws) as Draw[]),
    priority: row.priority,
    since: row.since,
    uncovered: row.uncovered,
  }
}

function groupOf({ channel_group }: Pick<WaiterRow, 'channel_group'>): Pick<Waiter, 'group'> {
  return channel_group === null ? {} : { group: channel_group }
}

function waiterOf(row: WaiterRow): Waiter {
  return {
    orderId: row.order_id as OrderId,
    quantity: row.quantity,
    place: row.place,
    priority: row.priority,
    sinceMs: row.since_ms,
    wokenAtMs: row.woken_at_ms,
    offered: row.offered,
    correlationId: row.correlation_id as CorrelationId,
    ...groupOf(row),
  }
}
