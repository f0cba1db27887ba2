/** What a plan comes to, term by term, before anything is weighed. */

import type { SourcedShipment, Term } from './decision.ts'
import { rounded } from './normalised.ts'
import { pickLane } from './pick-lane.ts'
import type { CapacityFigure } from './request.ts'
import type { Draft, Field, Take } from './search-field.ts'

export type RawTerms = Readonly<Record<Term, number | null>>

/** By rank of the place. */
export function shipmentsOf(field: Field, draft: Draft): readonly SourcedShipment[] {
  const { order } = field.request
  const byPlace = Map.groupBy(draft.takes, ({ place }) => place)
  return draft.places.flatMap((at): readonly SourcedShipment[] => {
    const place = field.places[at]
    if (place === undefined) return []
    const takes = byPlace.get(at) ?? []
    const grams = takes.reduce((sum, { line, quantity }) => sum + (line.line.grams ?? 0) * quantity, 0)
    const valueMinor = takes.reduce((sum, { line, quantity }) => sum + line.line.priceMinor * quantity, 0)
    const { service, costMinor, onTime } = pickLane(place.lanes, grams, place.dispatchAtMs, order)
    const { location, dispatchAtMs } = place
    return [{ location, service, costMinor, grams, valueMinor, dispatchAtMs, onTime: rounded(onTime) }]
  })
}

/**
 * - `sla`: that every shipment is on time; shipments are late independently of each other.
 * - `margin`: price less cost of what is shipped; carriage is a term of its own.
 * - `ship`: carriage. `split`: shipments beyond the first.
 * - `capacity`: the square of how full each location's day becomes, on average: the last hands are the dearest.
 * - `stockout`: see `stockoutRisk`, on average over the units.
 * - `priority`: the locations' figure, on average over the units. Lower goes first.
 */
export function rawTerms(field: Field, draft: Draft, shipments: readonly SourcedShipment[]): RawTerms {
  const { takes, places } = draft
  const units = takes.map(({ line, quantity }) => line.unitsEach * quantity)
  const perUnit = (figure: (take: Take) => number) => weighedMean(takes.map(figure), units)
  const full = places.map((at) => utilisation(field.places[at]?.capacity ?? null, unitsAt(draft, at)) ** 2)
  return {
    sla: rounded(shipments.reduce((product, { onTime }) => product * onTime, 1)),
    margin: sumOrNull(takes.map(({ line, quantity }) => marginOf(line.line, quantity))),
    ship: sumOrNull(shipments.map(({ costMinor }) => costMinor)),
    split: places.length - 1,
    capacity: rounded(full.reduce((sum, each) => sum + each, 0) / Math.max(1, full.length)),
    stockout: rounded(stockoutRisk(field, draft)),
    priority: rounded(perUnit(({ place }) => field.places[place]?.priority ?? 0)),
  }
}

/** The share of the day's units or orders that is taken once the shipment is planned, whichever is more. */
export function utilisation(capacity: CapacityFigure | null, units: number): number {
  if (capacity === null) return 0
  const { unitsMax, unitsUsed, ordersMax, ordersUsed } = capacity
  const ofUnits = unitsMax === null ? 0 : (unitsUsed + units) / Math.max(1, unitsMax)
  const ofOrders = ordersMax === null ? 0 : (ordersUsed + 1) / Math.max(1, ordersMax)
  return Math.min(1, Math.max(ofUnits, ofOrders))
}

/**
 * How likely the next customer of a location finds nothing: pace ÷ (pace + what the plan leaves). A position that
 * keeps ten times what is asked of it risks a tenth; one that is emptied risks everything.
 */
function stockoutRisk(field: Field, draft: Draft): number {
  // By position, numbered place after place.
  const taken = new Map<number, number>()
  for (const { line, place, quantity } of draft.takes) {
    for (const { sku, units } of line.needs) {
      const position = place * field.skuCount + sku
      taken.set(position, units * quantity + (taken.get(position) ?? 0))
    }
  }
  const positions = [...taken].sort(([left], [right]) => left - right)
  const risks = positions.map(([position, units]) => {
    const [place, sku] = [Math.floor(position / field.skuCount), position % field.skuCount]
    const pace = Math.max(1, field.pace[place]?.[sku] ?? 0)
    return pace / (pace + Math.max(0, (field.stock[place]?.[sku] ?? 0) - units))
  })
  return weighedMean(
    risks,
    positions.map(([, units]) => units),
  )
}

function unitsAt(draft: Draft, at: number): number {
  return draft.takes.reduce((sum, { line, place, quantity }) => sum + (place === at ? line.unitsEach * quantity : 0), 0)
}

function marginOf({ priceMinor, costMinor }: Take['line']['line'], quantity: number): number | null {
  return costMinor === null ? null : (priceMinor - costMinor) * quantity
}

function sumOrNull(parts: readonly (number | null)[]): number | null {
  return parts.reduce<number | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0)
}

function weighedMean(values: readonly number[], weights: readonly number[]): number {
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  return values.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0) / Math.max(1, all)
}
