/** What the listings of a SKU should show for what lies there: `queues/work-out-stock.ts` without its actors. */
import { atsOf } from '../../src/domain/atp/ats-of.ts'
import type { Account } from '../../src/domain/config/config.ts'
import { bufferOf, lagOf } from '../../src/domain/feed/buffer.ts'
import { desiredStock, unitsByPlace } from '../../src/domain/feed/desired-stock.ts'
import type { FeedOutlook, SkuWant } from '../../src/domain/feed/feed-contract.ts'
import { noSales } from '../../src/domain/feed/sell-rate.ts'
import { accountId, sku as skuId } from '../../src/domain/shared/ids.ts'
import { summaryOf } from '../fixtures/position-summaries.ts'
import { listingOf } from './flaky-shop.ts'

/** Units by the shop's own name of the place. */
export type Shelf = ReadonlyMap<number, number>
const reviewAfterMs = 5 * 60_000

export function wishFor(
  { sku, revision }: Pick<SkuWant, 'sku' | 'revision'>,
  shelf: Shelf,
  { lag, skus }: FeedOutlook,
  { feed }: Account,
  nowMs: number,
): SkuWant {
  const rate = skus.find((each) => each.sku === sku)?.rate ?? noSales
  const buffer = bufferOf(feed.buffer, rate, lagOf(feed.buffer, lag))
  const places = [...shelf.keys()].map((place) => ({ externalLocationId: String(place), locations: [`at-${place}`] }))
  const summaries = [...shelf].map(([place, sellable]) => summaryOf({ location: `at-${place}`, figures: { sellable } }))
  const rules = { excluded: false, threshold: 0, unrouted: 0, cap: null, keepBackAt: () => 0 }
  const ask = { nowMs, group: null, goodUntilMs: null }
  const unitsWith = (kept: number) => unitsByPlace(atsOf({ summaries, ask, rules: { ...rules, buffer: kept } }), places)
  const [externalItemId = ''] = listingOf(sku, 0).split('@')
  const listing = {
    account: accountId('shopify-us'),
    externalSku: sku,
    sku: skuId(sku),
    packQuantity: 1,
    externalItemId,
  }
  const unbuffered = desiredStock([listing], places, unitsWith(0))
  const listings = desiredStock([listing], places, unitsWith(buffer.buffer)).map((shown, at) => {
    return { ...shown, keptBack: Math.max(0, (unbuffered[at]?.value ?? 0) - shown.value) }
  })
  const isMeasured = buffer.buffer > buffer.static
  return {
    sku,
    revision,
    urgency: { lowStock: feed.lowStock },
    listings,
    reviewAfterMs: isMeasured ? reviewAfterMs : null,
  }
}
