/**
 * Three lanes share an account's budget by weight (stride scheduling): urgent work goes first and most, and bulk still
 * gets its share while urgent work never ends.
 */
import type { LeaseRequest } from './limiter-contract.ts'

export type Lane = LeaseRequest['lane']

/** In the order that wins a tie. */
export const lanes: readonly Lane[] = ['urgent', 'normal', 'bulk']

/** Turns out of 13 when all lanes have work. */
const weights = { urgent: 8, normal: 4, bulk: 1 } as const satisfies Record<Lane, number>

/** How far each lane has come, in virtual time; `now` is where the lane that was served last stood. */
export type LaneClock = { readonly passes: Readonly<Record<Lane, number>>; readonly now: number }

export const freshLaneClock: LaneClock = { passes: { urgent: 0, normal: 0, bulk: 0 }, now: 0 }

/** The lane whose turn it is among those with work; null when none has any. */
export function nextLane(clock: LaneClock, hasWork: (lane: Lane) => boolean): Lane | null {
  let best: Lane | null = null
  for (const lane of lanes) {
    if (hasWork(lane) && (best === null || turnOf(clock, lane) < turnOf(clock, best))) best = lane
  }
  return best
}

/** The lane had a turn. A lane that was idle starts from the present: it cannot save turns up. */
export function afterTurn(clock: LaneClock, lane: Lane): LaneClock {
  const turn = turnOf(clock, lane)
  return { passes: { ...clock.passes, [lane]: turn + 1 / weights[lane] }, now: turn }
}

const turnOf = (clock: LaneClock, lane: Lane): number => Math.max(clock.passes[lane], clock.now)
