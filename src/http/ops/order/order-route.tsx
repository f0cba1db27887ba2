/** `GET /ops/orders/:id`: the order itself from its actor, what lies around it from D1. */
import { nanoid } from 'nanoid'
import type { OrderApi } from '../../../actor-apis.ts'
import { type Db, openDb } from '../../../db/database.ts'
import { deliveryRow } from '../../../db/queries/delivery-row.ts'
import { lineageOf } from '../../../db/queries/lineage-of.ts'
import { exceptionsOfOrder } from '../../../db/queries/open-exceptions.ts'
import type { OrderSnapshot } from '../../../domain/order/order-command.ts'
import type { OrderState } from '../../../domain/order/order-state.ts'
import type { Env } from '../../../env.ts'
import { orderBackorders } from '../../order-backorders.ts'
import { readDelivery } from '../deliveries/delivery-route.tsx'
import type { OpsContext } from '../ops-context.ts'
import { notFound } from '../refusals.tsx'
import { renderPage } from '../render-page.tsx'
import { findOrder } from './find-order.ts'
import { OrderPage } from './order-page.tsx'
import type { OrderView, RawPayload } from './order-view.ts'

const eventsShown = 40
const eventsShownMax = 200

export async function orderRoute(c: OpsContext): Promise<Response> {
  const found = findOrder(c)
  const limit = c.req.query('events') === 'all' ? eventsShownMax : eventsShown
  const snapshot = found === null ? null : await newestEntries(found.order, limit)
  if (snapshot === null) return notFound(c, 'orders', 'There is no such order')
  const view = await viewOf(c, snapshot)
  const { order } = snapshot.state
  const body = <OrderPage view={view} notice={c.req.query('notice')} />
  return renderPage(c, { title: `Order ${order.externalNumber ?? order.externalOrderId}`, room: 'orders', body })
}

/** Logs are read forwards. Most orders fit one page; a longer one is asked again for its end. */
async function newestEntries(order: OrderApi, limit: number): Promise<OrderSnapshot | null> {
  const first = await order.snapshot(0, limit)
  if (first === null || !first.more) return first
  return await order.snapshot(first.state.version - limit, limit)
}

async function viewOf(c: OpsContext, { state, entries }: OrderSnapshot): Promise<OrderView> {
  const db = openDb(c.env.DB)
  const [chains, cases, raw, backorders] = await Promise.all([
    lineageOf(db, state.orderId),
    exceptionsOfOrder(db, state.orderId),
    rawPayload(c.env, db, state),
    orderBackorders(c.env, state),
  ])
  return {
    state,
    entries,
    allEvents: c.req.query('events') === 'all',
    chain: chains.find((chain) => chain.order?.orderId === state.orderId) ?? null,
    cases,
    raw,
    backorders,
    config: c.var.config,
    personalShown: c.req.query('personal') === 'shown',
    formToken: c.var.formToken,
    commandId: `ops-${nanoid()}`,
    nowMs: Date.now(),
  }
}

async function rawPayload(env: Env, db: Db, state: OrderState): Promise<RawPayload> {
  const deliveryId = state.firstDeliveryId
  if (deliveryId === null) {
    return {
      kind: 'missing',
      deliveryId,
      why: 'It came by the API, which takes the canonical form: there is no other.',
    }
  }
  const row = await deliveryRow(db, deliveryId)
  if (row === null) return { kind: 'missing', deliveryId, why: 'Not indexed yet; look again in a few seconds.' }
  const delivery = await readDelivery(env, row)
  if (delivery === null) return { kind: 'missing', deliveryId, why: 'The raw message is no longer kept.' }
  return { kind: 'shown', deliveryId, body: delivery.body }
}
