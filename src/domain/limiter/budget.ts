/**
 * What an account lets us do now: a token bucket for the rate and a ceiling for calls under way, both adapted to how
 * the partner answers (additive increase, multiplicative decrease). Learned figures never exceed the configured ones.
 */

export type Limits = { readonly ratePerSecond: number; readonly burst: number; readonly concurrency: number }

export type Budget = {
  readonly limits: Limits
  /** Learned; `limits.ratePerSecond` when all is well. */
  readonly ratePerSecond: number
  /** Learned; `limits.concurrency` when all is well. */
  readonly concurrency: number
  readonly tokens: number
  readonly refilledAtMs: number
  readonly pausedUntilMs: number
  readonly slowedAtMs: number
}

/**
 * However often a partner throttles, we keep asking at a fortieth of the agreed rate, or would never learn that it
 * recovered.
 */
const rateFloorShare = 1 / 40
/** From standstill back to the configured rate in this time, if every call is answered well. */
const recoverySeconds = 30
/** Calls of one burst that are throttled together are one sign of one overload. */
const slowDownSpacingMs = 1_000
/** When the partner throttles without saying for how long. */
const pauseDefaultMs = 2_000
/** A `Retry-After` beyond this is taken for a mistake: asking once an hour harms nobody. */
const pauseMaxMs = 60 * 60_000

export function fullBudget(limits: Limits, nowMs: number): Budget {
  const { ratePerSecond, concurrency, burst } = limits
  return { limits, ratePerSecond, concurrency, tokens: burst, refilledAtMs: nowMs, pausedUntilMs: 0, slowedAtMs: 0 }
}

/** After a restart with work waiting nobody knows what was under way: begin with one call and grow. */
export function cautiousBudget(limits: Limits, pausedUntilMs: number, nowMs: number): Budget {
  return { ...fullBudget(limits, nowMs), tokens: 1, concurrency: 1, pausedUntilMs }
}

/**
 * The configuration changed: learned figures are kept below the new ceiling, and follow it up when nothing was
 * learned.
 */
export function withLimits(budget: Budget, limits: Limits): Budget {
  const { limits: old } = budget
  if (sameLimits(old, limits)) return budget
  const wasFull = budget.ratePerSecond >= old.ratePerSecond
  const wasWide = budget.concurrency >= old.concurrency
  return {
    ...budget,
    limits,
    ratePerSecond: wasFull ? limits.ratePerSecond : Math.min(budget.ratePerSecond, limits.ratePerSecond),
    concurrency: wasWide ? limits.concurrency : Math.min(budget.concurrency, limits.concurrency),
    tokens: Math.min(budget.tokens, limits.burst),
  }
}

const sameLimits = (a: Limits, b: Limits) =>
  a.ratePerSecond === b.ratePerSecond && a.burst === b.burst && a.concurrency === b.concurrency

export function refill(budget: Budget, nowMs: number): Budget {
  const elapsedMs = nowMs - budget.refilledAtMs
  // A clock that was set back mints nothing, and counts on from where it is: waiting for the old time would be silence.
  if (elapsedMs <= 0) return elapsedMs === 0 ? budget : { ...budget, refilledAtMs: nowMs }
  const tokens = Math.min(budget.limits.burst, budget.tokens + (elapsedMs / 1_000) * budget.ratePerSecond)
  return { ...budget, tokens, refilledAtMs: nowMs }
}

/** Calls that may begin now, given how many are under way. Expects a refilled budget. */
export function room(budget: Budget, underWay: number, nowMs: number): number {
  if (nowMs < budget.pausedUntilMs) return 0
  return Math.max(0, Math.min(Math.floor(budget.tokens + tokenRounding), budget.concurrency - underWay))
}

/** Refilling in fractions must not leave 0.9999999 of a token waiting for another tick. */
const tokenRounding = 1e-6

export const spend = (budget: Budget): Budget => ({ ...budget, tokens: Math.max(0, budget.tokens - 1) })

/** A lease that made no call gives its token back. */
export const giveBack = (budget: Budget): Budget => ({
  ...budget,
  tokens: Math.min(budget.limits.burst, budget.tokens + 1),
})

/** When the bucket will hold a whole token and the pause is over. */
export function nextTokenAtMs(budget: Budget, nowMs: number): number {
  const missing = Math.max(0, 1 - budget.tokens - tokenRounding)
  const tokenAtMs = nowMs + Math.ceil((missing / budget.ratePerSecond) * 1_000)
  return Math.max(tokenAtMs, budget.pausedUntilMs, nowMs)
}

/** The call was answered: one more may be under way (which doubles per round trip), and the rate creeps up. */
export function afterOk(budget: Budget): Budget {
  const growth = budget.limits.ratePerSecond / recoverySeconds / budget.ratePerSecond
  return {
    ...budget,
    ratePerSecond: Math.min(budget.limits.ratePerSecond, budget.ratePerSecond + growth),
    concurrency: Math.min(budget.limits.concurrency, budget.concurrency + 1),
  }
}

/** The partner said "too fast": half the rate, an empty bucket, and silence until its `Retry-After`. */
export function afterThrottled(budget: Budget, retryAfterMs: number | null, nowMs: number): Budget {
  const paused = pause(budget, nowMs + (retryAfterMs ?? pauseDefaultMs), nowMs)
  if (nowMs - budget.slowedAtMs < slowDownSpacingMs) return { ...paused, tokens: 0 }
  const floor = budget.limits.ratePerSecond * rateFloorShare
  return { ...paused, tokens: 0, slowedAtMs: nowMs, ratePerSecond: Math.max(floor, budget.ratePerSecond / 2) }
}

/** A call was not answered: half as many at once. A partner that is down is down to one after a handful of them. */
export const afterFailed = (budget: Budget): Budget => ({
  ...budget,
  concurrency: Math.max(1, Math.floor(budget.concurrency / 2)),
})

/** The partner is known to be down: it is met again with one call, and no herd behind it. */
export const afterDown = (budget: Budget): Budget => ({ ...budget, concurrency: 1 })

export function pause(budget: Budget, untilMs: number, nowMs: number): Budget {
  const bounded = Math.min(untilMs, nowMs + pauseMaxMs)
  return bounded <= budget.pausedUntilMs ? budget : { ...budget, pausedUntilMs: bounded }
}
