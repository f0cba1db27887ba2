import { describe, expect, it } from 'vitest'
import { AccountLimiter, leaseMs } from '../../../src/domain/limiter/account-limiter.ts'
import { cautiousBudget, fullBudget } from '../../../src/domain/limiter/budget.ts'
import type { LeaseRequest, LeaseResult } from '../../../src/domain/limiter/limiter-contract.ts'
import type { Parked } from '../../../src/domain/limiter/parked-requests.ts'

const limits = { ratePerSecond: 10, burst: 5, concurrency: 3 }
const t0 = 1_000_000

const request = (key: string, orderedByMs = t0, lane: LeaseRequest['lane'] = 'normal'): LeaseRequest => ({
  key,
  orderedByMs,
  lane,
  notBeforeMs: 0,
})

/** A limiter with ids handed out in order, and its rows as the actor would store them. */
function limiterAt(nowMs: number, parked: readonly Parked[] = [], own = limits) {
  let ids = 0
  const limiter = new AccountLimiter(fullBudget(own, nowMs), parked)
  const rows = new Set(parked.map((row) => row.key))
  const apply = (row: ReturnType<AccountLimiter['report']>) => {
    if (row.type === 'store') rows.add(row.request.key)
    if (row.type === 'forget') rows.delete(row.key)
  }
  return {
    rows,
    limiter,
    acquire: (asked: LeaseRequest, atMs: number) => {
      ids += 1
      const { answer, row } = limiter.acquire(asked, own, `lease-${ids}`, atMs)
      apply(row)
      return answer
    },
    report: (leaseId: string, result: LeaseResult, atMs: number, retryAfterMs: number | null = null) =>
      apply(limiter.report({ leaseId, result, retryAfterMs }, atMs)),
    wake: (atMs: number) => {
      const { woken, dropped } = limiter.wake(() => `lease-${++ids}`, atMs)
      for (const key of dropped) rows.delete(key)
      return woken.map((each) => each.key)
    },
  }
}

function leaseOf(answer: ReturnType<ReturnType<typeof limiterAt>['acquire']>): string {
  if (!answer.granted) throw new Error('expected a lease')
  return answer.leaseId
}

describe('granting', () => {
  it('grants as many at once as may be under way, and parks the next', () => {
    const { acquire, rows } = limiterAt(t0)
    expect(['a', 'b', 'c', 'd'].map((key) => acquire(request(key), t0).granted)).toEqual([true, true, true, false])
    expect([...rows]).toEqual(['d'])
  })

  it('never begins more calls in a stretch of time than burst and rate allow', () => {
    const { acquire, report } = limiterAt(t0, [], { ratePerSecond: 10, burst: 5, concurrency: 100 })
    let granted = 0
    for (let atMs = t0; atMs < t0 + 2_000; atMs += 10) {
      const answer = acquire({ ...request(`k${atMs}`), notBeforeMs: 0 }, atMs)
      if (answer.granted) {
        granted += 1
        report(answer.leaseId, 'ok', atMs)
      } else break
    }
    expect(granted).toBeLessThanOrEqual(5 + 20)
    expect(granted).toBeGreaterThanOrEqual(5)
  })

  it('goes on at its rate when the clock is set back', () => {
    const { acquire, report, wake } = limiterAt(t0, [], { ratePerSecond: 10, burst: 1, concurrency: 5 })
    report(leaseOf(acquire(request('a'), t0)), 'ok', t0)
    const backMs = t0 - 600_000
    expect(acquire(request('b'), backMs).granted).toBe(false)
    expect(wake(backMs + 99)).toEqual([])
    expect(wake(backMs + 100)).toEqual(['b'])
  })

  it('does not let a newcomer overtake what is parked and due', () => {
    const { acquire, report } = limiterAt(t0)
    const first = ['a', 'b', 'c'].map((key) => leaseOf(acquire(request(key), t0)))
    acquire(request('parked'), t0)
    report(first[0] ?? '', 'ok', t0 + 10)
    expect(acquire(request('newcomer', t0 - 5), t0 + 10).granted).toBe(false)
  })

  it('parks what may not go yet, and grants it after its time', () => {
    const { acquire, wake } = limiterAt(t0)
    expect(acquire({ ...request('later'), notBeforeMs: t0 + 500 }, t0)).toEqual({
      granted: false,
      wakeAtMs: t0 + 500,
    })
    expect(wake(t0 + 499)).toEqual([])
    expect(wake(t0 + 500)).toEqual(['later'])
  })

  it('answers a repeated request of a granted lease with "not now", and wakes it once the lease has run out', () => {
    const { acquire, wake } = limiterAt(t0)
    acquire(request('a'), t0)
    expect(acquire(request('a'), t0 + 1).granted).toBe(false)
    expect(wake(t0 + leaseMs - 1)).toEqual([])
    expect(wake(t0 + leaseMs)).toEqual(['a'])
  })

  it('forgets a repeated request when the first one reports', () => {
    const { acquire, report, rows } = limiterAt(t0)
    const lease = leaseOf(acquire(request('a'), t0))
    acquire(request('a'), t0 + 1)
    report(lease, 'ok', t0 + 2)
    expect(rows.size).toBe(0)
  })
})

describe('waking', () => {
  it('wakes the oldest order first and no more than may call', () => {
    const { acquire, report, wake } = limiterAt(t0)
    const held = ['x', 'y', 'z'].map((key) => leaseOf(acquire(request(key), t0)))
    for (const [key, age] of [
      ['young', 30],
      ['old', 10],
      ['middle', 20],
    ] as const)
      acquire(request(key, t0 + age), t0)
    for (const lease of held.slice(0, 2)) report(lease, 'ok', t0 + 100)
    expect(wake(t0 + 100)).toEqual(['old', 'middle'])
  })

  it('keeps the turn of a woken request until it comes', () => {
    const { acquire, report, wake, rows } = limiterAt(t0)
    const held = ['x', 'y', 'z'].map((key) => leaseOf(acquire(request(key), t0)))
    acquire(request('waiting'), t0)
    report(held[0] ?? '', 'ok', t0 + 100)
    expect(wake(t0 + 100)).toEqual(['waiting'])
    expect(acquire(request('intruder'), t0 + 101).granted).toBe(false)
    expect(acquire(request('waiting'), t0 + 102).granted).toBe(true)
    expect([...rows]).toEqual(['intruder'])
  })

  it('wakes again a request whose message was lost, keeping its row, and gives up after a few times', () => {
    const { wake, rows } = limiterAt(t0, [{ ...request('lost'), wakes: 0 }])
    let woken = 0
    for (let atMs = t0; atMs < t0 + 30 * leaseMs; atMs += 1_000) {
      woken += wake(atMs).length
      if (woken === 3) expect([...rows]).toEqual(['lost'])
    }
    expect(woken).toBe(5)
    expect(rows.size).toBe(0)
  })

  it('says when to wake next, and nothing when nothing waits', () => {
    const { acquire, limiter } = limiterAt(t0)
    expect(limiter.nextWakeAtMs(t0)).toBeNull()
    acquire({ ...request('later'), notBeforeMs: t0 + 500 }, t0)
    expect(limiter.nextWakeAtMs(t0)).toBe(t0 + 500)
  })

  it('shares turns by lane, so bulk moves while urgent work never ends', () => {
    const many = (lane: LeaseRequest['lane'], count: number) =>
      Array.from({ length: count }, (_, index) => ({ ...request(`${lane}-${index}`, t0 + index, lane), wakes: 0 }))
    const parked = [...many('urgent', 200), ...many('normal', 200), ...many('bulk', 200)]
    const { wake, acquire, report } = limiterAt(t0, parked, { ratePerSecond: 10, burst: 1, concurrency: 1 })
    const order: string[] = []
    for (let atMs = t0; order.length < 130; atMs += 100) {
      for (const key of wake(atMs)) {
        order.push(key.split('-')[0] ?? '')
        report(leaseOf(acquire(request(key), atMs)), 'ok', atMs)
      }
    }
    const count = (lane: string) => order.filter((each) => each === lane).length
    expect({ urgent: count('urgent'), normal: count('normal'), bulk: count('bulk') }).toEqual({
      urgent: 80,
      normal: 40,
      bulk: 10,
    })
  })
})

describe('learning', () => {
  it('halves the rate once for a burst of throttled calls, and is silent until Retry-After', () => {
    const { acquire, report, limiter } = limiterAt(t0)
    const held = ['a', 'b', 'c'].map((key) => leaseOf(acquire(request(key), t0)))
    for (const lease of held) report(lease, 'throttled', t0 + 10, 5_000)
    expect(limiter.status(t0 + 10)).toMatchObject({ ratePerSecond: 5, pausedUntilMs: t0 + 5_010, leased: 0 })
    expect(acquire(request('d'), t0 + 4_000).granted).toBe(false)
    expect(limiter.nextWakeAtMs(t0 + 4_000)).toBe(t0 + 5_010)
  })

  it('grows back to the configured rate and never beyond', () => {
    const { acquire, report, limiter } = limiterAt(t0)
    report(leaseOf(acquire(request('a'), t0)), 'throttled', t0, 100)
    let atMs = t0 + 1_000
    for (let call = 0; call < 400; call += 1) {
      atMs += 200
      report(leaseOf(acquire(request(`k${call}`), atMs)), 'ok', atMs)
    }
    expect(limiter.status(atMs).ratePerSecond).toBe(10)
  })

  it('halves the calls at once with each failure, down to one, and doubles per round of good answers', () => {
    const { acquire, report, limiter } = limiterAt(t0)
    const held = ['a', 'b', 'c'].map((key) => leaseOf(acquire(request(key), t0)))
    const before = limiter.status(t0).concurrency
    report(held[0] ?? '', 'failed', t0 + 10)
    expect(limiter.status(t0 + 10).concurrency).toBe(Math.max(1, Math.floor(before / 2)))
    for (let failure = 0; failure < 8; failure++) report(held[0] ?? '', 'failed', t0 + 10)
    expect(limiter.status(t0 + 10).concurrency).toBe(1)
    report(held[1] ?? '', 'ok', t0 + 20)
    report(held[2] ?? '', 'ok', t0 + 20)
    expect(limiter.status(t0 + 20).concurrency).toBe(3)
  })

  it('starts with one call after a restart with work waiting', () => {
    const parked = Array.from({ length: 5 }, (_, index) => ({ ...request(`k${index}`, t0 + index), wakes: 0 }))
    const limiter = new AccountLimiter(cautiousBudget(limits, 0, t0), parked)
    expect(limiter.wake(() => 'lease', t0).woken.map((each) => each.key)).toEqual(['k0'])
  })

  it('follows a changed configuration at once', () => {
    const { limiter, acquire } = limiterAt(t0)
    acquire(request('a'), t0)
    limiter.acquire(request('b'), { ratePerSecond: 2, burst: 2, concurrency: 1 }, 'l', t0)
    expect(limiter.status(t0)).toMatchObject({ ratePerSecond: 2, concurrency: 1 })
  })

  it('gives a token back when the lease made no call', () => {
    const { acquire, report } = limiterAt(t0, [], { ratePerSecond: 0.001, burst: 1, concurrency: 1 })
    report(leaseOf(acquire(request('a'), t0)), 'unused', t0)
    expect(acquire(request('b'), t0).granted).toBe(true)
  })
})

describe('a partner that is down for ten minutes', () => {
  const downUntilMs = t0 + 10 * 60_000
  const orders = 300

  /** Every woken request is called at once; while down the first call of a round finds the breaker open for 30 s. */
  function drain() {
    const { acquire, report, wake, limiter, rows } = limiterAt(t0, [], { ratePerSecond: 20, burst: 10, concurrency: 4 })
    const calls: { key: string; atMs: number }[] = []
    const attempt = (asked: LeaseRequest, atMs: number) => {
      const answer = acquire(asked, atMs)
      if (!answer.granted) return
      if (atMs < downUntilMs) return report(answer.leaseId, 'deferred', atMs, 30_000)
      calls.push({ key: asked.key, atMs })
      report(answer.leaseId, 'ok', atMs + 1)
    }
    // Orders arrive in a shuffled sequence; age is what counts.
    for (let index = 0; index < orders; index += 1) {
      const age = (index * 7) % orders
      attempt(request(`o${String(age).padStart(4, '0')}`, t0 + age), t0 + index * 100)
    }
    let atMs = t0 + orders * 100
    while (calls.length < orders) {
      atMs = Math.max(atMs + 1, limiter.nextWakeAtMs(atMs) ?? Number.POSITIVE_INFINITY)
      if (!Number.isFinite(atMs)) throw new Error('nothing left to wake, but orders are missing')
      for (const key of wake(atMs)) attempt(request(key, t0 + Number(key.slice(1))), atMs)
    }
    return { calls, rows }
  }

  it('is drained in the order of age, each once', () => {
    const { calls, rows } = drain()
    const keys = calls.map((call) => call.key)
    expect(keys).toEqual([...keys].sort())
    expect(new Set(keys).size).toBe(orders)
    expect(rows.size).toBe(0)
  })

  it('is called at no more than its own rate when it comes back', () => {
    const { calls } = drain()
    for (const [index, call] of calls.entries()) {
      const inSecond = calls.slice(index).filter((other) => other.atMs < call.atMs + 1_000).length
      expect(inSecond).toBeLessThanOrEqual(10 + 20 + 1)
    }
    const lastAtMs = calls.at(-1)?.atMs ?? 0
    expect(lastAtMs).toBeLessThan(downUntilMs + 30_000 + (orders / 20) * 1_000 + 10_000)
  })
})
