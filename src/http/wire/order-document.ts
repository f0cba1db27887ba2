/** An order as the API shows it: the actor's document with times in RFC 3339, without the saga's own bookkeeping. */
import { z } from '@hono/zod-openapi'
import { canonicalOrderSchema } from '../../domain/order/canonical-order.ts'
import type { LineBackorder } from '../../domain/order/line-backorders.ts'
import type { OrderState } from '../../domain/order/order-state.ts'
import { nextActorOf, orderStatuses, statusOf } from '../../domain/order/order-status.ts'
import { lineBackorderSchema, matchedDocument } from './backorder.ts'
import { instantOutSchema, rfc3339, rfc3339OrNull } from './instant.ts'

const lineQuantity = z.object({ lineId: z.string(), quantity: z.int() })
const nullableInstant = instantOutSchema.nullable()

export const orderDocumentSchema = z
  .object({
    orderId: z.string().openapi({ example: 'b2b:PO-7781' }),
    version: z.int(),
    stage: z.enum(['captured', 'validated', 'planned', 'reserved', 'posted', 'released', 'closed', 'cancelled']),
    status: z.enum(orderStatuses).openapi({ description: 'The stage, its holds and its units in one word' }),
    nextActor: z.string().openapi({ description: 'Which system must act before the order can advance' }),
    correlationId: z.string(),
    firstDeliveryId: z.string().nullable(),
    capturedAt: instantOutSchema,
    updatedAt: instantOutSchema,
    order: canonicalOrderSchema,
    lines: z.array(
      z.object({
        lineId: z.string(),
        ordered: z.int(),
        externalSku: z.string().nullable(),
        sku: z.string().nullable(),
        notStocked: z.boolean(),
        excluded: z.string().optional().openapi({
          description: 'Sold although the configuration excludes this SKU, its own or a component, from the channel',
        }),
        packQuantity: z.int(),
        shippedExternally: z.int(),
        quantities: z.object({
          open: z.int(),
          reserved: z.int(),
          backordered: z.int(),
          released: z.int(),
          shipped: z.int(),
          cancelled: z.int(),
          delivered: z.int(),
          returned: z.int(),
        }),
        backorder: lineBackorderSchema.optional().openapi({
          description: 'Of a line with backordered units, in the answer of `GET /v1/orders/{id}`',
        }),
      }),
    ),
    holds: z.array(
      z.object({
        holdId: z.string(),
        kind: z.string(),
        reason: z.string(),
        placedBy: z.enum(['system', 'operator']),
        placedAt: instantOutSchema,
        releasedAt: nullableInstant,
      }),
    ),
    reservations: z.array(
      z.object({
        reservationId: z.string(),
        lineId: z.string(),
        sku: z.string(),
        location: z.string(),
        quantity: z.int(),
        released: z.int(),
        shipped: z.int(),
        status: z.string(),
        expiresAt: nullableInstant,
      }),
    ),
    fulfilmentOrders: z.array(
      z.object({
        fulfilmentOrderId: z.string(),
        location: z.string(),
        account: z.string(),
        byHand: z.boolean(),
        status: z.string(),
        lines: z.array(lineQuantity.extend({ sku: z.string(), shipped: z.int(), cancelled: z.int() })),
        reference: z.string().nullable(),
        rejection: z.string().nullable(),
        recallRefused: z.string().nullable(),
        releasedAt: nullableInstant,
      }),
    ),
    shipments: z.array(
      z.object({
        shipmentId: z.string(),
        externalShipmentId: z.string(),
        fulfilmentOrderId: z.string(),
        location: z.string(),
        lines: z.array(lineQuantity),
        carrier: z.string().nullable(),
        service: z.string().nullable(),
        trackingNumber: z.string().nullable(),
        trackingUrl: z.string().nullable(),
        shippedAt: instantOutSchema,
        tracking: z.object({ status: z.string(), rawStatus: z.string(), at: instantOutSchema }).nullable(),
      }),
    ),
    refunds: z.array(
      z.object({
        externalRefundId: z.string(),
        at: instantOutSchema,
        amountMinor: z.int(),
        currency: z.string(),
        lines: z.array(lineQuantity.extend({ restock: z.string() })),
      }),
    ),
    returns: z.array(z.object({ externalReturnId: z.string(), at: instantOutSchema, lines: z.array(lineQuantity) })),
    erp: z.object({ account: z.string(), reference: z.string().nullable() }).nullable(),
    cancellation: z
      .object({ requestedAt: instantOutSchema, reason: z.string(), refused: z.string().nullable() })
      .nullable(),
    calls: z
      .array(
        z.object({
          intentId: z.string(),
          kind: z.string(),
          account: z.string(),
          externalId: z.string(),
          status: z.string(),
          attempts: z.int(),
          reference: z.string().nullable(),
          lastError: z.string().nullable(),
        }),
      )
      .openapi({ description: 'Effects wanted at partners and how far each has come' }),
    exceptions: z.array(
      z.object({
        exceptionId: z.string(),
        category: z.string(),
        class: z.string(),
        message: z.string(),
        remediation: z.string(),
        moneyAtRiskMinor: z.int(),
        openedAt: instantOutSchema,
        resolvedAt: nullableInstant,
      }),
    ),
  })
  .openapi('Order')
export type OrderDocument = z.infer<typeof orderDocumentSchema>

/** `backorders`: what its lines wait for, where that was asked. */
export function orderDocument(state: OrderState, backorders: readonly LineBackorder[] = []): OrderDocument {
  const { orderId, version, stage, correlationId, firstDeliveryId, order, erp } = state
  return {
    orderId,
    version,
    stage,
    correlationId,
    firstDeliveryId,
    status: statusOf(state),
    nextActor: nextActorOf(state),
    capturedAt: rfc3339(state.capturedAtMs),
    updatedAt: rfc3339(state.updatedAtMs),
    order,
    lines: state.lines.map((line) => ({
      ...line,
      quantities: { ...line.quantities },
      ...backorderMember(line, backorders),
    })),
    holds: state.holds.map(({ placedAtMs, releasedAtMs, ...hold }) => ({
      ...hold,
      placedAt: rfc3339(placedAtMs),
      releasedAt: rfc3339OrNull(releasedAtMs),
    })),
    reservations: state.reservations.map(({ expiresAtMs, ...reservation }) => ({
      ...reservation,
      expiresAt: rfc3339OrNull(expiresAtMs),
    })),
    erp: erp === null ? null : { ...erp },
    ...fulfilmentOf(state),
    refunds: state.refunds.map(({ atMs, lines, ...refund }) => ({ ...refund, at: rfc3339(atMs), lines: [...lines] })),
    returns: state.returns.map(({ externalReturnId, atMs, lines }) => ({
      externalReturnId,
      at: rfc3339(atMs),
      lines: [...lines],
    })),
    cancellation: cancellationOf(state),
    calls: callsOf(state),
    exceptions: state.exceptions.map(({ openedAtMs, resolvedAtMs, fingerprint: _fingerprint, ...exception }) => ({
      ...exception,
      openedAt: rfc3339(openedAtMs),
      resolvedAt: rfc3339OrNull(resolvedAtMs),
    })),
  }
}

function backorderMember({ lineId }: OrderState['lines'][number], backorders: readonly LineBackorder[]) {
  const own = backorders.find((backorder) => backorder.lineId === lineId)
  if (own === undefined) return {}
  const matched = own.matched.map((units) => ({ ...matchedDocument(units), sku: units.sku }))
  return { backorder: { matched, missing: own.missing, expectedAt: rfc3339OrNull(own.expectedAtMs) } }
}

function fulfilmentOf(state: OrderState): Pick<OrderDocument, 'fulfilmentOrders' | 'shipments'> {
  return {
    fulfilmentOrders: state.fulfilmentOrders.map(({ releasedAtMs, lines, ...fulfilment }) => ({
      ...fulfilment,
      lines: [...lines],
      releasedAt: rfc3339OrNull(releasedAtMs),
    })),
    shipments: state.shipments.map(({ shippedAtMs, lines, tracking, ...shipment }) => ({
      ...shipment,
      lines: [...lines],
      shippedAt: rfc3339(shippedAtMs),
      tracking:
        tracking === null
          ? null
          : { status: tracking.status, rawStatus: tracking.rawStatus, at: rfc3339(tracking.atMs) },
    })),
  }
}

function cancellationOf({ cancellation }: OrderState): OrderDocument['cancellation'] {
  if (cancellation === null) return null
  const { requestedAtMs, reason, refused } = cancellation
  return { requestedAt: rfc3339(requestedAtMs), reason, refused }
}

function callsOf(state: OrderState): OrderDocument['calls'] {
  return state.intents.map(({ intentId, kind, account, externalId, status, attempts, reference, lastError }) => ({
    intentId,
    kind,
    account,
    externalId,
    status,
    attempts,
    reference,
    lastError,
  }))
}
