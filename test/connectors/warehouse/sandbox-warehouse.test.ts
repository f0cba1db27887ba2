/** The warehouse connector and the sandbox warehouse, over real sockets in both directions. */
import { afterEach, describe, expect, it } from 'vitest'
import { startWarehouse, type WarehouseOptions, type WarehouseSandbox } from '../../../scripts/sandbox/warehouse.ts'
import type { CanonicalEvent, ClientContext, PartnerFetch } from '../../../src/connectors/ports.ts'
import { warehouse } from '../../../src/connectors/warehouse/index.ts'
import { runEffect } from '../../fixtures/run-effect.ts'
import {
  type Listener,
  listen,
  recallRequest,
  releaseRequest,
  requestSecret,
  until,
  warehouseAccount,
  warehouseContext,
  warehouseSecrets,
  webhookSecret,
} from './warehouse-requests.ts'

const { warehouse_release: release, warehouse_cancel: cancel } = warehouse.outbound
const inbound = warehouse.inbound
if (!inbound || !release || !cancel) throw new Error('the warehouse connector is whole')

const started: { readonly stop: () => Promise<void> }[] = []
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop()
})

type World = { readonly wms: WarehouseSandbox; readonly crossdock: Listener; readonly context: ClientContext }

async function world(options: Partial<WarehouseOptions> = {}): Promise<World> {
  const crossdock = await listen(
    inbound as NonNullable<typeof inbound>,
    warehouseAccount('http://127.0.0.1'),
    warehouseSecrets,
  )
  started.push(crossdock)
  const wms = await startWarehouse({
    location: 'east',
    requestSecret,
    webhookSecret,
    webhookUrl: `${crossdock.url}/v1/webhooks/wh-east`,
    skus: ['ROPE-10', 'ANCHOR-S'],
    ...options,
  })
  started.push(wms)
  return { wms, crossdock, context: warehouseContext(wms.url) }
}

type Shipped = Extract<CanonicalEvent, { type: 'shipment_reported' }>
const shipmentsIn = (events: readonly CanonicalEvent[]) =>
  events.filter((event): event is Shipped => event.type === 'shipment_reported').map((event) => event.shipment)
const typesIn = (events: readonly CanonicalEvent[]) => events.map((event) => event.type)

describe('releasing to a warehouse', () => {
  it('is accepted, picked once and shipped, and each step is heard', async () => {
    const { wms, crossdock, context } = await world()
    const outcome = await release.call(releaseRequest('1'), context)
    expect(outcome).toMatchObject({ outcome: 'committed', reference: 'WO-000001' })
    await until(() => shipmentsIn(crossdock.events).length === 1, 'the shipment')
    expect(typesIn(crossdock.events)).toEqual(['fulfilment_accepted', 'shipment_reported'])
    expect(shipmentsIn(crossdock.events)[0]).toMatchObject({
      fulfilmentOrderId: 'shopify-us:1/F1',
      lines: [
        { lineId: 'L1', quantity: 4 },
        { lineId: 'L2', quantity: 1 },
      ],
      shortLines: [],
    })
    expect(wms.floor.find('shopify-us:1/F1')).toMatchObject({ picks: 1, repeats: 0, status: 'shipped' })
  })

  it('is one release however often it is asked for, and a probe finds it', async () => {
    const { wms, context } = await world({ behaviour: { pickMs: 60_000 } })
    expect(await release.probe(releaseRequest('2'), context)).toEqual({ outcome: 'absent' })
    await release.call(releaseRequest('2'), context)
    expect(await release.call(releaseRequest('2'), context)).toMatchObject({ outcome: 'committed' })
    expect(await release.probe(releaseRequest('2'), context)).toMatchObject({ reference: 'WO-000001' })
    expect(wms.floor.orders()).toMatchObject([{ picks: 1, repeats: 1 }])
  })

  it('is refused for good with an unknown SKU, or with another content under a known id', async () => {
    const { context } = await world()
    const unknown = releaseRequest('3', [['L1', 'NO-SUCH', 1]])
    expect(await release.call(unknown, context)).toEqual({
      outcome: 'absent',
      retryable: false,
      class: 'missing',
      message: 'unknown_sku: NO-SUCH',
    })
    await release.call(releaseRequest('3'), context)
    expect(await release.call(releaseRequest('3', [['L1', 'ROPE-10', 9]]), context)).toMatchObject({
      outcome: 'absent',
      retryable: false,
      class: 'duplicate',
    })
  })

  it('is refused as unsigned with a wrong secret, a stale clock, or a signature for another request', async () => {
    const { wms, context } = await world()
    const permission = { outcome: 'absent', retryable: false, class: 'permission' }
    const wrong = { ...warehouseSecrets, 'wh-east-outbound': webhookSecret }
    expect(await release.call(releaseRequest('4'), { ...context, secrets: wrong })).toMatchObject(permission)
    expect(await release.call(releaseRequest('4'), { ...context, secrets: {} })).toMatchObject(permission)
    const stale = { ...context, nowMs: () => Date.now() - 600_000 }
    expect(await release.call(releaseRequest('4'), stale)).toMatchObject(permission)
    await release.call(releaseRequest('5'), context)
    const elsewhere: PartnerFetch = (request) =>
      context.fetch({ ...request, url: request.url.replace('shopify-us%3A4', 'shopify-us%3A5') })
    expect(await release.probe(releaseRequest('4'), { ...context, fetch: elsewhere })).toMatchObject({
      outcome: 'unknown',
    })
    expect(await cancel.call(recallRequest('4'), { ...context, fetch: elsewhere })).toMatchObject({ outcome: 'absent' })
    expect(wms.floor.find('shopify-us:5/F1')?.status).not.toBe('cancelled')
  })

  it.each(['drop_after', 'error_after', 'drop_before', 'error_before'] as const)(
    'happens once when the warehouse fails with %s',
    async (fault) => {
      const { wms, context } = await world()
      wms.script([{ fault, match: 'POST /v1/fulfilment-orders' }])
      expect(await release.call(releaseRequest('6'), context)).toMatchObject({ outcome: 'unknown' })
      expect(await runEffect(release, releaseRequest('6'), context)).toMatchObject({ outcome: 'committed' })
      expect(wms.floor.orders()).toMatchObject([{ picks: 1 }])
    },
  )

  it('happens once for each of many orders while the warehouse fails in every way it can', async () => {
    const { wms, crossdock, context } = await world({
      seed: 7,
      faults: {
        rates: { error_before: 0.15, error_after: 0.15, drop_after: 0.1, drop_before: 0.05, rate_limit: 0.05 },
        retryAfterSeconds: 0,
      },
      behaviour: { pickMs: 1, partialRate: 0.3, shortRate: 0.2, rejectRate: 0.1, forgetRate: 0.1, forgottenMs: 60_000 },
      habits: { duplicateRate: 0.3, delayMaxMs: 30 },
    })
    const numbers = Array.from({ length: 80 }, (_, index) => `many-${index}`)
    await Promise.all(numbers.map((number) => runEffect(release, releaseRequest(number), context)))
    const ended = () => wms.floor.orders().filter((order) => order.status === 'shipped' || order.status === 'rejected')
    await until(() => ended().length === numbers.length && wms.pending() === 0, 'every order')
    expect(wms.executedTwice()).toEqual([])
    expect(wms.floor.orders().map((order) => order.picks)).toEqual(numbers.map(() => 1))
    const told = new Map<string, number>()
    for (const { fulfilmentOrderId, lines, shortLines } of shipmentsIn(crossdock.events)) {
      const units = [...lines, ...shortLines].reduce((sum, line) => sum + line.quantity, 0)
      told.set(fulfilmentOrderId, (told.get(fulfilmentOrderId) ?? 0) + units)
    }
    const shipped = wms.floor.orders().filter((order) => order.status === 'shipped')
    expect([...told.values()].every((units) => units === 5)).toBe(true)
    expect(told.size).toBe(shipped.length)
    expect(new Set(crossdock.statuses)).toEqual(new Set([202]))
  })

  it('is not called absent because some proxy has no such page', async () => {
    const { context } = await world()
    const proxy: PartnerFetch = async () => ({ kind: 'response', status: 404, headers: {}, body: '<h1>Not Found</h1>' })
    expect(await release.probe(releaseRequest('7'), { ...context, fetch: proxy })).toMatchObject({ outcome: 'unknown' })
    expect(await release.call(releaseRequest('7'), { ...context, fetch: proxy })).toMatchObject({ outcome: 'unknown' })
  })

  it('is absent for certain when nothing could be sent, and when there were too many requests', async () => {
    const { wms, context } = await world()
    const gone = await world()
    await gone.wms.stop()
    const outcome = await release.call(releaseRequest('8'), gone.context)
    expect(outcome).toMatchObject({ outcome: 'absent', retryable: true, class: 'connection' })
    wms.script([{ fault: 'rate_limit' }])
    expect(await release.call(releaseRequest('8'), context)).toMatchObject({
      outcome: 'absent',
      retryable: true,
      class: 'rate_limit',
      retryAfterMs: 1_000,
    })
  })
})

describe('a forgetful warehouse', () => {
  it('neither answers nor begins, until it is asked what became of the order', async () => {
    const { wms, crossdock, context } = await world({ behaviour: { forgottenMs: 60_000 } })
    wms.floor.script(['forget'])
    expect(await release.call(releaseRequest('1'), context)).toMatchObject({ outcome: 'unknown' })
    expect(wms.floor.orders()).toMatchObject([{ picks: 0, status: 'accepted' }])
    expect(await release.probe(releaseRequest('1'), context)).toMatchObject({ outcome: 'committed' })
    await until(() => shipmentsIn(crossdock.events).length === 1, 'the shipment')
    expect(wms.floor.orders()).toMatchObject([{ picks: 1, status: 'shipped' }])
  })

  it('sends its messages until they are acknowledged', async () => {
    const { crossdock, context } = await world()
    crossdock.busy = true
    await release.call(releaseRequest('2'), context)
    await until(() => crossdock.statuses.includes(503), 'a refused message')
    crossdock.busy = false
    await until(() => shipmentsIn(crossdock.events).length === 1, 'the shipment')
  })

  it('lists the messages it lost, and a poll brings them under the ids they would have had', async () => {
    const { wms, crossdock, context } = await world({ habits: { loseRate: 1 } })
    const beganAtMs = Date.now()
    await release.call(releaseRequest('3'), context)
    await until(() => wms.messages.length === 2, 'two messages')
    expect(crossdock.events).toEqual([])
    const polled = await warehouse.poll?.(context, beganAtMs - 1)
    if (!polled?.ok) throw new Error('the poll was refused')
    expect(polled.value.deliveries.map((delivery) => [delivery.topic, delivery.shardKey])).toEqual([
      ['fulfilment_order.accepted', 'shopify-us:3'],
      ['fulfilment_order.shipped', 'shopify-us:3'],
    ])
    expect(polled.value.deliveries.map((delivery) => delivery.dedupeKeys[0])).toEqual(
      wms.messages.map((message) => `webhook:${message.id}`),
    )
    expect(polled.value.nextWatermarkMs).toBeGreaterThanOrEqual(beganAtMs)
    const later = await warehouse.poll?.(context, polled.value.nextWatermarkMs + 1)
    expect(later?.ok && later.value.deliveries).toEqual([])
  })

  it('is read page by page, and says why when it cannot be read', async () => {
    const { wms, context } = await world({ habits: { loseRate: 1 } })
    for (let each = 0; each < 450; each++) wms.receive('ROPE-10', 1)
    const polled = await warehouse.poll?.(context, 0)
    expect(polled?.ok && new Set(polled.value.deliveries.map((delivery) => delivery.dedupeKeys[0])).size).toBe(450)
    wms.script([{ fault: 'error_before' }])
    expect(await warehouse.poll?.(context, 0)).toMatchObject({ ok: false, error: { class: 'intermittent' } })
  })
})

describe('calling an order back', () => {
  it('succeeds before it was picked, once, and is heard', async () => {
    const { wms, crossdock, context } = await world()
    wms.floor.script(['hold'])
    await release.call(releaseRequest('1'), context)
    expect(await cancel.probe(recallRequest('1'), context)).toEqual({ outcome: 'absent' })
    expect(await cancel.call(recallRequest('1'), context)).toMatchObject({ outcome: 'committed' })
    expect(await cancel.call(recallRequest('1'), context)).toMatchObject({ outcome: 'committed' })
    expect(await cancel.probe(recallRequest('1'), context)).toMatchObject({ outcome: 'committed' })
    await until(() => typesIn(crossdock.events).includes('fulfilment_cancelled'), 'the cancellation')
  })

  it('is refused once it has left', async () => {
    const { crossdock, context } = await world()
    await release.call(releaseRequest('2'), context)
    await until(() => shipmentsIn(crossdock.events).length === 1, 'the shipment')
    expect(await cancel.call(recallRequest('2'), context)).toEqual({
      outcome: 'absent',
      retryable: false,
      class: 'value',
      message: 'too_late: it is shipped',
    })
    expect(await cancel.probe(recallRequest('2'), context)).toEqual({ outcome: 'absent' })
  })

  it('is not certain while somebody still walks to the shelf', async () => {
    const { wms, context } = await world({ behaviour: { cancelMs: 40 } })
    wms.floor.script(['hold'])
    await release.call(releaseRequest('3'), context)
    expect(await cancel.call(recallRequest('3'), context)).toMatchObject({
      outcome: 'absent',
      retryable: true,
      retryAfterMs: 5_000,
    })
    await until(() => wms.floor.find('shopify-us:3/F1')?.status === 'cancelled', 'the decision')
    expect(await cancel.call(recallRequest('3'), context)).toMatchObject({ outcome: 'committed' })
  })

  it('keeps a release that it overtook from coming to life', async () => {
    const { wms, context } = await world()
    expect(await cancel.call(recallRequest('4'), context)).toMatchObject({ outcome: 'committed' })
    expect(await release.call(releaseRequest('4'), context)).toMatchObject({ outcome: 'absent', retryable: false })
    expect(wms.floor.orders()).toMatchObject([{ picks: 0, status: 'cancelled' }])
  })

  it('happens once although its answer is lost', async () => {
    const { wms, context } = await world()
    wms.floor.script(['hold'])
    await release.call(releaseRequest('5'), context)
    wms.script([{ fault: 'drop_after', match: '/cancel' }])
    expect(await cancel.call(recallRequest('5'), context)).toMatchObject({ outcome: 'unknown' })
    expect(await cancel.probe(recallRequest('5'), context)).toMatchObject({ outcome: 'committed' })
  })
})

describe('what the floor can be told to do, in this process or over its control endpoint', () => {
  it('ships in part, ships short, rejects, and sends stock figures', async () => {
    const { wms, crossdock, context } = await world({ packs: { 'ROPE-10': 2 } })
    const script = { partner: { script: ['partial', 'short', 'reject'] } }
    await fetch(`${wms.url}/_control`, { method: 'POST', body: JSON.stringify(script) })
    for (const number of ['1', '2', '3']) await release.call(releaseRequest(number), context)
    wms.count('ROPE-10', 40)
    wms.receive('ROPE-10', 10)
    wms.adjust('ROPE-10', -2)
    await until(() => crossdock.events.length === 10, 'ten events')
    const units = (number: string) =>
      shipmentsIn(crossdock.events)
        .filter((shipment) => shipment.fulfilmentOrderId === `shopify-us:${number}/F1`)
        .map((shipment) => [
          shipment.lines.map((line) => line.quantity),
          shipment.shortLines.map((line) => line.quantity),
        ])
    expect(units('1')).toEqual([
      [[2], []],
      [[2, 1], []],
    ])
    expect(units('2')).toEqual([[[4], [1]]])
    expect(typesIn(crossdock.events).filter((type) => type === 'fulfilment_rejected')).toHaveLength(1)
    expect(
      typesIn(crossdock.events)
        .filter((type) => type.startsWith('stock_'))
        .sort(),
    ).toEqual(['stock_counted', 'stock_moved', 'stock_moved'])
    const report = await (await fetch(`${wms.url}/_control`)).json()
    expect(report).toMatchObject({ state: { orders: [{ picks: 1 }, { picks: 1 }, { picks: 1 }] } })
  })
})
