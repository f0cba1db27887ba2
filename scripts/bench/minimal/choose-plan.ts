/**
 * Every way to send each line whole from one place that keeps it, and the best of them: carriage of the cheapest
 * service by zone and weight, parcels beyond the first, and the places' priority, each from 0 to 1 over all plans.
 */
import type { Network, Weights } from '../network.ts'
import type { Line } from './env.ts'

export type WantedLine = Line & { readonly lineId: string }
export type Allocation = { readonly lineId: string; readonly location: string; readonly quantity: number }
type Terms = Readonly<Record<keyof Weights, number>>
/** `ranks[line]`: which place gives it; `places`: all of them, ascending. */
type Plan = { readonly ranks: readonly number[]; readonly places: readonly number[]; readonly terms: Terms }
export type Question = {
  readonly network: Network
  readonly lines: readonly WantedLine[]
  readonly grams: Readonly<Record<string, number>>
  readonly shipTo: { readonly country: string; readonly postalCode: string }
  /** `available[line][place]` */
  readonly available: readonly (readonly number[])[]
}
export type Chosen = { readonly allocations: readonly Allocation[]; readonly score: number; readonly looked: number }

const terms = ['ship', 'split', 'priority'] as const
/** Six decimals: equal plans are told apart by their places and not by how their terms were added up. */
const rounded = (value: number) => Math.round(value * 1e6) / 1e6
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** Null: no plan sends everything. */
export function choosePlan(question: Question): Chosen | null {
  const { network, lines } = question
  const choices = lines.map(({ quantity }, line) =>
    network.places.flatMap((_, rank) => ((question.available[line]?.[rank] ?? 0) >= quantity ? [rank] : [])),
  )
  // What has least choice is placed first: the order decides between plans of the same score.
  const order = lines.map((_, line) => line).sort((a, b) => (choices[a]?.length ?? 0) - (choices[b]?.length ?? 0))
  let partial: readonly (readonly number[])[] = [[]]
  for (const line of order) partial = partial.flatMap((ranks) => (choices[line] ?? []).map((rank) => [...ranks, rank]))
  const prices = network.places.map((_, rank) => pricesFrom(question, rank))
  const placed = order.flatMap((line) => lines[line] ?? [])
  const plans = partial
    .map((ranks) => planOf(question, placed, ranks, prices))
    .filter((plan) => Number.isFinite(plan.terms.ship))
  const scores = scoresOf(plans, network.weights)
  const best = plans.map((plan, at) => ({ ...plan, score: scores[at] ?? 0 })).sort(byScore)[0]
  if (best === undefined) return null
  const allocations = placed.map(({ lineId, quantity }, at) => {
    return { lineId, quantity, location: network.places[best.ranks[at] ?? 0]?.id ?? '' }
  })
  return { allocations, score: best.score, looked: plans.length }
}

type Bracket = { readonly gramsMax: number; readonly costMinor: number }

/** What goes from a place to the destination, cheapest first. */
function pricesFrom({ network, shipTo }: Question, rank: number): readonly Bracket[] {
  const rule = network.zones.find(
    ({ origin, country, postalPrefix }) =>
      origin === network.places[rank]?.id && country === shipTo.country && shipTo.postalCode.startsWith(postalPrefix),
  )
  const prices = network.prices.filter(({ zone }) => zone === rule?.zone)
  return prices.sort((left, right) => left.costMinor - right.costMinor)
}

function planOf(
  { grams, network }: Question,
  lines: readonly WantedLine[],
  ranks: readonly number[],
  prices: readonly (readonly Bracket[])[],
): Plan {
  const places = [...new Set(ranks)].sort((left, right) => left - right)
  const costs = places.map((place) => {
    const own = lines.filter((_, at) => ranks[at] === place)
    const weight = sum(own.map(({ sku, quantity }) => (grams[sku] ?? 0) * quantity))
    return prices[place]?.find(({ gramsMax }) => weight <= gramsMax)?.costMinor ?? Number.POSITIVE_INFINITY
  })
  const units = sum(lines.map(({ quantity }) => quantity))
  const priorities = lines.map(({ quantity }, at) => quantity * (network.places[ranks[at] ?? 0]?.priority ?? 0))
  const priority = rounded(sum(priorities) / units)
  return { ranks, places, terms: { ship: sum(costs), split: places.length - 1, priority } }
}

function scoresOf(plans: readonly Plan[], weights: Weights): readonly number[] {
  const ranges = terms.map((term) => {
    const raws = plans.map((plan) => plan.terms[term])
    return { term, least: Math.min(...raws), most: Math.max(...raws) }
  })
  const share = (raw: number, least: number, most: number) =>
    most > least ? rounded((raw - least) / (most - least)) : 0
  return plans.map((plan) =>
    rounded(-sum(ranges.map(({ term, least, most }) => rounded(weights[term] * share(plan.terms[term], least, most))))),
  )
}

type Scored = Plan & { readonly score: number }

/** Between equals: fewer parcels, places that go first, and at last the first line that differs. */
function byScore(left: Scored, right: Scored): number {
  return (
    right.score - left.score ||
    left.places.length - right.places.length ||
    firstDifference(left.places, right.places) ||
    firstDifference(left.ranks, right.ranks)
  )
}

function firstDifference(left: readonly number[], right: readonly number[]): number {
  return left.map((value, at) => value - (right[at] ?? 0)).find((difference) => difference !== 0) ?? 0
}
