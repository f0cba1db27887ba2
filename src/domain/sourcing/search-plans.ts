/**
 * Enumerates plans line by line and carries the most promising partial ones on. As long as there are no more than the
 * bound allows, every plan is found; beyond it the search says so. The simple plans are among the found ones always.
 */
import {
  beamWidthMin,
  optionsPerLineMax,
  partsLookedAtMax,
  partsWeighedMax,
  plansMax,
  plansMin,
  statesMax,
  statesPerPlan,
  stepsPerLineMax,
  stepsPerState,
} from './bounds.ts'
import { lineOptions } from './line-options.ts'
import { placeMerits } from './place-merit.ts'
import type { StrategyWeights } from './profile.ts'
import { type Draft, draftOf, type Field, type Take, type Tally } from './search-field.ts'
import { simplePlans } from './simple-plans.ts'

export type Search = {
  readonly drafts: readonly Draft[]
  readonly explored: number
  readonly boundReached: boolean
}

type Node = {
  readonly parent: Node | null
  readonly takes: readonly Take[]
  readonly places: ReadonlySet<number>
  /** Base units planned so far, of all lines. */
  readonly covered: number
  /** Σ base units × merit of the place that gives them. */
  readonly merit: number
}
const root: Node = { parent: null, takes: [], places: new Set(), covered: 0, merit: 0 }

/**
 * `isFeasible` judges a whole draft: the best simple plan that is feasible tells which partial ones are hopeless.
 * `states`: partial plans that may be looked at, if they are no larger than most.
 */
export function searchPlans(
  field: Field,
  weights: StrategyWeights,
  isFeasible: (draft: Draft) => boolean,
  states: number,
): Search {
  const statesOwn = Math.min(states, Math.ceil(partsLookedAtMax / field.partCount))
  const simple = simplePlans(field, states / statesMax)
  const mustCover = Math.max(field.partial ? 0 : field.demanded, ...simple.filter(isFeasible).map(({ units }) => units))
  const merits = placeMerits(field, weights)
  let level: readonly Node[] = [root]
  let explored = 0
  let boundReached = false
  let stepsLeft = statesOwn * stepsPerState
  let unplaced = field.demanded
  for (const [at, line] of field.lines.entries()) {
    const remaining = field.lines.length - at
    const allowed = Math.max(1, Math.floor((statesOwn - explored) / remaining))
    const optionsMax = Math.max(1, Math.min(optionsPerLineMax, Math.floor(allowed / beamWidthMin)))
    const width = Math.max(1, Math.floor(allowed / optionsMax))
    const carried = level.length > width ? best(level, width, weights) : level
    boundReached ||= carried.length < level.length
    unplaced -= line.unitsEach * line.line.quantity
    const reach = unplaced
    const stepsEach = Math.min(stepsPerLineMax, Math.ceil(stepsLeft / remaining / Math.max(1, carried.length)))
    level = carried.flatMap((node) => {
      const own = { left: stepsEach }
      const { options, cut } = lineOptions(field, line, tallyOf(field, node), node.places, optionsMax, own)
      stepsLeft = Math.max(0, stepsLeft - (stepsEach - own.left))
      boundReached ||= cut
      explored += options.length
      return options
        .map((takes) => grow(node, takes, merits))
        .filter((next) => next.places.size <= field.placesMax && next.covered + reach >= mustCover)
    })
  }
  const wholeMax = plansWeighed(field, level, statesOwn)
  const whole = level.length > wholeMax ? best(level, wholeMax, weights) : level
  boundReached ||= whole.length < level.length
  return { drafts: distinct([...simple, ...whole.map((node) => draftOf(takesOf(node)))]), explored, boundReached }
}

function plansWeighed(field: Field, [first = root]: readonly Node[], states: number): number {
  const parts = Math.max(field.partCount, takesOf(first).length)
  return Math.max(plansMin, Math.min(plansMax, Math.ceil(states / statesPerPlan), Math.floor(partsWeighedMax / parts)))
}

function grow(node: Node, takes: readonly Take[], merits: readonly number[]): Node {
  if (takes.length === 0) return { ...node, parent: node, takes }
  const isNew = takes.some(({ place }) => !node.places.has(place))
  const places = isNew ? new Set([...node.places, ...takes.map(({ place }) => place)]) : node.places
  let { covered, merit } = node
  for (const { line, place, quantity } of takes) {
    covered += line.unitsEach * quantity
    merit += line.unitsEach * quantity * (merits[place] ?? 0)
  }
  return { parent: node, takes, places, covered, merit }
}

const untouched: Tally = { taken: () => 0, units: () => 0 }

/** Walks back once over what was placed; only a SKU that several lines need can have been taken by another. */
function tallyOf({ shared, skuCount, unitsFree }: Field, node: Node): Tally {
  if (shared.size === 0 && unitsFree.every((units) => units === Number.POSITIVE_INFINITY)) return untouched
  const [taken, units] = [new Map<number, number>(), new Map<number, number>()]
  const add = (counts: Map<number, number>, key: number, more: number) => counts.set(key, (counts.get(key) ?? 0) + more)
  for (let at: Node | null = node; at !== null; at = at.parent) {
    for (const { line, place, quantity } of at.takes) {
      add(units, place, line.unitsEach * quantity)
      if (shared.size === 0) continue
      for (const need of line.needs) {
        if (shared.has(need.sku)) add(taken, place * skuCount + need.sku, need.units * quantity)
      }
    }
  }
  return {
    taken: (place, sku) => taken.get(place * skuCount + sku) ?? 0,
    units: (place) => units.get(place) ?? 0,
  }
}

/** Most units, then what the weights promise, then fewest places, then those of best rank. */
function best(level: readonly Node[], width: number, weights: StrategyWeights): readonly Node[] {
  const split = Math.max(weights.split, Number.EPSILON)
  const promise = ({ merit, covered, places }: Node) => merit / Math.max(1, covered) - split * places.size
  const rated = level.map((node) => ({ node, promise: promise(node), rank: Math.min(...node.places) }))
  rated.sort(
    (left, right) =>
      right.node.covered - left.node.covered ||
      right.promise - left.promise ||
      left.node.places.size - right.node.places.size ||
      left.rank - right.rank,
  )
  return rated.slice(0, width).map(({ node }) => node)
}

function takesOf(node: Node): readonly Take[] {
  const parts: (readonly Take[])[] = []
  for (let at: Node | null = node; at !== null; at = at.parent) parts.push(at.takes)
  return parts.reverse().flat()
}

/** The search finds the simple plans again, and an empty one where nothing has to be planned. */
function distinct(drafts: readonly Draft[]): readonly Draft[] {
  const byKey = new Map<string, Draft>()
  for (const draft of drafts) {
    const key = draft.takes.map(({ line, place, quantity }) => `${line.line.lineId}@${place}:${quantity}`).join(' ')
    if (draft.takes.length > 0 && !byKey.has(key)) byKey.set(key, draft)
  }
  return [...byKey.values()]
}
