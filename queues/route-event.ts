/**
 * Which actors a canonical event concerns, and what they are told. Stock of a SKU or location that nobody entered is
 * refused here: such an actor is never touched, so a bad feed cannot create thousands.
 */
import type { CanonicalEvent } from '../src/connectors/ports.ts'
import type { Account, Config } from '../src/domain/config/config.ts'
import type { Delivery } from '../src/domain/inbox/delivery.ts'
import { causeOf } from '../src/domain/inbox/delivery-facts.ts'
import type { Obstacle } from '../src/domain/inbox/judge-delivery.ts'
import type { OrderCommand, OrderCommandBody } from '../src/domain/order/order-command.ts'
import {
  accountId,
  commandId,
  fulfilmentOrderIdFrom,
  lineId,
  locationId,
  orderId,
  orderOfFulfilmentOrder,
  positionId,
  sku,
} from '../src/domain/shared/ids.ts'
import { unreachable } from '../src/domain/shared/result.ts'
import type { DriftTolerance, StockCommand, StockCommandBody } from '../src/domain/stock/stock-command.ts'

export type ActorCommand =
  | { readonly actor: 'order'; readonly name: string; readonly command: OrderCommand }
  | { readonly actor: 'stock'; readonly name: string; readonly command: StockCommand }

export type Route =
  | { readonly type: 'command'; readonly command: ActorCommand }
  /** Kept as a delivery and nothing more. */
  | { readonly type: 'record'; readonly subjects: readonly string[] }
  | { readonly type: 'stop'; readonly obstacle: Obstacle; readonly subjects: readonly string[] }

/** What routing may look up and, for listings, change. */
export type RoutingPort = {
  readonly config: Config
  readonly isSku: (sku: string) => Promise<boolean>
  readonly orderIdByTracking: (trackingNumber: string) => Promise<string | null>
  readonly mapListings: (account: Account, event: ListingsChanged) => Promise<readonly string[]>
  readonly noticeStock: (account: Account, event: StockObserved) => Promise<void>
}
type EventOf<Type extends CanonicalEvent['type']> = Extract<CanonicalEvent, { type: Type }>
export type ListingsChanged = EventOf<'listings_changed'>
export type StockObserved = EventOf<'channel_stock_observed'>

export type RoutingContext = { readonly account: Account; readonly delivery: Delivery; readonly port: RoutingPort }

/** `index` is the event's place in its delivery: it makes the command id, so it must not depend on anything else. */
export async function routeEvent(event: CanonicalEvent, index: number, context: RoutingContext): Promise<Route> {
  const tell = (order: string, body: OrderCommandBody) => toOrder(order, body, index, context.delivery)
  const ofAccount = (externalOrderId: string) => orderId(accountId(context.account.id), externalOrderId)
  switch (event.type) {
    case 'order_observed':
      return observed(event, context, tell)
    case 'refund_recorded':
      return tell(ofAccount(event.externalOrderId), { type: 'record_refund', refund: event.refund })
    case 'channel_fulfilment_observed': {
      const { externalOrderId, ...fulfilment } = event
      const lines = event.lines.map((line) => ({ ...line, lineId: lineId(line.lineId) }))
      return tell(ofAccount(externalOrderId), { ...fulfilment, lines, type: 'record_channel_fulfilment' })
    }
    case 'shipment_reported':
      return toFulfilment(event.shipment.fulfilmentOrderId, tell, { type: 'record_shipment', shipment: event.shipment })
    case 'fulfilment_accepted':
    case 'fulfilment_rejected':
    case 'fulfilment_cancelled':
      return toFulfilment(event.fulfilmentOrderId, tell, fulfilmentCommand(event))
    case 'tracking_updated':
      return tracked(event, context, tell)
    case 'stock_moved':
    case 'stock_counted':
      return stockRoute(event, index, context)
    case 'channel_stock_observed':
      await context.port.noticeStock(context.account, event)
      return { type: 'record', subjects: [`${event.externalItemId}@${event.externalLocationId}`] }
    case 'listings_changed':
      return { type: 'record', subjects: await context.port.mapListings(context.account, event) }
    case 'account_uninstalled':
      return uninstalled(context.account)
    case 'privacy_request':
      return forPerson(event, ofAccount)
    default:
      return unreachable(event)
  }
}

type Tell = (order: string, body: OrderCommandBody) => Route

/** `<deliveryId>/<event>`, and the round once there was one: a refusal is remembered under its id for ever. */
function commandIdOf(delivery: Delivery, index: number) {
  const round = delivery.round === 0 ? '' : `/${delivery.round}`
  return commandId(`${delivery.deliveryId}/${index}${round}`)
}

function toOrder(name: string, body: OrderCommandBody, index: number, delivery: Delivery): Route {
  const command = { ...body, commandId: commandIdOf(delivery, index), cause: causeOf(delivery) }
  return { type: 'command', command: { actor: 'order', name, command } }
}

function observed(event: EventOf<'order_observed'>, { account }: RoutingContext, tell: Tell): Route {
  const { order } = event
  if (order.account !== account.id) return stop('wrong', 'inconsistent', `an order of account ${order.account}`)
  return tell(orderId(accountId(account.id), order.externalOrderId), { type: 'observe', order })
}

function toFulfilment(fulfilmentOrder: string, tell: Tell, body: OrderCommandBody): Route {
  const order = orderOfFulfilmentOrder(fulfilmentOrder)
  if (order === null) return stop('wrong', 'invalid_value', 'the fulfilment order id is none of ours')
  return tell(order, body)
}

type FulfilmentEvent = EventOf<'fulfilment_accepted' | 'fulfilment_rejected' | 'fulfilment_cancelled'>

function fulfilmentCommand(event: FulfilmentEvent): OrderCommandBody {
  const fulfilmentOrderId = fulfilmentOrderIdFrom(event.fulfilmentOrderId)
  switch (event.type) {
    case 'fulfilment_accepted':
      return { type: 'record_acceptance', fulfilmentOrderId, reference: event.reference }
    case 'fulfilment_rejected':
      return { type: 'record_rejection', fulfilmentOrderId, reason: event.reason }
    case 'fulfilment_cancelled':
      return { type: 'record_fulfilment_cancelled', fulfilmentOrderId, reason: event.reason }
    default:
      return unreachable(event)
  }
}

async function tracked(event: EventOf<'tracking_updated'>, { port }: RoutingContext, tell: Tell): Promise<Route> {
  const { trackingNumber, status, rawStatus, atMs } = event
  const order = await port.orderIdByTracking(trackingNumber)
  // The shipment may not be projected yet, or the carrier may be faster than the warehouse.
  if (order === null) return stop('early', 'tracking_not_found', `trackingNumber=${trackingNumber}`)
  return tell(order, { type: 'record_tracking', trackingNumber, status, rawStatus, atMs })
}

type StockEvent = EventOf<'stock_moved' | 'stock_counted'>

async function stockRoute(event: StockEvent, index: number, context: RoutingContext): Promise<Route> {
  const { account, delivery, port } = context
  const place = port.config.locations.find((location) => location.id === event.location)
  if (!place) return stop('wrong', 'unknown_location', `location=${event.location}`)
  if (account.role === 'warehouse' && place.account !== undefined && place.account !== account.id) {
    return stop('wrong', 'location_of_another_account', `location=${event.location}`)
  }
  if (!(await port.isSku(event.sku))) return stop('wrong', 'unknown_sku', `sku=${event.sku}`)
  const name = positionId(sku(event.sku), locationId(event.location))
  const command = {
    ...stockBody(event, account, port.config.promising.driftTolerance),
    commandId: commandIdOf(delivery, index),
    cause: causeOf(delivery),
  }
  return { type: 'command', command: { actor: 'stock', name, command } }
}

function stockBody(event: StockEvent, account: Account, tolerance: DriftTolerance): StockCommandBody {
  const { sku: _sku, location: _location, ...facts } = event
  if (facts.type === 'stock_moved') return { ...facts, type: 'move' }
  return { ...facts, type: 'snapshot', source: accountId(account.id), tolerance }
}

/** Its tokens are void from now on: the account must be connected again or removed, which only a person can do. */
function uninstalled(account: Account): Route {
  return stop(
    'wrong',
    'account_uninstalled',
    `account ${account.id} removed our access: connect it again or take it out`,
  )
}

/** Rejected so that it opens a case with its orders named: only a person may decide what the law requires to keep. */
function forPerson(event: EventOf<'privacy_request'>, ofAccount: (id: string) => string): Route {
  const message = `${event.request} for ${event.externalOrderIds.length} orders: answer it within the legal time`
  return stop('wrong', 'privacy_request', message, event.externalOrderIds.map(ofAccount))
}

function stop(
  obstacle: Obstacle['obstacle'],
  reason: string,
  message: string,
  subjects: readonly string[] = [],
): Route {
  return { type: 'stop', obstacle: { ok: false, obstacle, reason, message }, subjects }
}
