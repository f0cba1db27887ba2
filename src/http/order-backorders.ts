/** What the backordered lines of an order are matched to, asked of the availability of each of their SKUs. */
import { type AvailabilityApi, actor } from '../actor-apis.ts'
import type { BackorderMatch } from '../domain/atp/match-backorders.ts'
import { stockParts } from '../domain/catalog/stock-parts.ts'
import { type LineBackorder, lineBackorders } from '../domain/order/line-backorders.ts'
import type { OrderState } from '../domain/order/order-state.ts'
import { describeError } from '../domain/shared/describe-error.ts'
import type { Env } from '../env.ts'

/** SKUs asked for one order: a request may make a thousand calls. */
const skusMax = 200

/** An availability that does not answer leaves its SKU unmatched: the order itself is shown all the same. */
export async function orderBackorders(env: Env, state: OrderState): Promise<readonly LineBackorder[]> {
  const skus = new Set(
    state.lines.flatMap(({ sku, notStocked, quantities, ...line }) =>
      sku === null || notStocked || quantities.backordered === 0
        ? []
        : stockParts({ sku, ...line }).map((part) => part.sku),
    ),
  )
  const found = await Promise.all([...skus].slice(0, skusMax).map((sku) => matchOf(env, sku, state.orderId)))
  const matches = new Map<string, BackorderMatch>()
  for (const { sku, match } of found) if (match !== undefined) matches.set(sku, match)
  return lineBackorders(state, matches)
}

async function matchOf(env: Env, sku: string, orderId: string) {
  try {
    const { matches } = await actor<AvailabilityApi>(env.AVAILABILITY, sku).backorders(sku, orderId)
    return { sku, match: matches[0] }
  } catch (error) {
    console.warn(JSON.stringify({ event: 'backorders_unknown', sku, ...describeError(error) }))
    return { sku, match: undefined }
  }
}
