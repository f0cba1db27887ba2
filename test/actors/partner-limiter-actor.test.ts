import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { actor, type LimiterApi } from '../../src/actor-apis.ts'
import type { LeaseRequest } from '../../src/domain/limiter/limiter-contract.ts'
import { testEnv } from '../fixtures/d1.ts'

/** An hour ahead, so that no alarm goes off by itself: who waits is woken when a test lets it. */
beforeEach(() => void vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000))
afterEach(() => vi.restoreAllMocks())

const limits = { ratePerSecond: 1_000, burst: 100, concurrency: 2 }
const request = (key: string, orderedByMs = 1): LeaseRequest => ({
  key: `nobody:${key}|erp_create_order/1`,
  orderedByMs,
  lane: 'normal',
  notBeforeMs: 0,
})

function freshLimiter(account: string) {
  const stub = testEnv.LIMITER.get(testEnv.LIMITER.idFromName(account))
  const api = actor<LimiterApi>(testEnv.LIMITER, account)
  const acquire = (key: string, orderedByMs = 1) => api.acquire(account, limits, request(key, orderedByMs))
  return { stub, api, acquire }
}
const leaseOf = (answer: Awaited<ReturnType<LimiterApi['acquire']>>) => (answer.granted ? answer.leaseId : '')

describe('the limiter of an account', () => {
  it('grants without writing anything while there is room', async () => {
    const { api, acquire, stub } = freshLimiter('idle')
    const answer = await acquire('a')
    expect(answer.granted).toBe(true)
    await api.report({ leaseId: leaseOf(answer), result: 'ok', retryAfterMs: null })
    expect(await tables(stub)).toEqual([])
    expect(await api.status()).toMatchObject({ parked: 0, leased: 0, concurrency: 2 })
  })

  it('answers an untouched account without writing', async () => {
    const { api, stub } = freshLimiter('untouched')
    expect(await api.status()).toMatchObject({ parked: 0, leased: 0 })
    await api.report({ leaseId: 'unknown', result: 'ok', retryAfterMs: null })
    expect(await tables(stub)).toEqual([])
  })

  it('parks durably, and wakes the oldest when a call reports', async () => {
    const { api, acquire, stub } = freshLimiter('busy')
    const first = await acquire('a')
    await acquire('b')
    expect((await acquire('young', 20)).granted).toBe(false)
    expect((await acquire('old', 10)).granted).toBe(false)
    await api.report({ leaseId: leaseOf(first), result: 'ok', retryAfterMs: null })
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    // The message was sent; its request has a lease reserved that nobody else gets.
    expect((await acquire('intruder')).granted).toBe(false)
    expect((await acquire('old', 10)).granted).toBe(true)
    expect(await parkedKeys(stub)).toEqual(['nobody:intruder|erp_create_order/1', 'nobody:young|erp_create_order/1'])
  })

  it('remembers who waits when it is evicted, and then begins with one call', async () => {
    const { acquire, stub, api } = freshLimiter('evicted')
    for (const key of ['a', 'b', 'c', 'd', 'e']) await acquire(key)
    await evictDurableObject(stub)
    expect(await runInDurableObject(stub, (_, state) => state.storage.getAlarm())).not.toBeNull()
    expect(await api.status()).toMatchObject({ parked: 3, leased: 0, concurrency: 1 })
    await runDurableObjectAlarm(stub)
    expect(await api.status()).toMatchObject({ parked: 2, leased: 1 })
  })

  it('keeps silent until Retry-After even if it is evicted meanwhile', async () => {
    const { acquire, stub, api } = freshLimiter('throttled')
    const answer = await acquire('a')
    await api.report({ leaseId: leaseOf(answer), result: 'throttled', retryAfterMs: 60_000 })
    await evictDurableObject(stub)
    expect((await acquire('b')).granted).toBe(false)
    expect((await api.status()).pausedUntilMs).toBeGreaterThan(Date.now() + 50_000)
  })

  it('arms its alarm again when it wakes without one', async () => {
    const { acquire, stub } = freshLimiter('lost-alarm')
    for (const key of ['a', 'b', 'c']) await acquire(key)
    await runInDurableObject(stub, (_, state) => state.storage.deleteAlarm())
    await evictDurableObject(stub)
    expect(await runInDurableObject(stub, (_, state) => state.storage.getAlarm())).not.toBeNull()
  })
})

async function tables(stub: DurableObjectStub): Promise<unknown[]> {
  return runInDurableObject(stub, (_, state) =>
    state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '_cf%'").toArray(),
  )
}

async function parkedKeys(stub: DurableObjectStub): Promise<unknown[]> {
  return runInDurableObject(stub, (_, state) =>
    state.storage.sql
      .exec('SELECT key FROM parked ORDER BY key')
      .toArray()
      .map((row) => row.key),
  )
}
