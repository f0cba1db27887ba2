/**
 * One account's limiter: grants leases within the budget, parks what must wait and says whom to wake. Counters live in
 * memory and may be lost; what is parked is also a stored row, kept until the request is granted or given up, so
 * every answer says what changes there. Clock and lease ids come from outside.
 */
import {
  afterDown,
  afterFailed,
  afterOk,
  afterThrottled,
  type Budget,
  giveBack,
  type Limits,
  nextTokenAtMs,
  pause,
  refill,
  room,
  spend,
  withLimits,
} from './budget.ts'
import { afterTurn, freshLaneClock, nextLane } from './lanes.ts'
import type { LeaseAnswer, LeaseReport, LeaseRequest } from './limiter-contract.ts'
import { type Parked, ParkedRequests } from './parked-requests.ts'

/** `claimed: false` is a place kept for a request that was woken and has not come back yet. */
type Lease = {
  readonly leaseId: string
  readonly request: LeaseRequest
  readonly expiresAtMs: number
  readonly claimed: boolean
  readonly wakes: number
}

/** What must be true of the stored rows afterwards. */
export type RowChange =
  | { readonly type: 'none' }
  | { readonly type: 'store'; readonly request: Parked }
  | { readonly type: 'forget'; readonly key: string }

export type LimiterStatus = {
  readonly parked: number
  readonly leased: number
  readonly ratePerSecond: number
  readonly concurrency: number
  readonly pausedUntilMs: number
}

/** A call takes at most 10 s, a probe before it as long again; after this the caller is taken for dead. */
export const leaseMs = 60_000
/** A woken request's message is in the queue; if nobody claims the lease by then, the message is taken for lost. */
const claimMs = 30_000
/** After as many unanswered wake-ups the request is dropped: its order's own timer asks again if it still wants to. */
const wakesMax = 5
/** Beyond it requests are turned away unparked; their orders' timers ask again. */
export const parkedMax = 50_000

const unchanged: RowChange = { type: 'none' }

export class AccountLimiter {
  #budget: Budget
  #clock = freshLaneClock
  readonly #parked = new ParkedRequests()
  readonly #leases = new Map<string, Lease>()

  constructor(budget: Budget, parked: Iterable<Parked>) {
    this.#budget = budget
    for (const request of parked) this.#parked.add(request)
  }

  acquire(
    request: LeaseRequest,
    limits: Limits,
    leaseId: string,
    nowMs: number,
  ): { readonly answer: LeaseAnswer; readonly row: RowChange } {
    this.#budget = withLimits(this.#budget, limits)
    this.#settleTime(nowMs)
    const lease = this.#leases.get(request.key)
    if (lease?.claimed === false) return this.#claim(lease, nowMs)
    // The message came twice, or its consumer died: whoever holds the lease goes first, and this one looks again after.
    if (lease) return this.#park({ ...request, notBeforeMs: lease.expiresAtMs }, nowMs)
    // Nobody overtakes a request that is parked and could go.
    const mayGo = request.notBeforeMs <= nowMs && !this.#parked.hasDue(nowMs) && !this.#parked.has(request.key)
    if (!mayGo || room(this.#budget, this.#leases.size, nowMs) === 0) return this.#park(request, nowMs)
    this.#budget = spend(this.#budget)
    return this.#grant({ leaseId, request, expiresAtMs: nowMs + leaseMs, claimed: true, wakes: 0 }, unchanged)
  }

  /** What the partner's answer teaches is learned even from a lease that has run out. */
  report(report: LeaseReport, nowMs: number): RowChange {
    this.#settleTime(nowMs)
    this.#learn(report, nowMs)
    const lease = [...this.#leases.values()].find((held) => held.leaseId === report.leaseId)
    if (!lease) return unchanged
    this.#leases.delete(lease.request.key)
    if (report.result === 'deferred') return this.#defer(lease.request, report.retryAfterMs ?? 0, nowMs)
    const twin = this.#parked.remove(lease.request.key)
    return twin ? { type: 'forget', key: twin.key } : unchanged
  }

  /**
   * Whom to wake now, at most as many as may call; each keeps its turn by a lease of its own. `dropped` were
   * woken too often in vain.
   */
  wake(
    newLeaseId: () => string,
    nowMs: number,
  ): { readonly woken: readonly LeaseRequest[]; readonly dropped: string[] } {
    this.#settleTime(nowMs)
    const woken: LeaseRequest[] = []
    const dropped: string[] = []
    while (room(this.#budget, this.#leases.size, nowMs) > 0) {
      const next = this.#takeNext(nowMs)
      if (next === null) break
      if (next.wakes >= wakesMax) {
        dropped.push(next.key)
        continue
      }
      this.#budget = spend(this.#budget)
      this.#reserve(next, newLeaseId(), nowMs)
      woken.push(next)
    }
    return { woken, dropped }
  }

  /** When `wake` would next find something to do; null when nothing waits. */
  nextWakeAtMs(nowMs: number): number | null {
    const times = [...this.#leases.values()].filter((lease) => !lease.claimed).map((lease) => lease.expiresAtMs)
    const earliestMs = this.#parked.earliestMs()
    if (earliestMs !== null) times.push(Math.max(earliestMs, this.#roomAtMs(nowMs)))
    return times.length === 0 ? null : Math.max(nowMs, Math.min(...times))
  }

  status(nowMs: number): LimiterStatus {
    this.#settleTime(nowMs)
    const { ratePerSecond, concurrency, pausedUntilMs } = this.#budget
    return { parked: this.#parked.size, leased: this.#leases.size, ratePerSecond, concurrency, pausedUntilMs }
  }

  #roomAtMs(nowMs: number): number {
    const tokenAtMs = nextTokenAtMs(refill(this.#budget, nowMs), nowMs)
    if (this.#leases.size < this.#budget.concurrency) return tokenAtMs
    // A report frees a lease earlier, and asks for the next wake-up itself.
    return Math.max(tokenAtMs, Math.min(...[...this.#leases.values()].map((lease) => lease.expiresAtMs)))
  }

  #settleTime(nowMs: number): void {
    this.#budget = refill(this.#budget, nowMs)
    for (const lease of this.#leases.values()) {
      if (lease.expiresAtMs > nowMs) continue
      this.#leases.delete(lease.request.key)
      if (!lease.claimed) this.#parked.add({ ...lease.request, wakes: lease.wakes + 1 })
    }
  }

  #claim(lease: Lease, nowMs: number): { readonly answer: LeaseAnswer; readonly row: RowChange } {
    const claimed = { ...lease, claimed: true, expiresAtMs: nowMs + leaseMs }
    return this.#grant(claimed, { type: 'forget', key: lease.request.key })
  }

  #grant(lease: Lease, row: RowChange): { readonly answer: LeaseAnswer; readonly row: RowChange } {
    this.#leases.set(lease.request.key, lease)
    return { answer: { granted: true, leaseId: lease.leaseId, expiresAtMs: lease.expiresAtMs }, row }
  }

  #park(request: LeaseRequest, nowMs: number): { readonly answer: LeaseAnswer; readonly row: RowChange } {
    const waitMs = (this.#parked.size / this.#budget.ratePerSecond) * 1_000
    const wakeAtMs = Math.max(request.notBeforeMs, Math.ceil(nextTokenAtMs(this.#budget, nowMs) + waitMs))
    return { answer: { granted: false, wakeAtMs }, row: this.#store(request) }
  }

  #store(request: LeaseRequest): RowChange {
    if (this.#parked.has(request.key) || this.#parked.size >= parkedMax) return unchanged
    const parked: Parked = { ...request, wakes: 0 }
    this.#parked.add(parked)
    return { type: 'store', request: parked }
  }

  #defer(request: LeaseRequest, retryAfterMs: number, nowMs: number): RowChange {
    return this.#store({ ...request, notBeforeMs: nowMs + retryAfterMs })
  }

  #learn(report: LeaseReport, nowMs: number): void {
    if (report.result === 'ok' || report.result === 'refused') this.#budget = afterOk(this.#budget)
    if (report.result === 'throttled') this.#budget = afterThrottled(this.#budget, report.retryAfterMs, nowMs)
    if (report.result === 'failed') this.#budget = afterFailed(this.#budget)
    if (report.result === 'unused' || report.result === 'deferred') this.#budget = giveBack(this.#budget)
    if (report.result === 'deferred' && report.retryAfterMs !== null) {
      this.#budget = pause(afterDown(this.#budget), nowMs + report.retryAfterMs, nowMs)
    }
  }

  #takeNext(nowMs: number): Parked | null {
    const lane = nextLane(this.#clock, (candidate) => this.#parked.firstDue(candidate, nowMs) !== null)
    const next = lane === null ? null : this.#parked.firstDue(lane, nowMs)
    if (lane === null || next === null) return null
    this.#clock = afterTurn(this.#clock, lane)
    return this.#parked.remove(next.key)
  }

  #reserve(request: Parked, leaseId: string, nowMs: number): void {
    const { wakes, ...leaseRequest } = request
    const lease = { leaseId, request: leaseRequest, expiresAtMs: nowMs + claimMs, claimed: false, wakes }
    this.#leases.set(request.key, lease)
  }
}
