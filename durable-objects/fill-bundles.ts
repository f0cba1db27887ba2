/**
 * Fills a cart that has a bundle in it. All components of one bundle come from one location, so the lines are planned
 * together from the positions' figures, what they take of one position is summed, and each position is asked once. A
 * position that has less by then sends all of it back, and the lines are planned anew.
 */
import { stockParts } from '../src/domain/catalog/stock-parts.ts'
import { lineId, locationId, sku } from '../src/domain/shared/ids.ts'
import { inTurns } from '../src/domain/shared/in-turns.ts'
import { type DemandLine, planOrder, type SourcingPlan } from '../src/domain/sourcing/plan-order.ts'
import type { CartClaim } from '../src/domain/stock/cart.ts'
import { type FilledLine, withoutStock } from '../src/domain/stock/filled-line.ts'
import type { ReserveInput } from '../src/domain/stock/reservation-contract.ts'
import { type CartClaims, positionsAtOnce } from './cart-claims.ts'
import type { CartItem, ResolvedCart } from './resolve-cart.ts'

/** Figures that age this fast are not worth another look. */
const plansMax = 3

type Lines = { readonly lines: readonly FilledLine[] }

export async function fillBundles(
  claims: CartClaims,
  input: ReserveInput,
  resolved: ResolvedCart,
  taken: CartClaim[],
): Promise<Lines> {
  for (let round = 1; ; round++) {
    const plan = await planCart(claims, resolved)
    const enough = plan.unplanned.length === 0 || (input.allowPartial && plan.allocations.length > 0)
    if (!enough) return linesOf(resolved, plan)
    if (await claimPlan(claims, input, resolved, plan, taken)) return linesOf(resolved, plan)
    await claims.release(taken.splice(0), input.cause)
    if (round === plansMax) return linesOf(resolved, { ...plan, allocations: [] })
  }
}

/** Lines carry their place in the request as their id. */
async function planCart(claims: CartClaims, { candidates, items, termsOf }: ResolvedCart): Promise<SourcingPlan> {
  const lines = items.flatMap((item, index) => (item.stocked ? [demandLine(item, index, candidates)] : []))
  const wanted = [...new Set(lines.flatMap((line) => stockParts(line).map((part) => part.sku)))]
  const places = wanted.flatMap((name) =>
    candidates.map((location) => ({ sku: name, location, terms: termsOf(name, location) })),
  )
  const figures = await inTurns(places, positionsAtOnce, async (place) => ({
    sku: place.sku,
    location: locationId(place.location),
    available: await claims.available(place),
  }))
  const ranked = candidates.map((location, priority) => ({ location: locationId(location), priority }))
  return planOrder(lines, ranked, figures, true)
}

function demandLine(item: CartItem, index: number, candidates: readonly string[]): DemandLine {
  const { location, quantity, parts } = item
  const excluded = location === null ? [] : candidates.filter((candidate) => candidate !== location)
  return {
    lineId: lineId(`${index}`),
    sku: sku(item.sku),
    quantity,
    packQuantity: 1,
    parts,
    excluded: excluded.map(locationId),
  }
}

/** False when a position had less than it said: the caller gives back what is in `taken`. */
async function claimPlan(
  claims: CartClaims,
  input: ReserveInput,
  { termsOf }: ResolvedCart,
  plan: SourcingPlan,
  taken: CartClaim[],
): Promise<boolean> {
  const byPosition = new Map<string, { sku: string; location: string; units: number }>()
  for (const allocation of plan.allocations) {
    for (const part of stockParts(allocation)) {
      const key = `${part.sku}@${allocation.location}`
      const units = (byPosition.get(key)?.units ?? 0) + part.units * allocation.quantity
      byPosition.set(key, { sku: part.sku, location: allocation.location, units })
    }
  }
  const granted = await inTurns([...byPosition.values()], positionsAtOnce, async ({ sku, location, units }) => {
    const held = await claims.hold(input, { sku, location, terms: termsOf(sku, location) }, units, false)
    if (held.reservationId === null) return false
    taken.push({ sku, location, quantity: held.granted, reservationId: held.reservationId })
    return true
  })
  return granted.every(Boolean)
}

/** One per SKU, in the order of the request: bundles are counted as bundles. */
function linesOf({ items }: ResolvedCart, plan: SourcingPlan): Lines {
  const indexed = items.map((item, index) => ({ ...item, index }))
  const lines = [...Map.groupBy(indexed, (item) => item.sku)].map(([name, same]): FilledLine => {
    const requested = same.reduce((sum, item) => sum + item.quantity, 0)
    if (same[0]?.stocked !== true) return withoutStock(name, requested)
    const ids = new Set(same.map(({ index }) => `${index}`))
    const own = plan.allocations.filter((allocation) => ids.has(allocation.lineId))
    const allocations = [...Map.groupBy(own, ({ location }) => location)].map(([location, parts]) => ({
      location,
      quantity: parts.reduce((sum, { quantity }) => sum + quantity, 0),
    }))
    const granted = allocations.reduce((sum, { quantity }) => sum + quantity, 0)
    const missing = plan.unplanned.filter(({ lineId }) => ids.has(lineId)).reduce((sum, line) => sum + line.quantity, 0)
    return { line: { sku: name, requested, granted, allocations }, available: requested - missing }
  })
  return { lines }
}
