/**
 * Circuit breaker of one partner account: closed → open → half_open → closed. It is advice that spares a partner who is
 * down and us the timeouts; losing its state costs a few failed calls and nothing else.
 */
import { unreachable } from '../shared/result.ts'

/** Failures are only those of the way there: no connection, timeouts, 5xx. A refused or throttled call is an answer. */
export type CallHealth = 'ok' | 'failed'

export type Breaker =
  | { readonly phase: 'closed'; readonly recent: readonly { readonly atMs: number; readonly health: CallHealth }[] }
  | { readonly phase: 'open'; readonly untilMs: number; readonly trips: number }
  /** One trial call decides; if nobody reports it by `untilMs`, another may try. */
  | { readonly phase: 'half_open'; readonly untilMs: number; readonly trips: number }

export type Permission =
  | { readonly allowed: true; readonly phase: 'closed' | 'half_open' }
  | { readonly allowed: false; readonly retryAtMs: number }

export const closedBreaker: Breaker = { phase: 'closed', recent: [] }

const windowMs = 30_000
const recentMax = 50
/** A partner that fails 30 % of its calls is still worth calling: only a share that means "down" opens the circuit. */
const windowCallsMin = 20
const failedShareToOpen = 0.7
/** For accounts so quiet that the window never fills. */
const failedInRowToOpen = 8

const openFirstMs = 5_000
const openMaxMs = 60_000
/** Spread of the open time, so that accounts of one partner do not all come back in the same instant. */
const openJitterShare = 0.2
/** Longer than a client's timeout plus a probe. */
const trialMs = 30_000
/** A trial usually ends within a second or two: who waits for it should not wait as long as for one that died. */
const trialAskAgainMs = 2_000

/** May a call go now? Asking while the open time is over takes the trial. */
export function permit(
  breaker: Breaker,
  nowMs: number,
): { readonly breaker: Breaker; readonly permission: Permission } {
  if (breaker.phase === 'closed') return { breaker, permission: { allowed: true, phase: 'closed' } }
  if (nowMs < breaker.untilMs) {
    const retryAtMs = breaker.phase === 'open' ? breaker.untilMs : Math.min(breaker.untilMs, nowMs + trialAskAgainMs)
    return { breaker, permission: { allowed: false, retryAtMs } }
  }
  return {
    breaker: { phase: 'half_open', untilMs: nowMs + trialMs, trips: breaker.trips },
    permission: { allowed: true, phase: 'half_open' },
  }
}

/** The trial was taken and no call was made: the next caller may have it. */
export function returnTrial(breaker: Breaker, nowMs: number): Breaker {
  return breaker.phase === 'half_open' ? { ...breaker, untilMs: nowMs } : breaker
}

/** `random` in [0, 1) spreads the open time. */
export function record(breaker: Breaker, health: CallHealth, nowMs: number, random: number): Breaker {
  switch (breaker.phase) {
    case 'closed':
      return recordClosed(breaker.recent, health, nowMs, random)
    case 'open':
      // The end of a call that began before the circuit opened says nothing about now.
      return breaker
    case 'half_open':
      return health === 'ok' ? closedBreaker : open(breaker.trips + 1, nowMs, random)
    default:
      return unreachable(breaker)
  }
}

function recordClosed(
  before: Extract<Breaker, { phase: 'closed' }>['recent'],
  health: CallHealth,
  nowMs: number,
  random: number,
): Breaker {
  const recent = [...before, { atMs: nowMs, health }].slice(-recentMax)
  return isDown(recent, nowMs) ? open(1, nowMs, random) : { phase: 'closed', recent }
}

function isDown(recent: Extract<Breaker, { phase: 'closed' }>['recent'], nowMs: number): boolean {
  const lastInRow = recent.slice(-failedInRowToOpen)
  if (lastInRow.length === failedInRowToOpen && lastInRow.every((call) => call.health === 'failed')) return true
  const inWindow = recent.filter((call) => nowMs - call.atMs < windowMs)
  if (inWindow.length < windowCallsMin) return false
  const failed = inWindow.filter((call) => call.health === 'failed').length
  return failed / inWindow.length >= failedShareToOpen
}

function open(trips: number, nowMs: number, random: number): Breaker {
  const base = Math.min(openMaxMs, openFirstMs * 2 ** (trips - 1))
  const spread = 1 - openJitterShare + 2 * openJitterShare * random
  return { phase: 'open', untilMs: nowMs + Math.round(base * spread), trips }
}
