/**
 * A strategy's question in numbers: who may serve which line, and how much of what there is. Places and SKUs are
 * indexes here, because the search asks a hundred thousand times.
 */
import type { LocationRefusal } from './decision.ts'
import type { StrategyConstraints } from './profile.ts'
import { figureOf, lineRefusal, locationRefusal } from './refuse-locations.ts'
import type { SourcingCandidate, SourcingLine, SourcingOrder, SourcingRequest } from './request.ts'

export type FieldLine = {
  readonly line: SourcingLine
  readonly needs: readonly { readonly sku: number; readonly units: number }[]
  /** Base units in one ordered unit, all SKUs together. */
  readonly unitsEach: number
  /** Places that may serve it, by rank. */
  readonly places: readonly number[]
  readonly isOpen: readonly boolean[]
}

export type Field = {
  readonly request: SourcingRequest
  readonly constraints: StrategyConstraints
  /** Those that the fewest places may serve come first, then by id: what has least choice is placed first. */
  readonly lines: readonly FieldLine[]
  /** By priority, then id. */
  readonly places: readonly SourcingCandidate[]
  /** `stock[place][sku]`: base units that may be taken. */
  readonly stock: readonly (readonly number[])[]
  /** As `stock`: what the position is asked for just now. */
  readonly pace: readonly (readonly number[])[]
  /** Base units that the place still has hands for on its day. */
  readonly unitsFree: readonly number[]
  /** SKUs that more than one line needs. */
  readonly shared: ReadonlySet<number>
  readonly skuCount: number
  /** Components of all lines: how dear it is to look at a plan. */
  readonly partCount: number
  /** Base units that all lines ask for. */
  readonly demanded: number
  /** May units be left out? */
  readonly partial: boolean
  readonly placesMax: number
}

/** `request` is in order (`inOrder`). */
export function fieldOf(
  request: SourcingRequest,
  constraints: StrategyConstraints,
): { readonly field: Field; readonly refusals: readonly LocationRefusal[] } {
  const { order } = request
  const whole = request.candidates.map((candidate) => locationRefusal(candidate, { ...request, constraints }))
  const places = request.candidates.filter((_, at) => whole[at] === null)
  const skus = [...new Set(request.lines.flatMap(({ needs }) => needs.map(({ sku }) => sku)))]
  const numbers = new Map(skus.map((sku, number) => [sku, number]))
  const byLine = request.lines.map((line) => places.map((place) => lineRefusal(place, line, constraints)))
  const lines = request.lines.map((line, at): FieldLine => {
    const needs = line.needs.map(({ sku, units }) => ({ sku: numbers.get(sku) ?? -1, units }))
    const unitsEach = needs.reduce((sum, { units }) => sum + units, 0)
    const isOpen = places.map((_, place) => byLine[at]?.[place] === null)
    return { line, needs, unitsEach, places: places.flatMap((_, place) => (isOpen[place] ? [place] : [])), isOpen }
  })
  const age = constraints.shelfLife ? 'available' : 'anyAge'
  const field: Field = {
    request,
    constraints,
    lines: lines.toSorted((left, right) => left.places.length - right.places.length),
    places,
    stock: places.map((place) =>
      skus.map((sku) => {
        const figure = figureOf(place, sku)
        return Math.max(0, figure?.[age] ?? figure?.available ?? 0)
      }),
    ),
    pace: places.map((place) => skus.map((sku) => figureOf(place, sku)?.pace ?? 0)),
    unitsFree: places.map(({ capacity }) => {
      const { unitsMax = null, unitsUsed = 0 } = constraints.withinCapacity ? (capacity ?? {}) : {}
      return unitsMax === null ? Number.POSITIVE_INFINITY : unitsMax - unitsUsed
    }),
    shared: sharedSkus(lines),
    skuCount: skus.length,
    partCount: lines.reduce((sum, { needs }) => sum + needs.length, 0),
    demanded: lines.reduce((sum, { unitsEach, line }) => sum + unitsEach * line.quantity, 0),
    ...divisionOf(order, constraints),
  }
  return { field, refusals: [...whole, ...byLine.flat()].filter((refusal) => refusal !== null) }
}

/** Into what an order may be divided. */
export function divisionOf(
  { allowPartial }: Pick<SourcingOrder, 'allowPartial'>,
  { wholeOrder, maxSplits }: Pick<StrategyConstraints, 'wholeOrder' | 'maxSplits'>,
): Pick<Field, 'partial' | 'placesMax'> {
  return {
    partial: allowPartial && !wholeOrder,
    placesMax: 1 + (allowPartial ? (maxSplits ?? Number.POSITIVE_INFINITY) : 0),
  }
}

function sharedSkus(lines: readonly FieldLine[]): ReadonlySet<number> {
  const seen = new Set<number>()
  const shared = new Set<number>()
  for (const { sku } of lines.flatMap(({ needs }) => needs)) {
    if (seen.has(sku)) shared.add(sku)
    seen.add(sku)
  }
  return shared
}

/** What has been taken so far, by whoever counts it. */
export type Tally = {
  readonly taken: (place: number, sku: number) => number
  /** Base units of all SKUs. */
  readonly units: (place: number) => number
}

/** Whole units of the line that the place can still give: never a part of a pack or of a bundle. */
export function takeable(field: Field, { needs, unitsEach }: FieldLine, place: number, tally: Tally): number {
  let most = Math.floor(((field.unitsFree[place] ?? 0) - tally.units(place)) / unitsEach)
  for (const { sku, units } of needs) {
    const left = (field.stock[place]?.[sku] ?? 0) - tally.taken(place, sku)
    most = Math.min(most, Math.floor(left / units))
  }
  return Math.max(0, most)
}

/** Units of one line at one place. */
export type Take = { readonly line: FieldLine; readonly place: number; readonly quantity: number }
/** What every line takes where, as the search found it: by the field's order of lines, and of a line by place. */
export type Draft = {
  readonly takes: readonly Take[]
  /** Places used, ascending: by rank. */
  readonly places: readonly number[]
  /** Base units planned. */
  readonly units: number
}

export function draftOf(takes: readonly Take[]): Draft {
  const places = new Set<number>()
  let units = 0
  for (const { line, place, quantity } of takes) {
    places.add(place)
    units += line.unitsEach * quantity
  }
  return { takes, places: [...places].sort((left, right) => left - right), units }
}
