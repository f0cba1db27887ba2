/**
 * Positions as they were: their logs replayed up to an instant with the very steps that made them. Nothing of it is
 * kept, and a log that is too long to be read for one answer is refused.
 */
import { actor, type StockApi } from '../../actor-apis.ts'
import type { PositionSummary } from '../../domain/atp/position-figures.ts'
import { locationId, type PositionId, positionId, sku as skuId } from '../../domain/shared/ids.ts'
import { evolve } from '../../domain/stock/evolve.ts'
import { initialPosition, type Position } from '../../domain/stock/position.ts'
import { summaryOf } from '../../domain/stock/position-view.ts'
import type { LoggedStockEvent } from '../../domain/stock/stock-event.ts'
import type { Env } from '../../env.ts'
import type { ReadStock } from './answer-atp.ts'

/** Entries of one position that are replayed, in pages of `pageEntries`: each page is a call. */
const entriesMax = 4_000
const pageEntries = 200

export class HistoryTooLong extends Error {}

/** What orders wanted then and no position had heard of is not in any position's log: it counts as nothing. */
export function pastStock(env: Env, asOfMs: number): ReadStock {
  return async (sku, locations) => {
    const replayed = await Promise.all(
      locations.map((location) => summaryAt(env, positionId(skuId(sku), locationId(location)), asOfMs)),
    )
    const summaries = replayed.flatMap((summary) => (summary === null ? [] : [{ ...summary, confirmedAtMs: asOfMs }]))
    return { version: 0, summaries, unrouted: 0 }
  }
}

async function summaryAt(env: Env, name: PositionId, asOfMs: number): Promise<PositionSummary | null> {
  const stock = actor<StockApi>(env.STOCK, name)
  let position: Position = initialPosition
  for (let seq = 0; seq < entriesMax; ) {
    const { entries, throughSeq, more } = await stock.projectionPage(seq, pageEntries)
    const then = entries.filter(({ atMs }) => atMs <= asOfMs)
    for (const { event, atMs } of then) {
      // Written by the position itself, hash-chained and never edited: parsed, not validated again.
      position = evolve(position, JSON.parse(event) as LoggedStockEvent, atMs)
    }
    if (!more || then.length < entries.length) return position.version === 0 ? null : summaryOf(name, position)
    seq = throughSeq
  }
  throw new HistoryTooLong(`${name} has more than ${entriesMax} entries before that instant`)
}
