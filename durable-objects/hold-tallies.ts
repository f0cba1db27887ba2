/**
 * What each holder has in the open carts of one shard: summed from their rows once, kept in memory from then on. A cart
 * stops counting with the millisecond in which it expires; no row is written for that.
 */
import { type HoldTally, noHolds } from '../src/domain/stock/hold-quota.ts'

type Held = { readonly units: number; readonly untilMs: number }
type SumRow = { holder: string; units: number; holds: number }
type CartRow = { held_units: number | null; held_until_ms: number | null }

export class HoldTallies {
  readonly #sql: SqlStorage
  #sums: Map<string, HoldTally> | null = null
  /** Carts held beyond this instant are in the sums. */
  #countedAtMs = 0
  /** The first of them to expire: until then there is nothing to take off. */
  #nextLapseMs = Number.POSITIVE_INFINITY

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  of(holder: string, nowMs: number): HoldTally {
    // A clock that was set back brings back carts which were taken for expired.
    if (this.#sums === null || nowMs < this.#countedAtMs) this.#load(nowMs)
    else if (nowMs >= this.#nextLapseMs) this.#lapse(nowMs)
    return this.#sums?.get(holder) ?? noHolds
  }

  /** Before the cart's row is written, in the same transaction. Null for a cart that has none. */
  change(holder: string, existing: string | null, held: Held | null): void {
    if (this.#sums === null) return
    const row = existing === null ? null : this.#rowOf(existing)
    if (row?.held_until_ms != null && row.held_until_ms > this.#countedAtMs)
      this.#add(holder, -(row.held_units ?? 0), -1)
    if (held === null || held.untilMs <= this.#countedAtMs) return
    this.#add(holder, held.units, 1)
    this.#nextLapseMs = Math.min(this.#nextLapseMs, held.untilMs)
  }

  forget(): void {
    this.#sums = null
  }

  #rowOf(reservationId: string): CartRow | null {
    const query = 'SELECT held_units, held_until_ms FROM cart WHERE reservation_id = ?'
    return this.#sql.exec<CartRow>(query, reservationId).toArray()[0] ?? null
  }

  #load(nowMs: number): void {
    this.#sums = new Map()
    this.#countedAtMs = nowMs
    for (const { holder, units, holds } of this.#sumsOf('held_until_ms > ?', nowMs)) this.#add(holder, units, holds)
    this.#findNextLapse()
  }

  #lapse(nowMs: number): void {
    const lapsed = this.#sumsOf('held_until_ms > ? AND held_until_ms <= ?', this.#countedAtMs, nowMs)
    for (const { holder, units, holds } of lapsed) this.#add(holder, -units, -holds)
    this.#countedAtMs = nowMs
    this.#findNextLapse()
  }

  #sumsOf(which: string, ...bindings: number[]): SumRow[] {
    const query = `SELECT holder, SUM(held_units) AS units, COUNT(*) AS holds FROM cart
      WHERE ${which} AND holder IS NOT NULL GROUP BY holder`
    return this.#sql.exec<SumRow>(query, ...bindings).toArray()
  }

  #findNextLapse(): void {
    const query = 'SELECT MIN(held_until_ms) AS next FROM cart WHERE held_until_ms > ?'
    const { next } = this.#sql.exec<{ next: number | null }>(query, this.#countedAtMs).one()
    this.#nextLapseMs = next ?? Number.POSITIVE_INFINITY
  }

  #add(holder: string, units: number, holds: number): void {
    const known = this.#sums?.get(holder) ?? noHolds
    this.#sums?.set(holder, { units: known.units + units, holds: known.holds + holds })
  }
}
