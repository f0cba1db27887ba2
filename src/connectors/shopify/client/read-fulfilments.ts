/** What Shopify shows as fulfilled of one order, and what may still be fulfilled. Reads only. */
import { z } from 'zod'
import { err, ok, type Result } from '../../../domain/shared/result.ts'
import type { ClientContext } from '../../ports.ts'
import { absent, asRead, type CallFailure, callAdmin } from './admin-graphql.ts'
import { gidOf, idOfGid } from './gid.ts'
import { fulfilmentLines, fulfilmentOrderLines, fulfilmentOrders, orderFulfilments } from './operations.ts'
import { pageOf, readPages } from './read-pages.ts'

export type FulfilledLine = { readonly lineId: string; readonly quantity: number }
export type ChannelFulfilment = {
  readonly gid: string
  readonly id: string
  readonly status: string
  readonly trackingNumbers: readonly string[]
}
/** A fulfilment order at Shopify: its own split of the order by location, not ours. */
export type ChannelFulfilmentOrder = {
  readonly gid: string
  readonly status: string
  readonly mayFulfil: boolean
  readonly location: string
  readonly lines: readonly { readonly gid: string; readonly lineId: string; readonly remaining: number }[]
}

const ref = z.object({ id: z.string() })
const fulfilmentsAnswer = z.object({
  order: z
    .object({
      fulfillments: z.array(
        z.object({
          id: z.string(),
          status: z.string(),
          trackingInfo: z.array(z.object({ number: z.string().nullable() })),
        }),
      ),
    })
    .nullable(),
})
const linePage = pageOf(z.object({ quantity: z.int().nullable(), lineItem: ref }))
const linesAnswer = z.object({ fulfillment: z.object({ fulfillmentLineItems: linePage }).nullable() })

const orderLinePage = pageOf(z.object({ id: z.string(), remainingQuantity: z.int(), lineItem: ref }))
const orderNode = z.object({
  id: z.string(),
  status: z.string(),
  supportedActions: z.array(z.object({ action: z.string() })),
  assignedLocation: z.object({ location: ref.nullable() }),
  lineItems: orderLinePage,
})
const ordersAnswer = z.object({ order: z.object({ fulfillmentOrders: pageOf(orderNode) }).nullable() })
const orderLinesAnswer = z.object({ fulfillmentOrder: z.object({ lineItems: orderLinePage }).nullable() })

const notThere = (what: string) => err(absent('missing', `Shopify does not know the ${what}`))

export async function readFulfilments(
  context: ClientContext,
  externalOrderId: string,
): Promise<Result<readonly ChannelFulfilment[], CallFailure>> {
  const answer = await callAdmin(context, orderFulfilments, { id: gidOf('Order', externalOrderId) }, fulfilmentsAnswer)
  if (!answer.ok) return err(asRead(answer.error))
  const { order } = answer.value.data
  if (!order) return notThere('order')
  return ok(
    order.fulfillments.map((each) => ({
      gid: each.id,
      id: idOfGid(each.id),
      status: each.status,
      trackingNumbers: each.trackingInfo.map((info) => info.number).filter((number) => number !== null),
    })),
  )
}

export async function readFulfilmentLines(
  context: ClientContext,
  gid: string,
): Promise<Result<readonly FulfilledLine[], CallFailure>> {
  const nodes = await readPages(async (after) => {
    const answer = await callAdmin(context, fulfilmentLines, { id: gid, after }, linesAnswer)
    if (!answer.ok) return err(asRead(answer.error))
    const { fulfillment } = answer.value.data
    return fulfillment ? ok(fulfillment.fulfillmentLineItems) : notThere('fulfilment')
  })
  if (!nodes.ok) return nodes
  return ok(nodes.value.map((node) => ({ lineId: idOfGid(node.lineItem.id), quantity: node.quantity ?? 0 })))
}

export async function readFulfilmentOrders(
  context: ClientContext,
  externalOrderId: string,
): Promise<Result<readonly ChannelFulfilmentOrder[], CallFailure>> {
  const id = gidOf('Order', externalOrderId)
  const nodes = await readPages(async (after) => {
    const answer = await callAdmin(context, fulfilmentOrders, { id, after }, ordersAnswer)
    if (!answer.ok) return err(asRead(answer.error))
    const { order } = answer.value.data
    return order ? ok(order.fulfillmentOrders) : notThere('order')
  })
  if (!nodes.ok) return nodes
  const complete: ChannelFulfilmentOrder[] = []
  for (const node of nodes.value) {
    const lines = await readOrderLines(context, node)
    if (!lines.ok) return lines
    complete.push(fulfilmentOrderOf(node, lines.value))
  }
  return ok(complete)
}

type OrderNode = z.output<typeof orderNode>
type OrderLineNode = OrderNode['lineItems']['nodes'][number]

function readOrderLines(
  context: ClientContext,
  node: OrderNode,
): Promise<Result<readonly OrderLineNode[], CallFailure>> {
  return readPages(async (after) => {
    const answer = await callAdmin(context, fulfilmentOrderLines, { id: node.id, after }, orderLinesAnswer)
    if (!answer.ok) return err(asRead(answer.error))
    const { fulfillmentOrder } = answer.value.data
    return fulfillmentOrder ? ok(fulfillmentOrder.lineItems) : notThere('fulfilment order')
  }, node.lineItems)
}

function fulfilmentOrderOf(node: OrderNode, lines: readonly OrderLineNode[]): ChannelFulfilmentOrder {
  return {
    gid: node.id,
    status: node.status,
    mayFulfil: node.supportedActions.some((supported) => supported.action === 'CREATE_FULFILLMENT'),
    // A deleted location leaves the fulfilment order without one; alone it is its own group.
    location: node.assignedLocation.location?.id ?? node.id,
    lines: lines.map((line) => ({
      gid: line.id,
      lineId: idOfGid(line.lineItem.id),
      remaining: line.remainingQuantity,
    })),
  }
}
