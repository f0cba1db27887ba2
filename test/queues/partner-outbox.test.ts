import { runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { actor, type LimiterApi } from '../../src/actor-apis.ts'
import type { Env } from '../../src/env.ts'
import { testConfig } from '../fixtures/config.ts'
import { consumeBatch } from '../fixtures/consume-batch.ts'
import { testEnv } from '../fixtures/d1.ts'
import { checkedOrders, receive, sellNewSku, type TestOrder } from '../fixtures/order-actor-rig.ts'

const { newOrder } = checkedOrders()
const env: Env = { ...testEnv, CROSSDOCK_SECRETS: JSON.stringify(testConfig.secrets) }

type Answer = { readonly status: number; readonly body: object; readonly retryAfter?: string }
let asked: string[] = []
/** What the warehouse answers next, in turn; the last answer repeats. */
let answers: (Answer | Error)[] = []
/** What the warehouse has: judged there, not by what we believe. */
const made = new Map<string, number>()

beforeEach(() => {
  asked = []
  answers = []
  made.clear()
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const { pathname } = new URL(String(input))
    const method = init?.method ?? 'GET'
    asked.push(`${method} ${decodeURIComponent(pathname)}`)
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer instanceof Error || answer === undefined) throw answer ?? new Error('no answer is planned')
    if (method === 'POST' && answer.status < 300) made.set(pathname, (made.get(pathname) ?? 0) + 1)
    const headers = answer.retryAfter === undefined ? {} : { 'retry-after': answer.retryAfter }
    return Response.json(answer.body, { status: answer.status, headers })
  })
})
afterEach(() => vi.useRealTimers())

const accepted = (order: TestOrder): Answer => ({
  status: 201,
  body: { fulfilmentOrderId: `${order.name}/F1`, reference: 'W-77', status: 'accepted' },
})
const notFound: Answer = { status: 404, body: { reason: 'not_found', message: 'no such order' } }
const down: Answer = { status: 503, body: {} }
const later = (ms: number) => vi.useFakeTimers({ now: Date.now() + ms, toFake: ['Date'] })

/** An order whose ERP has booked it, and whose release is wanted at the warehouse. */
async function releasable(): Promise<TestOrder> {
  const sku = await sellNewSku()
  await receive(sku, 'east', 5)
  const order = newOrder()
  await order.observe([{ sku, quantity: 1 }])
  await order.until((state) => state.intents.some((intent) => intent.kind === 'erp_create_order'))
  await order.commit('erp_create_order/1')
  await order.until((state) => state.intents.some((intent) => intent.intentId === 'warehouse_release/F1'))
  return order
}
const wanted = (order: TestOrder) => [
  { type: 'intent', orderId: order.name, intentId: 'warehouse_release/F1', account: 'wh-east' },
]
const statusOf = async (order: TestOrder) =>
  (await order.state()).intents.find((intent) => intent.intentId === 'warehouse_release/F1')?.status
const limiter = () => actor<LimiterApi>(testEnv.LIMITER, 'wh-east')

describe('a release on its way to the warehouse', () => {
  it('is made once, however often its message comes', async () => {
    const order = await releasable()
    answers = [accepted(order)]
    for (let copy = 0; copy < 3; copy += 1) {
      expect((await consumeBatch('partner-outbox', wanted(order), env)).acked).toEqual(['m0'])
    }
    expect(asked).toEqual(['POST /v1/fulfilment-orders'])
    expect(await statusOf(order)).toBe('settled')
    expect((await order.state()).fulfilmentOrders[0]?.reference).toBe('W-77')
    expect(await limiter().status()).toMatchObject({ leased: 0 })
  })

  it('is looked for before it is asked for again, when nobody knows what became of the first call', async () => {
    const order = await releasable()
    answers = [down]
    await consumeBatch('partner-outbox', wanted(order), env)
    expect(await statusOf(order)).toBe('unknown')
    // Too early: the warehouse may still be at it.
    await consumeBatch('partner-outbox', wanted(order), env)
    expect(asked).toHaveLength(1)
    later(120_000)
    answers = [notFound, accepted(order)]
    await consumeBatch('partner-outbox', wanted(order), env)
    expect(asked.slice(1)).toEqual([`GET /v1/fulfilment-orders/${order.name}/F1`, 'POST /v1/fulfilment-orders'])
    expect(await statusOf(order)).toBe('settled')
  })

  it('is not asked for again when the probe finds it', async () => {
    const order = await releasable()
    answers = [new Error('the connection was lost')]
    await consumeBatch('partner-outbox', wanted(order), env)
    later(120_000)
    answers = [{ ...accepted(order), status: 200 }]
    await consumeBatch('partner-outbox', wanted(order), env)
    expect(asked.map((each) => each.split(' ')[0])).toEqual(['POST', 'GET'])
    expect(await statusOf(order)).toBe('settled')
  })

  it('is left to its order’s timer when its partner asks for silence', async () => {
    const order = await releasable()
    answers = [{ status: 429, body: {}, retryAfter: '300' }]
    expect((await consumeBatch('partner-outbox', wanted(order), env)).acked).toEqual(['m0'])
    expect(await statusOf(order)).toBe('pending')
    const status = await limiter().status()
    expect(status.ratePerSecond).toBe(5)
    expect(status.pausedUntilMs).toBeGreaterThan(Date.now())
    // The next one is parked: it is acknowledged without a call.
    await consumeBatch('partner-outbox', wanted(order), env)
    expect(asked).toHaveLength(1)
    later(600_000)
    answers = [accepted(order)]
    // The limiter wakes it when its turn has come, and keeps the turn for it.
    await runDurableObjectAlarm(testEnv.LIMITER.get(testEnv.LIMITER.idFromName('wh-east')))
    await consumeBatch('partner-outbox', wanted(order), env)
    expect(await statusOf(order)).toBe('settled')
  })

  it('opens a case in its order when the account was taken out of the configuration', async () => {
    const order = await releasable()
    const [message] = wanted(order)
    await consumeBatch('partner-outbox', [{ ...message, account: 'gone' }], env)
    expect(await statusOf(order)).toBe('rejected')
    expect(asked).toEqual([])
  })
})
