/**
 * Whose turn it is. Lanes share the calls by weight (stride scheduling): what must not be sold any more goes first and
 * most, and content still gets its share while stock never rests. A lane that was idle starts from the present, so the
 * first stop-sell after a quiet time has the very next turn.
 */
import { type FeedKind, type FeedLane, feedLanes } from './feed-listing.ts'

/** Turns out of 93 when all lanes have work. */
const weights = { stop_sell: 48, fast: 24, rest: 12, price: 6, content: 2, check: 1 } as const satisfies Record<
  FeedLane,
  number
>

/** How far each lane has come, in virtual time; `now` is where the lane that was served last stood. */
export type FeedClock = { readonly passes: Readonly<Record<FeedLane, number>>; readonly now: number }

export const freshFeedClock: FeedClock = {
  passes: { stop_sell: 0, fast: 0, rest: 0, price: 0, content: 0, check: 0 },
  now: 0,
}

export function nextFeedLane(clock: FeedClock, hasWork: (lane: FeedLane) => boolean): FeedLane | null {
  let best: FeedLane | null = null
  for (const lane of feedLanes) {
    if (hasWork(lane) && (best === null || turnOf(clock, lane) < turnOf(clock, best))) best = lane
  }
  return best
}

export function afterFeedTurn(clock: FeedClock, lane: FeedLane): FeedClock {
  const turn = turnOf(clock, lane)
  return { passes: { ...clock.passes, [lane]: turn + 1 / weights[lane] }, now: turn }
}

const turnOf = (clock: FeedClock, lane: FeedLane): number => Math.max(clock.passes[lane], clock.now)

/** The lane of the account's limiter that a call for it waits in, among orders, fulfilments and everything else. */
export const drainLanes = ['urgent', 'normal', 'bulk'] as const
export type DrainLane = (typeof drainLanes)[number]
export const drainLaneOf: Readonly<Record<FeedLane, DrainLane>> = {
  stop_sell: 'urgent',
  fast: 'normal',
  rest: 'normal',
  price: 'bulk',
  content: 'bulk',
  check: 'bulk',
}

/** A turn at the partner serves its own lanes and whatever is more urgent. */
export function lanesServedBy(drain: DrainLane): readonly FeedLane[] {
  return feedLanes.filter((lane) => drainLanes.indexOf(drainLaneOf[lane]) <= drainLanes.indexOf(drain))
}

type Change = {
  readonly kind: FeedKind
  /** What the channel shows; null when nobody knows. */
  readonly shown: number | null
  readonly desired: number
  /** Figures up to this are low: entering or leaving them is urgent. */
  readonly lowStock: number
  readonly fast: boolean
}

export function laneFor({ kind, shown, desired, lowStock, fast }: Change): FeedLane {
  if (kind !== 'stock') return kind
  // A whole catalogue that is told for the first time must not stand in the way of a single stop-sell.
  if (shown === null) return desired === 0 || fast ? 'fast' : 'rest'
  if (shown !== desired && (desired === 0 || shown <= lowStock !== desired <= lowStock)) return 'stop_sell'
  return fast || desired <= lowStock ? 'fast' : 'rest'
}

/** The more urgent of the two. */
export function urgentOf(left: FeedLane, right: FeedLane): FeedLane {
  return feedLanes.indexOf(left) <= feedLanes.indexOf(right) ? left : right
}
