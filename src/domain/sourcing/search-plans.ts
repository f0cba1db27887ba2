/**
 * Enumerates plans line by line and carries the most promising partial ones on. As long as there are no more than the
 * bound allows, every plan is found; beyond it the search says so. The simple plans are among the found ones always.
 */
import { beamWidthMin, optionsPerLineMax, plansMax, statesMax } from './bounds.ts'
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

/** `isFeasible` judges a whole draft: the best simple plan that is feasible tells which partial ones are hopeless. */
export function searchPlans(field: Field, weights: StrategyWeights, isFeasible: (draft: Draft) => boolean): Search {
  const simple = simplePlans(field)
  const mustCover = Math.max(
    field.partial ? 0 : demanded(field),
    ...simple.filter(isFeasible).map(({ units }) => units),
  )
  const merits = placeMerits(field, weights)
  let level: readonly Node[] = [root]
  let explored = 0
  let boundReached = false
  for (const [at, line] of field.lines.entries()) {
    const remaining = field.lines.length - at
    const allowed = Math.max(1, Math.floor((statesMax - explored) / remaining))
    const optionsMax = Math.max(1, Math.min(optionsPerLineMax, Math.floor(allowed / beamWidthMin)))
    const width = Math.max(1, Math.floor(allowed / optionsMax))
    const carried = level.length > width ? best(level, width, weights) : level
    boundReached ||= carried.length < level.length
    const reach = field.lines.slice(at + 1).reduce((sum, later) => sum + later.unitsEach * later.line.quantity, 0)
    level = carried.flatMap((node) => {
      const { options, cut } = lineOptions(field, line, tallyOf(field, node), node.places, optionsMax)
      boundReached ||= cut
      explored += options.length
      return options
        .map((takes) => grow(node, takes, merits))
        .filter((next) => next.places.size <= field.placesMax && next.covered + reach >= mustCover)
    })
  }
  const whole = level.length > plansMax ? best(level, plansMax, weights) : level
  boundReached ||= whole.length < level.length
  return { drafts: distinct([...simple, ...whole.map((node) => draftOf(takesOf(node)))]), explored, boundReached }
}

function demanded(field: Field): number {
  return field.lines.reduce((sum, { unitsEach, line }) => sum + unitsEach * line.quantity, 0)
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

/** Walks back over what was placed; only a SKU that several lines need has to be looked for. */
function tallyOf(field: Field, node: Node): Tally {
  const limited = field.unitsFree.some((units) => Number.isFinite(units))
  return {
    taken: (place, sku) => (field.shared.has(sku) ? sum(node, place, (take) => unitsOf(take, sku)) : 0),
    units: (place) => (limited ? sum(node, place, ({ line }) => line.unitsEach) : 0),
  }
}

const unitsOf = ({ line }: Take, sku: number) => line.needs.find((need) => need.sku === sku)?.units ?? 0

function sum(node: Node, place: number, unitsEach: (take: Take) => number): number {
  let total = 0
  for (let at: Node | null = node; at !== null; at = at.parent) {
    for (const take of at.takes) if (take.place === place) total += take.quantity * unitsEach(take)
  }
  return total
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
