/** Which listings go in the next call: the lane whose turn it is first, then what fits of the same kind behind it. */
import { afterFeedTurn, type DrainLane, type FeedClock, lanesServedBy, nextFeedLane } from './choose-lane.ts'
import type { FeedAbility } from './feed-contract.ts'
import { type FeedKind, type FeedLane, type FeedListing, feedLanes } from './feed-listing.ts'

/** The rows that wait, found by index. `task` read: the listing is in doubt and is looked at before it is sent. */
export type WaitingListings = {
  readonly readySinceMs: (lane: FeedLane, task: 'send' | 'read') => number | null
  readonly ready: (lane: FeedLane, task: 'send' | 'read', limit: number) => readonly FeedListing[]
}
export type FilledBatch = {
  readonly kind: FeedKind
  readonly task: 'send' | 'read'
  readonly listings: readonly FeedListing[]
  readonly clock: FeedClock
}

export const kindOfLane = (lane: FeedLane): FeedKind => (lane === 'price' || lane === 'content' ? lane : 'stock')

export function hasWork(waiting: WaitingListings, lane: FeedLane): boolean {
  return waiting.readySinceMs(lane, 'send') !== null || waiting.readySinceMs(lane, 'read') !== null
}

/** Null: nothing that this turn serves and this channel can do. Costs a few look-ups and the batch itself. */
export function fillBatch(
  waiting: WaitingListings,
  clock: FeedClock,
  drain: DrainLane,
  abilities: readonly FeedAbility[],
): FilledBatch | null {
  const abilityFor = (lane: FeedLane) => abilities.find(({ kind }) => kind === kindOfLane(lane))
  const served = lanesServedBy(drain).filter((lane) => abilityFor(lane) !== undefined)
  const lane = nextFeedLane(clock, (candidate) => served.includes(candidate) && hasWork(waiting, candidate))
  const ability = lane === null ? undefined : abilityFor(lane)
  if (lane === null || ability === undefined) return null
  const task = taskOf(waiting, lane)
  const kind = kindOfLane(lane)
  const next = waiting.ready(lane, task, ability.itemsMax)
  const limit = limitOf(next[0], ability.itemsMax)
  const isApart = next[0]?.suspicions !== 0
  // What may spoil a call goes with nothing that is above suspicion.
  const fits = ({ suspicions }: FeedListing) => (suspicions !== 0) === isApart
  const listings = next.filter(fits).slice(0, limit)
  for (const other of feedLanes.filter((each) => each !== lane && kindOfLane(each) === kind)) {
    if (listings.length < limit) listings.push(...waiting.ready(other, task, limit - listings.length).filter(fits))
  }
  // What cannot be looked at is sent again: the figures are absolute.
  return { kind, task: ability.reads ? task : 'send', listings, clock: afterFeedTurn(clock, lane) }
}

function taskOf(waiting: WaitingListings, lane: FeedLane): 'send' | 'read' {
  const sendMs = waiting.readySinceMs(lane, 'send')
  const readMs = waiting.readySinceMs(lane, 'read')
  if (sendMs === null) return 'read'
  return readMs === null || sendMs <= readMs ? 'send' : 'read'
}

/** A batch that is refused without a word on which listing is to blame is tried in ever smaller parts. */
function limitOf(head: FeedListing | undefined, itemsMax: number): number {
  return Math.max(1, Math.floor(itemsMax / 4 ** (head?.suspicions ?? 0)))
}
