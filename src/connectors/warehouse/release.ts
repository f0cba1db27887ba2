/** Hands a fulfilment order to the warehouse. Its id makes the request idempotent there; a probe asks for it by that id. */

import type { IntentRequest } from '../../domain/order/order-command.ts'
import type { CallOutcome, FailureClass, ProbeOutcome } from '../../domain/outbox/intent.ts'
import type { Effect } from '../ports.ts'
import { askWarehouse, fulfilmentOrderPath, type WarehouseAnswer, type WarehouseDocument } from './signed-request.ts'

type Release = Extract<IntentRequest, { kind: 'warehouse_release' }>

export const releaseFulfilment: Effect<'warehouse_release'> = {
  call: async (request, context) => {
    const { fulfilmentOrderId: messageId } = request
    const body = bodyOf(request)
    const answer = await askWarehouse({ method: 'POST', path: '/v1/fulfilment-orders', messageId, body }, context)
    if (answer.kind === 'document') return committed(answer.document)
    return answer.kind === 'failure' ? answer.outcome : refusedRelease(answer)
  },

  probe: async (request, context) => {
    const { fulfilmentOrderId } = request
    const messageId = `${fulfilmentOrderId}/probe`
    const path = fulfilmentOrderPath(fulfilmentOrderId)
    return probed(await askWarehouse({ method: 'GET', path, messageId, body: null }, context), () => true)
  },
}

const classOfReason: Readonly<Record<string, FailureClass>> = {
  unknown_sku: 'missing',
  id_conflict: 'duplicate',
}

function refusedRelease({ reason, message }: Extract<WarehouseAnswer, { kind: 'refusal' }>): CallOutcome {
  return {
    outcome: 'absent',
    retryable: false,
    class: classOfReason[reason] ?? 'value',
    message: `${reason}: ${message}`,
  }
}

/** `counts` says whether what the warehouse has is the effect that was asked for. */
export function probed(answer: WarehouseAnswer, counts: (document: WarehouseDocument) => boolean): ProbeOutcome {
  if (answer.kind === 'document') return counts(answer.document) ? committed(answer.document) : { outcome: 'absent' }
  if (answer.kind === 'refusal' && answer.status === 404 && answer.reason === 'not_found') return { outcome: 'absent' }
  if (answer.kind === 'refusal') return { outcome: 'unknown', class: 'value', message: answer.message }
  const { class: failureClass, message } = answer.outcome
  return { outcome: 'unknown', class: failureClass, message }
}

export function committed(document: WarehouseDocument): Extract<CallOutcome, { outcome: 'committed' }> {
  const reference = document.reference ?? document.fulfilmentOrderId
  return { outcome: 'committed', reference, details: { status: document.status } }
}

function bodyOf(request: Release): object {
  const { order } = request
  return {
    fulfilmentOrderId: request.fulfilmentOrderId,
    orderNumber: order.externalNumber,
    placedAt: new Date(order.placedAtMs).toISOString(),
    shippingMethod: order.shippingMethod,
    shipTo: order.shipTo,
    lines: request.lines.map(({ lineId, sku, title, quantity, components }) => {
      const line = { lineId, sku, title, quantity }
      return components === undefined ? line : { ...line, components }
    }),
  }
}
