import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { actor, type IdempotencyApi } from '../../src/actor-apis.ts'
import { leaseMs, retentionMs } from '../../src/domain/idempotency/idempotency.ts'
import { testEnv } from '../fixtures/d1.ts'

const answer = { status: 201, headers: { location: '/v1/orders/b2b:1' }, body: '{"order":1}' }

function freshActor(name: string) {
  const stub = testEnv.IDEMPOTENCY.get(testEnv.IDEMPOTENCY.idFromName(name))
  return { stub, api: actor<IdempotencyApi>(testEnv.IDEMPOTENCY, name) }
}

describe('an idempotency key', () => {
  it('answers a repeated request with the first answer, also after an eviction', async () => {
    const { api, stub } = freshActor('repeat')
    expect(await api.begin('k', 'f')).toEqual({ kind: 'proceed' })
    await api.finish('k', 'f', answer)
    await evictDurableObject(stub)
    expect(await api.begin('k', 'f')).toEqual({ kind: 'replay', ...answer })
    expect(await api.begin('k', 'other')).toEqual({ kind: 'other_request' })
  })

  it('lets one of many simultaneous requests run', async () => {
    const { api } = freshActor('race')
    const kinds = await Promise.all(Array.from({ length: 20 }, async () => (await api.begin('k', 'f')).kind))
    expect(kinds.filter((kind) => kind === 'proceed')).toHaveLength(1)
    expect(kinds.filter((kind) => kind === 'in_flight')).toHaveLength(19)
  })

  it('may be used again after a server fault', async () => {
    const { api } = freshActor('fault')
    await api.begin('k', 'f')
    await api.finish('k', 'f', null)
    expect(await api.begin('k', 'another body')).toEqual({ kind: 'proceed' })
  })

  it('runs again when its first request died', async () => {
    const { api, stub } = freshActor('died')
    await api.begin('k', 'f')
    await age(stub, leaseMs)
    expect(await api.begin('k', 'f')).toEqual({ kind: 'proceed' })
  })

  it('is tidied up after a day, and the actor then sleeps', async () => {
    const { api, stub } = freshActor('tidy')
    await api.begin('old', 'f')
    await age(stub, retentionMs)
    await api.begin('young', 'f')
    await runDurableObjectAlarm(stub)
    expect(await keys(stub)).toEqual(['young'])
    await age(stub, retentionMs)
    await runDurableObjectAlarm(stub)
    expect(await keys(stub)).toEqual([])
    expect(await runInDurableObject(stub, (_, state) => state.storage.getAlarm())).toBeNull()
  })
})

/** Moves everything stored into the past. */
async function age(stub: DurableObjectStub, byMs: number): Promise<void> {
  await runInDurableObject(stub, (_, state) => {
    const update = 'UPDATE idempotency_key SET begun_at_ms = begun_at_ms - ?1, lease_until_ms = lease_until_ms - ?1'
    state.storage.sql.exec(update, byMs)
  })
}

async function keys(stub: DurableObjectStub): Promise<unknown[]> {
  return runInDurableObject(stub, (_, state) =>
    state.storage.sql
      .exec('SELECT key FROM idempotency_key')
      .toArray()
      .map((row) => row.key),
  )
}
