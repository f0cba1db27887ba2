/** What one operation costs, counted rather than timed: commits, calls to positions, and what an answer waits for. */
import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { OrderActor } from '../../durable-objects/order-actor.ts'
import { orderPorts } from '../../durable-objects/order-ports.ts'
import type { ReservationActor } from '../../durable-objects/reservation-actor.ts'
import type { StockActor } from '../../durable-objects/stock-actor.ts'
import { operationCounts } from '../../scripts/scale/operation-counts.ts'
import { actor, type OrderApi, type StockApi } from '../../src/actor-apis.ts'
import { hmacSha256, toBase64 } from '../../src/connectors/transport/hmac.ts'
import { lineId } from '../../src/domain/shared/ids.ts'
import { reservationShards } from '../../src/domain/stock/reservation-shard.ts'
import type { Env } from '../../src/env.ts'
import { examples } from '../../src/http/wire/examples.ts'
import { orderCommand, testOrder } from '../fixtures/order-commands.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { counted, post, send } from './send.ts'

/** What a loaded storefront keeps under way at one position. */
const callersAtOnce = 32
const rounds = 20
const skus = Array.from({ length: 12 }, (_, index) => `COUNTED-${index + 1}`)
let env: Env

beforeAll(async () => {
  const { secrets } = await seedConfig((file) => ({
    ...file,
    entities: file.entities.map(({ erp: _erp, ...entity }) => entity),
    locations: file.locations.map(({ account: _account, ...location }) => location),
    skus: [...file.skus, ...skus.map((sku) => ({ ...file.skus[0], sku, title: sku }) as (typeof file.skus)[number])],
  }))
  env = { ...bindings, CROSSDOCK_SECRETS: JSON.stringify(secrets) }
  const receipt = { location: 'east', movement: 'receipt', quantity: 10_000, occurredAt: '2026-03-14T09:26:53Z' }
  const movements = ['ROPE-10', ...skus].map((sku) => ({ ...receipt, eventId: `counted-${sku}`, sku }))
  expect((await post('/v1/inventory/movements', { movements })).status).toBe(200)
})

afterEach(() => {
  vi.restoreAllMocks()
})

// Casts justified: the bindings are typed without their classes.
const stockStub = (name: string) => stubOf(bindings.STOCK, name) as DurableObjectStub<StockActor>
const shardStub = (name: string) => stubOf(bindings.RESERVATION, name) as DurableObjectStub<ReservationActor>
const orderStub = (name: string) => stubOf(bindings.ORDER, name) as DurableObjectStub<OrderActor>
const stubOf = (namespace: DurableObjectNamespace, name: string) => namespace.get(namespace.idFromName(name))

const cart = (reservationId: string, sku: string) => ({
  reservationId,
  lines: [{ sku, quantity: 1 }],
  expiresInSeconds: 900,
})
const order = (externalOrderId: string) => ({ ...examples.order, externalOrderId })

describe('commits', () => {
  it('are shared by hot reservations: one in ten at the position, and half a one in all', async () => {
    const reserve = (id: string) => post('/v1/reservations', cart(id, 'ROPE-10'))
    const before = await commitsSoFar('ROPE-10@east')
    for (let round = 0; round < rounds; round++) {
      const answers = await Promise.all(
        Array.from({ length: callersAtOnce }, (_, caller) => reserve(`${round}-${caller}`)),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    }
    const after = await commitsSoFar('ROPE-10@east')
    const reservations = rounds * callersAtOnce
    const atPosition = (after.position - before.position) / reservations
    expect(atPosition).toBeLessThanOrEqual(0.1)
    expect(atPosition + (after.shards - before.shards) / reservations).toBeLessThanOrEqual(0.55)
  })

  it('of a new order: one before its sender is answered', async () => {
    const name = `shopify-us:counted-${crypto.randomUUID().slice(0, 8)}`
    const externalOrderId = name.split(':')[1] ?? ''
    const observed = testOrder([{ sku: 'ROPE-10', quantity: 1 }], { externalOrderId })
    const commits = await runInDurableObject(orderStub(name), async (instance, { storage }) => {
      const spy = vi.spyOn(storage, 'transactionSync')
      await instance.execute(name, orderCommand({ type: 'observe', order: observed }))
      return spy.mock.calls.length
    })
    expect(commits).toBe(operationCounts.commitsBeforeAnswer)
  })

  async function commitsSoFar(position: string) {
    const atShards = Array.from({ length: reservationShards }, (_, shard) =>
      runInDurableObject(shardStub(`${shard}`), ({ saving }) => saving.batches),
    )
    const shards = (await Promise.all(atShards)).reduce((sum, batches) => sum + batches, 0)
    return { shards, position: await runInDurableObject(stockStub(position), ({ execution }) => execution.batches) }
  }
})

describe('calls to positions', () => {
  it.each([1, 3, 12])('by an order over %i of them: one each to hold, one each to commit', async (positions) => {
    const calls = { hold: 0, commit: 0 }
    countCalls((commands) => {
      const own = commands.filter(({ cause }) => cause.id === `b2b:PO-${positions}`)
      for (const type of ['hold', 'commit'] as const) if (own.some((each) => each.type === type)) calls[type] += 1
    })
    const some = skus.slice(0, positions)
    const body = { ...order(`PO-${positions}`), ...linesOver([...some, ...some]) }
    expect((await post('/v1/orders', body)).status).toBe(201)
    await vi.waitFor(async () => {
      const state = await actor<OrderApi>(bindings.ORDER, `b2b:PO-${positions}`).state()
      expect(state?.stage).toBe('released')
    }, 15_000)
    expect(calls).toEqual({
      hold: positions * operationCounts.holdCallsPerPosition,
      commit: positions * operationCounts.commitCallsPerPosition,
    })
  })

  /** Two lines of each SKU: what is bundled is the position, not the line. */
  function linesOver(wanted: readonly string[]) {
    const lines = wanted.map((externalSku, index) => ({
      lineId: `${index + 1}`,
      externalSku,
      title: externalSku,
      quantity: 1,
      unitPriceMinor: 100,
    }))
    return { lines, totals: { subtotalMinor: 100 * wanted.length, totalMinor: 100 * wanted.length } }
  }

  function countCalls(count: (commands: Parameters<StockApi['applyMany']>[1]) => void): void {
    const get = bindings.STOCK.get.bind(bindings.STOCK)
    vi.spyOn(bindings.STOCK, 'get').mockImplementation((id, options) => {
      const stub = get(id, options)
      const applyMany: StockApi['applyMany'] = (position, commands) => {
        count(commands)
        // Cast justified: the bindings are typed without their classes, and this one's class is StockActor.
        return (stub as unknown as StockApi).applyMany(position, commands)
      }
      return new Proxy(stub, {
        get: (target, name) => (name === 'applyMany' ? applyMany : Reflect.get(target, name)),
      })
    })
  }
})

describe('reads of the catalogue', () => {
  it('by an order of many lines that nobody looked up before: one for fifty of them', async () => {
    const unknown = Array.from({ length: 60 }, (_, at) => `NEW-${at}`)
    let reads = 0
    const config = new Proxy(bindings.CONFIG, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (name === 'get') reads += 1
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
    const ports = orderPorts({ ...bindings, CONFIG: config }, { state: () => null, record: () => {} })
    const lines = [...unknown, ...skus].map((externalSku) => ({ lineId: lineId(externalSku), externalSku }))
    const found = await ports.findLines('b2b', lines)
    expect(found.slice(0, 60).every(({ listing }) => listing === null)).toBe(true)
    expect(found.slice(60).map(({ listing }) => listing?.sku)).toEqual(skus)
    expect(reads).toBeLessThanOrEqual(2)
  })
})

describe('an answer waits for no D1 and no queue', () => {
  it.each([
    ['a webhook', 202, async (bound: Env) => send('/v1/webhooks/shopify-us', await signedWebhook(), bound)],
    ['a reservation', 201, (bound: Env) => post('/v1/reservations', cart('unhurried', 'ROPE-10'), {}, bound)],
    ['an order', 201, (bound: Env) => post('/v1/orders', order('PO-unhurried'), {}, bound)],
  ] as const)('to %s, even when every queue is stuck', async (_what, status, request) => {
    const unstick = stickQueues()
    const watched = counted(env)
    const answer = await request(watched.env)
    unstick()
    expect(answer.status).toBe(status)
    expect(watched.calls).toEqual([])
  })

  /** Sends from within the actors as well: they share these bindings. */
  function stickQueues(): () => void {
    const { promise, resolve } = Promise.withResolvers<never>()
    for (const queue of [
      bindings.INBOUND_ORDERS,
      bindings.PARTNER_OUTBOX,
      bindings.PUBLICATION,
      bindings.PROJECTIONS,
    ]) {
      vi.spyOn(queue as Queue, 'send').mockReturnValue(promise)
      vi.spyOn(queue as Queue, 'sendBatch').mockReturnValue(promise)
    }
    return () => resolve(undefined as never)
  }

  async function signedWebhook(): Promise<RequestInit> {
    const body = JSON.stringify({ id: 8_151, updated_at: '2026-03-14T09:26:53Z' })
    const encode = (text: string) => new TextEncoder().encode(text)
    const headers = {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': 'harbour.example',
      'x-shopify-event-id': 'counted',
      'x-shopify-hmac-sha256': toBase64(await hmacSha256(encode('shopify-secret'), encode(body))),
    }
    return { method: 'POST', body, headers }
  }
})
