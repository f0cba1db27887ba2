import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DeliveryPort } from '../../queues/work-deliveries.ts'
import { actor, type InboxApi, type StockApi } from '../../src/actor-apis.ts'
import type { CanonicalEvent } from '../../src/connectors/ports.ts'
import type { OrderCommand, OrderRefusal, OrderVerdict } from '../../src/domain/order/order-command.ts'
import { fulfilmentOrderIdFrom, lineId } from '../../src/domain/shared/ids.ts'
import { inboxBreaches } from '../fixtures/check-inbox.ts'
import { testEnv } from '../fixtures/d1.ts'
import { testOrder } from '../fixtures/order-commands.ts'
import { drainQueue, receive, rigConfig, rigPort } from '../fixtures/queue-rig.ts'

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

const applied: OrderVerdict = { ok: true, effect: 'applied', version: 1 }
const refused = (error: OrderRefusal): OrderVerdict => ({ ok: false, error })

/** Orders that answer by a script and remember what they were told; the inbox is real. */
function rigWithOrders(account: string, answer: (command: OrderCommand) => OrderVerdict = () => applied) {
  const told: { readonly orderId: string; readonly commands: readonly OrderCommand[] }[] = []
  const base = rigPort(account)
  const order: DeliveryPort['actors']['order'] = () => ({
    applyMany: async (orderId, commands) => {
      told.push({ orderId, commands })
      return commands.map(answer)
    },
  })
  return { told, port: { ...base, actors: { ...base.actors, order } } satisfies DeliveryPort }
}

async function deliver(account: string, port: DeliveryPort, body: string | readonly CanonicalEvent[], key = 'a') {
  const { body: message, inbox, receipt } = await receive(account, { key, shardKey: 's', body })
  await drainQueue([message], port)
  const [delivery] = await actor<InboxApi>(testEnv.INBOX, inbox).read([receipt.deliveryId])
  expect(await inboxBreaches(inbox)).toEqual([])
  return { delivery, message, inbox, id: receipt.deliveryId }
}

const shipped = (order: string): CanonicalEvent => ({
  type: 'shipment_reported',
  shipment: {
    externalShipmentId: 'W-1',
    fulfilmentOrderId: fulfilmentOrderIdFrom(`${order}/F1`),
    lines: [{ lineId: lineId('1'), quantity: 1 }],
    shortLines: [],
    carrier: null,
    service: null,
    trackingNumber: null,
    trackingUrl: null,
    shippedAtMs: 1_000,
  },
})
const counted = (sku: string, location = 'east'): CanonicalEvent => ({
  type: 'stock_counted',
  sku,
  location,
  snapshotId: `count-${sku}`,
  sourceSequence: null,
  asOfMs: 1_000,
  onHand: 5,
  damaged: null,
  qualityControl: null,
})
const tracked: CanonicalEvent = {
  type: 'tracking_updated',
  trackingNumber: 'TRACK-1',
  carrier: null,
  status: 'delivered',
  rawStatus: 'DELIVERED',
  atMs: 1_000,
}

describe('orders', () => {
  it('are told everything a batch has for them in one call, in the order of arrival', async () => {
    const account = 'one-call'
    const { told, port } = rigWithOrders(account)
    const order = (version: number): CanonicalEvent => ({
      type: 'order_observed',
      order: testOrder([{ quantity: 1 }], { account, externalOrderId: '7', sourceVersionMs: version }),
    })
    const messages = []
    for (const version of [1, 2, 3]) {
      messages.push(await receive(account, { key: `v${version}`, shardKey: '7', body: [order(version)] }))
    }
    await drainQueue(messages.map((each) => each.body).toReversed(), port)
    expect(told).toHaveLength(1)
    expect(told[0]?.orderId).toBe(`${account}:7`)
    expect(told[0]?.commands.map((each) => each.commandId)).toEqual(
      messages.map((each) => `${each.receipt.deliveryId}/0`),
    )
  })

  it('of another account are refused', async () => {
    const account = 'foreign'
    const { told, port } = rigWithOrders(account)
    const order = testOrder([{ quantity: 1 }], { account: 'shopify-us' })
    const { delivery } = await deliver(account, port, [{ type: 'order_observed', order }])
    expect(delivery).toMatchObject({ status: 'rejected', reason: 'inconsistent' })
    expect(told).toEqual([])
  })

  it('are named as the subjects of what touched them', async () => {
    const { port } = rigWithOrders('subjects')
    const { delivery } = await deliver('subjects', port, [shipped('shopify-us:1001')])
    expect(delivery).toMatchObject({ status: 'applied', subjects: ['shopify-us:1001'] })
  })
})

describe('a delivery that came too early', () => {
  it('waits in its inbox, and asks again under another command id', async () => {
    let known = false
    const { told, port } = rigWithOrders('early', () =>
      known ? applied : refused({ reason: 'order_not_found', orderId: 'shopify-us:1001' }),
    )
    const { delivery, message, inbox, id } = await deliver('early', port, [shipped('shopify-us:1001')])
    expect(delivery).toMatchObject({ status: 'received', round: 1, reason: 'order_not_found' })
    known = true
    await drainQueue([message], port)
    expect(await actor<InboxApi>(testEnv.INBOX, inbox).read([id])).toMatchObject([{ status: 'applied', reason: null }])
    expect(told.flatMap((each) => each.commands.map((command) => command.commandId))).toEqual([`${id}/0`, `${id}/0/1`])
  })

  it('is rejected with its reason when what it waits for never comes', async () => {
    const { port } = rigWithOrders('never', () => refused({ reason: 'order_not_found', orderId: 'x:1' }))
    const { message, inbox, id } = await deliver('never', port, [shipped('x:1')])
    for (let round = 1; round <= 10; round += 1) await drainQueue([message], port)
    const [delivery] = await actor<InboxApi>(testEnv.INBOX, inbox).read([id])
    expect(delivery).toMatchObject({ status: 'rejected', reason: 'order_not_found', message: 'orderId=x:1', round: 10 })
  })

  it('finds its order by tracking number once that is known', async () => {
    const { told, port } = rigWithOrders('tracking')
    const { message, inbox, id, delivery } = await deliver('tracking', port, [tracked])
    expect(delivery).toMatchObject({ status: 'received', reason: 'tracking_not_found' })
    const orderIdByTracking = async (number: string) => (number === 'TRACK-1' ? 'shopify-us:1001' : null)
    await drainQueue([message], { ...port, routing: { ...port.routing, orderIdByTracking } })
    expect(told[0]).toMatchObject({ orderId: 'shopify-us:1001', commands: [{ type: 'record_tracking' }] })
    expect(await actor<InboxApi>(testEnv.INBOX, inbox).read([id])).toMatchObject([{ status: 'applied' }])
  })
})

describe('stock', () => {
  it('of a SKU nobody entered creates no position, and holds up none of its neighbours', async () => {
    const { delivery } = await deliver('counts', rigPort('counts'), [counted('UNKNOWN-1'), counted('SKU-known')])
    expect(delivery).toMatchObject({ status: 'rejected', reason: 'unknown_sku', message: 'sku=UNKNOWN-1' })
    const view = (position: string) => actor<StockApi>(testEnv.STOCK, position).view(position)
    expect((await view('SKU-known@east')).states.onHand).toBe(5)
    expect((await view('UNKNOWN-1@east')).known).toBe(false)
  })

  it('of a location nobody entered is refused', async () => {
    const { delivery } = await deliver('nowhere', rigPort('nowhere'), [counted('SKU-1', 'atlantis')])
    expect(delivery).toMatchObject({ status: 'rejected', reason: 'unknown_location' })
  })

  it('is not believed from a warehouse that speaks of another’s location', async () => {
    const config = rigConfig('impostor', 'warehouse')
    const base = rigPort('impostor')
    const port = { ...base, config, routing: { ...base.routing, config } }
    const { delivery } = await deliver('impostor', port, [counted('SKU-theirs')])
    expect(delivery).toMatchObject({ status: 'rejected', reason: 'location_of_another_account' })
  })
})

describe('what is not for an actor', () => {
  it('is refused with the reader’s own words when it cannot be read', async () => {
    const { delivery } = await deliver('broken', rigPort('broken'), '{broken')
    expect(delivery).toMatchObject({ status: 'rejected', reason: 'malformed_json', message: 'not a list' })
  })

  it('waits for an account whose configuration has not arrived yet', async () => {
    const { delivery } = await deliver('unconfigured', rigPort('somebody-else'), [counted('SKU-1')])
    expect(delivery).toMatchObject({ status: 'received', reason: 'account_not_configured' })
  })

  it('opens a case for a person when the law asks something, and names the orders', async () => {
    const { delivery } = await deliver('privacy', rigPort('privacy'), [
      {
        type: 'privacy_request',
        request: 'customer_redact',
        externalCustomerId: '9',
        externalOrderIds: ['1', '2'],
        atMs: 1,
      },
    ])
    expect(delivery).toMatchObject({
      status: 'rejected',
      reason: 'privacy_request',
      subjects: ['privacy:1', 'privacy:2'],
    })
  })

  it('opens a case when a shop takes our access away', async () => {
    const { delivery } = await deliver('gone', rigPort('gone'), [{ type: 'account_uninstalled', atMs: 1 }])
    expect(delivery).toMatchObject({ status: 'rejected', reason: 'account_uninstalled' })
  })

  it('is recorded, and nothing more, when a channel only says what it shows', async () => {
    const { delivery } = await deliver('shown', rigPort('shown'), [
      { type: 'channel_stock_observed', externalItemId: 'i1', externalLocationId: 'l1', available: 3, atMs: 1 },
    ])
    expect(delivery).toMatchObject({ status: 'applied', subjects: ['i1@l1'] })
  })

  it('is acknowledged when its inbox no longer has it', async () => {
    const { dead } = await drainQueue(
      [{ type: 'delivery', domain: 'orders', inbox: 'tidied/0', deliveryId: 'long-gone' }],
      rigPort('tidied'),
    )
    expect(dead).toEqual([])
  })
})
