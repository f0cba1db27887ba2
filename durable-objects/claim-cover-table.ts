/**
 * Which claims of a position have lost their cover, and who loses it or has it back next. Asked only while units lack,
 * or while some claim was told that they do.
 */
import type { ReservationId } from '../src/domain/shared/ids.ts'
import type { ClaimKind, Lacking } from '../src/domain/stock/lacking.ts'
import type { Reservation } from '../src/domain/stock/reservation.ts'
import type { Migrations } from './migrations.ts'
import { type ReservationRow, reservationColumns, reservationOf } from './stock-tables.ts'

/** Which claims lost their cover, and in which order they do. Committed claims are looked through only when units lack. */
export const claimCover = [
  'ALTER TABLE reservation ADD COLUMN priority INTEGER NOT NULL DEFAULT 100',
  'ALTER TABLE reservation ADD COLUMN since INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE reservation ADD COLUMN uncovered INTEGER NOT NULL DEFAULT 0',
  `CREATE INDEX reservation_committed ON reservation (reservation_id) WHERE status = 'committed'`,
  'CREATE INDEX reservation_uncovered ON reservation (reservation_id) WHERE uncovered > 0',
] as const

type KindRow = {
  status: Lacking['status']
  due_at_ms: number | null
  good_until_ms: number | null
  units: number
}
export class ClaimCoverTable {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  /** By kind, what claims were told to lack. */
  uncoveredKinds(dueThroughMs: number): readonly Lacking[] {
    const query = `SELECT status, iif(due_at_ms > ?, due_at_ms, NULL) AS due_at_ms, good_until_ms,
        SUM(uncovered) AS units
      FROM reservation WHERE uncovered > 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`
    return this.#all<KindRow>(query, dueThroughMs).map(({ status, due_at_ms, good_until_ms, units }) => {
      return { status, dueAtMs: due_at_ms, goodUntilMs: good_until_ms, units }
    })
  }

  /** As `byLoss`: those who have cover and would lose it first. */
  losingCover(kind: ClaimKind, dueThroughMs: number, limit: number): readonly Reservation[] {
    const open = 'uncovered < quantity - shipped - released'
    return this.#ofKind(kind, dueThroughMs, open, lossOrder('ASC', 'DESC'), limit)
  }

  /** The other way round: those who lost it last. */
  regainingCover(kind: ClaimKind, dueThroughMs: number, limit: number): readonly Reservation[] {
    return this.#ofKind(kind, dueThroughMs, 'uncovered > 0', lossOrder('DESC', 'ASC'), limit)
  }

  /** What the order's claims lack, by reservation. */
  uncoveredOf(orderId: string): readonly { readonly reservationId: ReservationId; readonly units: number }[] {
    const query = `SELECT reservation_id, uncovered FROM reservation
      WHERE uncovered > 0 AND order_id = ? ORDER BY reservation_id`
    const rows = this.#all<Pick<ReservationRow, 'reservation_id' | 'uncovered'>>(query, orderId)
    return rows.map(({ reservation_id, uncovered }) => {
      return { reservationId: reservation_id as ReservationId, units: uncovered }
    })
  }

  #ofKind(kind: ClaimKind, dueThroughMs: number, which: string, order: string, limit: number): readonly Reservation[] {
    // The status is written out so that the partial indexes serve.
    const status = kind.status === 'held' ? 'held' : 'committed'
    const query = `SELECT ${reservationColumns} FROM reservation
      WHERE status = '${status}' AND iif(due_at_ms > ?, due_at_ms, NULL) IS ? AND good_until_ms IS ? AND ${which}
      ORDER BY ${order} LIMIT ?`
    const { dueAtMs, goodUntilMs } = kind
    return this.#all<ReservationRow>(query, dueThroughMs, dueAtMs, goodUntilMs, limit).map(reservationOf)
  }

  #all<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: (string | number | null)[]): Row[] {
    return this.#migrations.applied ? this.#sql.exec<Row>(query, ...bindings).toArray() : []
  }
}

type Direction = 'ASC' | 'DESC'
const lossOrder = (one: Direction, other: Direction) =>
  `draws <> '[]' ${one}, priority ${other}, since ${other}, reservation_id ${other}`
