import { evictDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mayCall, reportCall, returnTrial } from '../../queues/partner-breaker.ts'
import type { Env } from '../../src/env.ts'
import { testEnv } from '../fixtures/d1.ts'

/** The clock stands still: an open breaker closes after seconds. */
beforeEach(() => void vi.spyOn(Date, 'now').mockReturnValue(Date.now()))
afterEach(() => vi.restoreAllMocks())

const failTimes = async (account: string, times: number) => {
  for (let call = 0; call < times; call += 1) await reportCall(testEnv, account, 'failed')
}

describe('the breaker of an account', () => {
  it('lets calls through until the partner is down, and then says when to come back', async () => {
    await failTimes('down', 7)
    expect(await mayCall(testEnv, 'down')).toEqual({ allowed: true, phase: 'closed' })
    await failTimes('down', 1)
    const permission = await mayCall(testEnv, 'down')
    expect(permission.allowed).toBe(false)
    expect(!permission.allowed && permission.retryAtMs).toBeGreaterThan(Date.now())
  })

  it('keeps one account’s trouble from the others', async () => {
    await failTimes('sick', 8)
    expect((await mayCall(testEnv, 'well')).allowed).toBe(true)
  })

  it('stays open when it is evicted', async () => {
    await failTimes('evicted', 8)
    await evictDurableObject(testEnv.BREAKER.get(testEnv.BREAKER.idFromName('evicted')))
    expect((await mayCall(testEnv, 'evicted')).allowed).toBe(false)
  })

  it('takes a returned trial without complaint when there is none', async () => {
    await returnTrial(testEnv, 'idle')
    expect((await mayCall(testEnv, 'idle')).allowed).toBe(true)
  })

  it('lets calls through when it cannot be asked', async () => {
    const broken = {
      idFromName: (name: string) => testEnv.BREAKER.idFromName(name),
      get: () => ({ fetch: () => Promise.reject(new Error('overloaded')) }),
    }
    // Cast justified: only the two methods that the proxy uses are imitated.
    const env = { ...testEnv, BREAKER: broken as unknown as DurableObjectNamespace } satisfies Env
    expect(await mayCall(env, 'unreachable')).toEqual({ allowed: true, phase: 'closed' })
    await reportCall(env, 'unreachable', 'failed')
  })
})
