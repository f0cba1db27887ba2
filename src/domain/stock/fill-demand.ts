/**
 * Finds units for one SKU: all of them at the first location that has them, in the order of the candidates, else split
 * over as few locations as it takes. The usual case costs one call to one position. Where the first location falls
 * short, those that are known to have kept the SKU are asked before the many that never did.
 */
import type { Demand } from './demand.ts'

/** What filling needs from the outside. A location is asked to claim at most twice in vain and once for good. */
export type Positions = {
  /** Claims `quantity` units, or with `partial` what there is of them. */
  readonly claim: (location: string, quantity: number, partial: boolean) => Promise<ClaimAnswer>
  /** What could be claimed now. Touches nothing: a location that never had the SKU stays untouched. */
  readonly available: (location: string) => Promise<number>
  /** What locations were last heard to have: where to ask first. Those nobody ever heard of are left out. */
  readonly heard: () => Promise<ReadonlyMap<string, number>>
}
/** `available` is what is left after the claim. */
export type ClaimAnswer = { readonly granted: number; readonly available: number }
export type Filled = {
  readonly granted: ReadonlyMap<string, number>
  /** Units seen where they were asked for: what a refusal tells the caller. */
  readonly available: number
}

/**
 * What has just had its first units may not have been heard of yet, for a moment: so many of the candidates are asked
 * all the same, and no more, however wide the network is that a SKU is short in.
 */
const unheardAskedMax = 40

/** Where nobody was heard of at all it may be that nobody could say: everybody is asked. */
export const unheardAsked = (heard: number) => (heard === 0 ? Number.POSITIVE_INFINITY : unheardAskedMax)

type Search = {
  readonly demand: Demand
  readonly positions: Positions
  readonly granted: Map<string, number>
  /** Units each location asked so far has for this demand, granted ones included. */
  readonly seen: Map<string, number>
}

/** Without `allowPartial` a demand seen to be too large is not claimed at all; the caller gives back what falls short. */
export async function fillDemand(
  demand: Demand,
  candidates: readonly string[],
  allowPartial: boolean,
  positions: Positions,
): Promise<Filled> {
  const search: Search = { demand, positions, granted: new Map(), seen: new Map() }
  if (demand.free > 0) await fillFree(search, candidates, allowPartial)
  const named = [...demand.named].filter(([location]) => !search.granted.has(location))
  await Promise.all(named.map(([location, quantity]) => claim(search, location, quantity, true)))
  return { granted: search.granted, available: [...search.seen.values()].reduce((sum, units) => sum + units, 0) }
}

async function fillFree(search: Search, candidates: readonly string[], allowPartial: boolean): Promise<void> {
  const { demand, positions } = search
  const [first, ...others] = candidates
  if (first === undefined || (await claimWhole(search, first))) return
  const heard = others.length === 0 ? new Map<string, number>() : await positions.heard()
  const likely = others.find((each) => (heard.get(each) ?? 0) - (demand.named.get(each) ?? 0) >= demand.free)
  if (likely !== undefined && (await claimWhole(search, likely))) return
  await look(
    search,
    others.filter((location) => heard.has(location)),
  )
  if (await claimSeen(search, candidates, false)) return
  await look(search, others.filter((location) => !heard.has(location)).slice(0, unheardAsked(heard.size)))
  await claimSeen(search, candidates, allowPartial)
}

async function look({ positions, seen }: Search, locations: readonly string[]): Promise<void> {
  const looked = await Promise.all(locations.map((location) => positions.available(location)))
  locations.forEach((location, index) => {
    seen.set(location, looked[index] ?? 0)
  })
}

/** False when what was seen so far does not suffice: nothing is claimed then. */
async function claimSeen(search: Search, candidates: readonly string[], allowPartial: boolean): Promise<boolean> {
  const { free } = search.demand
  const whole = candidates.slice(1).find((location) => spare(search, location) >= free)
  if (whole !== undefined && (await claimWhole(search, whole))) return true
  const total = candidates.reduce((sum, location) => sum + Math.max(0, spare(search, location)), 0)
  if (total < free && !allowPartial) return false
  await split(search, candidates)
  return true
}

/** Largest first, so that the fewest locations serve; equal ones in the order of the candidates. */
async function split(search: Search, candidates: readonly string[]): Promise<void> {
  let left = search.demand.free
  for (const location of candidates.toSorted((a, b) => spare(search, b) - spare(search, a))) {
    if (left === 0 || spare(search, location) <= 0) return
    const own = search.demand.named.get(location) ?? 0
    const granted = await claim(search, location, own + left, true)
    left -= Math.max(0, granted - own)
  }
}

/** Units named at the location come in the same claim: a position knows one claim of a reservation. */
async function claimWhole(search: Search, location: string): Promise<boolean> {
  const { demand } = search
  return (await claim(search, location, (demand.named.get(location) ?? 0) + demand.free, false)) > 0
}

async function claim(search: Search, location: string, quantity: number, partial: boolean): Promise<number> {
  const answer = await search.positions.claim(location, quantity, partial)
  search.seen.set(location, answer.granted + answer.available)
  if (answer.granted > 0) search.granted.set(location, answer.granted)
  return answer.granted
}

const spare = (search: Search, location: string) =>
  (search.seen.get(location) ?? 0) - (search.demand.named.get(location) ?? 0)
