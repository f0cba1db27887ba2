/**
 * The line of orders that wait for a SKU, matched to what its positions announce, and who of them has to look again
 * because that has changed. What was told is remembered, so that nobody is woken twice for the same.
 */
import type { SkuBackorders } from '../src/domain/atp/match-backorders.ts'
import { matchBackorders, matchDigest } from '../src/domain/atp/match-backorders.ts'
import type { PositionSummary } from '../src/domain/atp/position-figures.ts'
import { wakeGraceMs } from '../src/domain/stock/await-stock.ts'
import type { Env } from '../src/env.ts'
import type { BackorderTable } from './backorder-table.ts'
import type { Timers } from './timers.ts'

export const matchTimer = 'match'
/** News of one moment are matched together. */
const matchDelayMs = 250
/** A round that did not end is made again. */
const matchAgainMs = 60_000
/** Orders looked at, in turn; whoever stands behind them is matched when they are served. */
const matchedMax = 1_000
/** Orders told in one round: the rest has its turn in the next. */
const wokenMax = 100
const shownMax = 200
/** Units on hand are first offered to those in front, one after the other: nobody is woken past them meanwhile. */
const offeredMs = 2 * wakeGraceMs

type Told = { readonly orderId: string; readonly digest: string; readonly isWoken: boolean }
type Write = (work: (nowMs: number) => void) => void

export class BackorderLine {
  readonly #table: BackorderTable
  readonly #timers: Timers
  readonly #places: () => readonly PositionSummary[]
  /** How long the SKU has to keep with its buyer. */
  readonly #keepMs: () => Promise<number>
  /** Since when units on hand have been on offer; null: none are. */
  #offeredSinceMs: number | null = null

  constructor(
    table: BackorderTable,
    timers: Timers,
    places: () => readonly PositionSummary[],
    keepMs: () => Promise<number>,
  ) {
    this.#keepMs = keepMs
    this.#table = table
    this.#timers = timers
    this.#places = places
  }

  /** Inside the caller's transaction: something that matches are made of has changed, or may have by the clock. */
  changed(nowMs: number): void {
    if (this.#table.orders > 0) this.#timers.setAtLatest(matchTimer, nowMs + matchDelayMs)
  }

  async view(orderId: string | null, nowMs: number): Promise<SkuBackorders> {
    if (this.#table.orders === 0) return { orders: 0, unmatched: 0, units: 0, matches: [] }
    const keepMs = await this.#keepMs()
    const { orders } = this.#table
    const all = this.#matches(nowMs, keepMs).map(({ told: _, ...match }) => match)
    const matches = orderId === null ? all.slice(0, shownMax) : all.filter((match) => match.orderId === orderId)
    return { orders, unmatched: Math.max(0, orders - matchedMax), units: this.#table.units, matches }
  }

  /** Told before it is remembered: whoever is told twice looks twice. */
  async match(env: Env, write: Write): Promise<void> {
    const againAtMs = Date.now() + matchAgainMs
    write(() => this.#timers.set(matchTimer, againAtMs))
    const keepMs = await this.#keepMs()
    const news = this.#news(Date.now(), keepMs)
    if (news === null) return
    const woken = news.filter(({ isWoken }) => isWoken)
    if (woken.length > 0) await env.INBOUND_ORDERS.sendBatch(woken.map(({ orderId }) => ({ body: wakeUp(orderId) })))
    write((nowMs) => {
      for (const { orderId, digest } of news) this.#table.told(orderId, digest)
      if (this.#timers.dueAtMs(matchTimer) !== againAtMs) return
      if (woken.length === wokenMax) this.#timers.set(matchTimer, nowMs + matchDelayMs)
      else this.#timers.clear(matchTimer)
    })
  }

  /** Null: not now. A match that an order found when it began to wait is none that it has to hear of. */
  #news(nowMs: number, keepMs: number): readonly Told[] | null {
    const matches = this.#matches(nowMs, keepMs)
    const isOffered = matches.some(({ matched }) => matched.some(({ supplyId }) => supplyId === null))
    this.#offeredSinceMs = isOffered ? (this.#offeredSinceMs ?? nowMs) : null
    if (this.#offeredSinceMs !== null && nowMs < this.#offeredSinceMs + offeredMs) return null
    const changed = matches
      .map((match) => ({ match, digest: matchDigest(match) }))
      .filter(({ match, digest }) => match.told !== digest)
      .map(({ match, digest }) => ({ orderId: match.orderId, digest, isWoken: match.told !== null }))
    const lastWoken = changed.filter(({ isWoken }) => isWoken)[wokenMax - 1]
    return lastWoken === undefined ? changed : changed.slice(0, changed.indexOf(lastWoken) + 1)
  }

  #matches(nowMs: number, keepMs: number) {
    const line = this.#table.line(matchedMax)
    const told = new Map(line.map((row) => [row.orderId, row.told]))
    const waiting = line.map(({ told: _, ...backorder }) => backorder)
    return matchBackorders(waiting, this.#places(), nowMs, keepMs).map((match) => {
      return { ...match, told: told.get(match.orderId) ?? null }
    })
  }
}

function wakeUp(orderId: string) {
  return { type: 'wake_order', orderId, why: 'the supply it waits for has changed' } as const
}
