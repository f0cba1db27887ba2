/**
 * The `inbound-*` queues: deliveries to translate and apply, and orders to wake because stock has arrived. A message is
 * acknowledged only after its inbox has recorded what became of the delivery; anything before that is done again.
 */
import { actor, type InboxApi, type LocationApi, type OrderApi, type StockApi } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import { findSku } from '../src/config/catalog.ts'
import { connectorOf } from '../src/connectors/registry.ts'
import { openDb } from '../src/db/database.ts'
import { orderIdByTracking } from '../src/db/queries/order-id-by-tracking.ts'
import type { Delivery, DeliverySettlement } from '../src/domain/inbox/delivery.ts'
import type { Env } from '../src/env.ts'
import type { InboundMessage } from '../src/queue-messages.ts'
import { mapListings } from './map-listings.ts'
import { noticeProduct } from './notice-product.ts'
import { noticeStock } from './notice-stock.ts'
import { readDeliveries } from './read-deliveries.ts'
import { reportFault } from './report-fault.ts'
import { retryDelaySeconds } from './retry-delay.ts'
import { runBounded } from './run-bounded.ts'
import { tellCover, tellOfLocation, tellToLook } from './tell-order.ts'
import { type LocationUpMessage, tellWaiting } from './tell-waiting.ts'
import { type DeliveryPort, workDeliveries } from './work-deliveries.ts'

type Queued<Body> = Message<Body>
type DeliveryMessage = Extract<InboundMessage, { type: 'delivery' }>
type CoverMessage = Extract<InboundMessage, { type: 'tell_cover' }>
type WakeMessage = Extract<InboundMessage, { type: 'wake_order' }>

/** `port` is what the work is done with; tests pass their own. */
export async function consumeInbound(
  batch: MessageBatch<InboundMessage>,
  env: Env,
  port: () => Promise<DeliveryPort> = () => portOf(env),
): Promise<void> {
  const deliveries = batch.messages.filter(isDelivery)
  const wakes = batch.messages.filter(isWake)
  const known = [isDelivery, isWake, isCover, isLocationUp]
  for (const message of batch.messages) if (!known.some((isIt) => isIt(message))) putBack(message, 'unknown_message')
  await Promise.all([
    consumeDeliveries(deliveries, env, port),
    runBounded(wakes, (message) => wakeOrder(message, env)),
    runBounded(batch.messages.filter(isCover), (message) => consumeCover(message, env)),
    runBounded(batch.messages.filter(isLocationUp), (message) => tellOfReturn(message, env)),
  ])
}

const isDelivery = (message: Queued<InboundMessage>): message is Queued<DeliveryMessage> =>
  message.body.type === 'delivery'
const isWake = (message: Queued<InboundMessage>): message is Queued<WakeMessage> => message.body.type === 'wake_order'

const isCover = (message: Queued<InboundMessage>): message is Queued<CoverMessage> => message.body.type === 'tell_cover'
const isLocationUp = (message: Queued<InboundMessage>): message is Queued<LocationUpMessage> =>
  message.body.type === 'location_up'

/** Inbox by inbox: what fails in one leaves the messages of the others alone. */
async function consumeDeliveries(
  messages: readonly Queued<DeliveryMessage>[],
  env: Env,
  makePort: () => Promise<DeliveryPort>,
): Promise<void> {
  if (messages.length === 0) return
  const port = await makePort()
  const byInbox = [...Map.groupBy(messages, (message) => message.body.inbox)]
  await runBounded(byInbox, async ([inbox, own]) => {
    try {
      await consumeInbox(inbox, own, port, env)
    } catch (error) {
      for (const message of own) putBack(message, 'inbox_unavailable', error)
    }
  })
}

async function consumeInbox(
  inbox: string,
  messages: readonly Queued<DeliveryMessage>[],
  port: DeliveryPort,
  env: Env,
): Promise<void> {
  const api = actor<InboxApi>(env.INBOX, inbox)
  const read = await readDeliveries(
    api,
    messages.map((message) => message.body.deliveryId),
  )
  const open = [...read.values()].filter((delivery) => delivery.status === 'received').sort(byArrival)
  const judgements = await workDeliveries(open, port)
  const settlements = open.flatMap((delivery): DeliverySettlement[] => {
    const judgement = judgements.get(delivery.deliveryId)
    return judgement?.type === 'settle' ? [{ deliveryId: delivery.deliveryId, outcome: judgement.outcome }] : []
  })
  if (settlements.length > 0) await api.settleMany(settlements)
  for (const message of messages) {
    if (judgements.get(message.body.deliveryId)?.type === 'redeliver') putBack(message, 'delivery_unfinished')
    else message.ack()
  }
}

/** One entity's deliveries share an inbox, so applying in the order of arrival spares most refusals as too early. */
function byArrival(a: Delivery, b: Delivery): number {
  return a.receivedAtMs - b.receivedAtMs || (a.deliveryId < b.deliveryId ? -1 : 1)
}

async function wakeOrder(message: Queued<WakeMessage>, env: Env): Promise<void> {
  const { orderId, why, leaves, returns } = message.body
  const told = { orderId, messageId: message.id }
  const order = actor<OrderApi>(env.ORDER, orderId)
  const location = leaves ?? returns
  try {
    if (location === undefined) await tellToLook(told, why, order)
    else await tellOfLocation({ ...told, location }, order, actor<LocationApi>(env.LOCATION, location))
    message.ack()
  } catch (error) {
    putBack(message, 'order_unavailable', error)
  }
}

async function tellOfReturn(message: Queued<LocationUpMessage>, env: Env): Promise<void> {
  try {
    await tellWaiting(message.body, env)
    message.ack()
  } catch (error) {
    putBack(message, 'waiting_orders_unavailable', error)
  }
}

async function consumeCover(message: Queued<CoverMessage>, env: Env): Promise<void> {
  const { orderId, position } = message.body
  const [order, stock] = [actor<OrderApi>(env.ORDER, orderId), actor<StockApi>(env.STOCK, position)]
  try {
    await tellCover({ orderId, position, messageId: message.id }, order, stock)
    message.ack()
  } catch (error) {
    putBack(message, 'order_unavailable', error)
  }
}

async function portOf(env: Env): Promise<DeliveryPort> {
  const config = await activeConfig(env, Date.now())
  const db = openDb(env.DB)
  return {
    config,
    actors: {
      order: (orderId) => actor<OrderApi>(env.ORDER, orderId),
      stock: (position) => actor<StockApi>(env.STOCK, position),
    },
    routing: {
      config,
      isSku: async (sku) => (await findSku(env, sku, Date.now())) !== null,
      orderIdByTracking: (trackingNumber) => orderIdByTracking(db, trackingNumber),
      mapListings: async (account, event) => {
        const skus = await mapListings(env, account, event)
        await noticeProduct(env, account, event, skus)
        return skus
      },
      noticeStock: (account, event) => noticeStock(env, account, event),
    },
    connectorOf,
    nowMs: Date.now,
  }
}

function putBack(message: Queued<InboundMessage>, event: string, error?: unknown): void {
  reportFault(event, { messageId: message.id, attempts: message.attempts }, error)
  message.retry({ delaySeconds: retryDelaySeconds(message.attempts) })
}
