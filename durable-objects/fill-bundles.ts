/**
 * Fills a cart that has a bundle in it. All components of one bundle come from one location, so the lines are placed
 * together by the positions' figures, what they take of one position is summed, and each position is asked once. When a
 * position has less by then, everything goes back and the lines are placed anew.
 */
import { stockParts } from '../src/domain/catalog/stock-parts.ts'
import { sku as skuOf } from '../src/domain/shared/ids.ts'
import { inTurns } from '../src/domain/shared/in-turns.ts'
import { unheardAsked } from '../src/domain/stock/fill-demand.ts'
import { type FilledLine, withoutStock } from '../src/domain/stock/filled-line.ts'
import { type PlaceLine, type Placing, placeLines } from '../src/domain/stock/place-lines.ts'
import { positionsAtOnce } from './cart-claims.ts'
import type { Filling } from './fill-cart.ts'
import { keptTerms, type ResolvedCart } from './resolved-cart.ts'

/** Figures that age this fast are not worth another look. */
const placingsMax = 3

type Lines = { readonly lines: readonly FilledLine[] }

export async function fillBundles(filling: Filling): Promise<Lines> {
  const { claims, input, resolved, taken } = filling
  const wanted = placeLinesOf(resolved)
  for (let round = 1; ; round++) {
    const placing = await placeCart(filling, wanted)
    const enough = placing.missing.length === 0 || (input.allowPartial && placing.placed.length > 0)
    if (!enough || (await claimPlaced(filling, wanted, placing))) {
      return linesOf(resolved, placing)
    }
    await claims.release(taken.splice(0), input.cause)
    if (round === placingsMax) return linesOf(resolved, { ...placing, placed: [] })
  }
}

/** Lines carry their place in the request as their id. */
function placeLinesOf({ items }: ResolvedCart): readonly PlaceLine[] {
  return items.flatMap(({ sku, quantity, location, stocked, parts }, index): PlaceLine[] => {
    if (!stocked) return []
    const ofOne = stockParts({ sku: skuOf(sku), packQuantity: 1, parts })
    return [{ id: `${index}`, quantity, parts: ofOne, only: location === null ? null : [location] }]
  })
}

async function placeCart({ claims, resolved }: Filling, wanted: readonly PlaceLine[]): Promise<Placing> {
  const { candidates, termsOf } = resolved
  const skus = [...new Set(wanted.flatMap(({ parts }) => parts.map((part) => part.sku)))]
  const heard = await inTurns(skus, positionsAtOnce, async (sku) =>
    [...(await claims.heard(sku, (location) => termsOf(sku, location))).keys()].map((location) => `${sku}@${location}`),
  )
  const known = new Set(heard.flat())
  const places = skus.flatMap((sku) => candidates.map((location) => ({ sku, location, terms: termsOf(sku, location) })))
  const seen = new Map<string, number>()
  const look = async (asked: typeof places) => {
    await inTurns(asked, positionsAtOnce, async (place) => {
      seen.set(`${place.sku}@${place.location}`, await claims.available(place))
    })
    return placeLines(wanted, candidates, seen)
  }
  const isKnown = ({ sku, location }: (typeof places)[number]) => known.has(`${sku}@${location}`)
  const placing = await look(places.filter(isKnown))
  if (placing.missing.length === 0) return placing
  const unheard = skus.flatMap((sku, index) =>
    places.filter((place) => place.sku === sku && !isKnown(place)).slice(0, unheardAsked(heard[index]?.length ?? 0)),
  )
  return look(unheard)
}

/** False when a position had less than it said: the caller gives back what is in `taken`. */
async function claimPlaced(
  { claims, input, resolved, taken, note }: Filling,
  wanted: readonly PlaceLine[],
  { placed }: Placing,
): Promise<boolean> {
  const byPosition = new Map<string, { sku: string; location: string; units: number }>()
  for (const { id, location, quantity } of placed) {
    for (const part of wanted.find((line) => line.id === id)?.parts ?? []) {
      const key = `${part.sku}@${location}`
      const units = (byPosition.get(key)?.units ?? 0) + part.units * quantity
      byPosition.set(key, { sku: part.sku, location, units })
    }
  }
  if (resolved.candidates.length > 1) note([...byPosition.values()])
  const answers = await inTurns([...byPosition.values()], positionsAtOnce, async ({ sku, location, units }) => {
    const terms = resolved.termsOf(sku, location)
    const { granted, reservationId } = await claims.hold(input, { sku, location, terms }, units, false)
    if (reservationId === null) return false
    taken.push({ ...keptTerms(terms), sku, location, quantity: granted, reservationId })
    return true
  })
  return answers.every(Boolean)
}

/** One per SKU, in the order of the request: bundles are counted as bundles. */
function linesOf({ items }: ResolvedCart, { placed, missing }: Placing): Lines {
  const indexed = items.map((item, index) => ({ ...item, id: `${index}` }))
  const lines = [...Map.groupBy(indexed, (item) => item.sku)].map(([sku, same]): FilledLine => {
    const requested = sum(same)
    if (same[0]?.stocked !== true) return withoutStock(sku, requested)
    const ids = new Set(same.map(({ id }) => id))
    const own = placed.filter(({ id }) => ids.has(id))
    const allocations = [...Map.groupBy(own, ({ location }) => location)].map(([location, parts]) => ({
      location,
      quantity: sum(parts),
    }))
    const available = requested - sum(missing.filter(({ id }) => ids.has(id)))
    return { line: { sku, requested, granted: sum(allocations), allocations }, available }
  })
  return { lines }
}

const sum = (counted: readonly { readonly quantity: number }[]) =>
  counted.reduce((total, { quantity }) => total + quantity, 0)
