import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { retryDelaySeconds } from '../../queues/retry-delay.ts'
import { actor, type InboxApi } from '../../src/actor-apis.ts'
import type { Env } from '../../src/env.ts'
import { consumeBatch } from '../fixtures/consume-batch.ts'
import { testEnv } from '../fixtures/d1.ts'
import { receive } from '../fixtures/queue-rig.ts'
import { seedConfig } from '../http/seed-config.ts'

let warnings: string[] = []
beforeEach(() => {
  warnings = []
  vi.spyOn(console, 'warn').mockImplementation((line: string) => void warnings.push(line))
})
afterEach(() => vi.restoreAllMocks())

const unreachableOrder = (): Env => {
  const stub = () => Promise.reject(new Error('overloaded'))
  const namespace = { idFromName: () => ({}), get: () => ({ recordOutcome: stub, execute: stub }) }
  // Cast justified: consumers use a namespace only to look up a stub, and of it only these methods here.
  return { ...testEnv, ORDER: namespace as unknown as DurableObjectNamespace }
}
const intent = { type: 'intent', orderId: 'shopify-us:1', intentId: 'erp_create_order/1', account: 'tryton-main' }

describe('dispatch', () => {
  it('keeps the messages of a queue it has no consumer for, and says so', async () => {
    expect(await consumeBatch('no-such-queue', ['a', 'b'])).toEqual({ acked: [], retried: ['m0', 'm1'] })
    expect(warnings.join()).toContain('queue_without_consumer')
  })

  it('is not fooled by names that every object has', async () => {
    expect((await consumeBatch('constructor', ['a'])).retried).toEqual(['m0'])
  })

  it('brings everything again when nothing is configured yet', async () => {
    expect(await consumeBatch('partner-outbox', [intent])).toEqual({ acked: [], retried: ['m0'] })
    expect(warnings.join()).toContain('batch_failed')
  })

  it('lets a message wait longer each time, ten minutes in all', () => {
    const delays = Array.from({ length: 8 }, (_, index) => retryDelaySeconds(index + 1))
    expect(delays).toEqual([2, 4, 8, 16, 32, 64, 128, 256])
  })
})

describe('dead letters', () => {
  beforeEach(async () => void (await seedConfig()))

  it('of a delivery are recorded in its inbox with the reason', async () => {
    const { body, inbox, receipt } = await receive('dead', { key: 'a', shardKey: 's', body: '[]' })
    expect((await consumeBatch('inbound-inventory-dead', [body])).acked).toEqual(['m0'])
    const [delivery] = await actor<InboxApi>(testEnv.INBOX, inbox).read([receipt.deliveryId])
    expect(delivery).toMatchObject({ status: 'dead_lettered', reason: 'attempts_exhausted', body: '[]' })
  })

  it('of an intent tell its order that nobody will try again', async () => {
    const told: unknown[] = []
    const recordOutcome = async (...args: unknown[]) => void told.push(args)
    const namespace = { idFromName: (name: string) => name, get: () => ({ recordOutcome }) }
    // Cast justified: the consumer uses only the stub lookup and this method.
    const env = { ...testEnv, ORDER: namespace as unknown as DurableObjectNamespace }
    expect((await consumeBatch('partner-outbox-dead', [intent], env)).acked).toEqual(['m0'])
    expect(told).toEqual([['erp_create_order/1', 0, expect.objectContaining({ outcome: 'exhausted' })]])
  })

  it('come again while the actor that must hear of them cannot be reached', async () => {
    expect(await consumeBatch('partner-outbox-dead', [intent], unreachableOrder())).toEqual({
      acked: [],
      retried: ['m0'],
    })
  })

  it('of a wake-up or a rebuild get a second chance later; a feed asks again by itself', async () => {
    const sent: unknown[] = []
    const send = async (body: unknown, options: unknown) => void sent.push([body, options])
    // Cast justified: only `send` of these queues is used here.
    const queue = { send } as unknown as Queue<never>
    const env = { ...testEnv, INBOUND_ORDERS: queue, PUBLICATION: queue, PROJECTIONS: queue } as Env
    const wake = { type: 'wake_order', orderId: 'shopify-us:1', why: 'stock' }
    const publication = { type: 'publish_stock', account: 'shopify-us', sku: 'ROPE-10' }
    const rebuild = { type: 'rebuild', rebuildId: 'r', requestedAtMs: 1, step: { phase: 'drop' } }
    await consumeBatch('inbound-orders-dead', [wake], env)
    await consumeBatch('publication-dead', [publication], env)
    await consumeBatch(
      'projections-dead',
      [rebuild, { type: 'project', actor: 'stock', name: 'x', throughSeq: 1 }],
      env,
    )
    expect(sent).toEqual([wake, rebuild].map((body) => [body, { delaySeconds: 600 }]))
  })

  it('of no known kind are kept where a person can read them', async () => {
    expect((await consumeBatch('inbound-orders-dead', [{ type: 'from_the_future', n: 1 }])).acked).toEqual(['m0'])
    const { objects } = await testEnv.PAYLOADS.list({ prefix: 'dead-letters/inbound-orders-dead/' })
    const kept = await Promise.all(objects.map(async ({ key }) => (await testEnv.PAYLOADS.get(key))?.json()))
    expect(kept).toEqual([{ type: 'from_the_future', n: 1 }])
  })
})
