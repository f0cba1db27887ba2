/** The ERP's part: one sales order per order, cancelled when nothing of it is left. */

import type { Intent } from '../outbox/intent.ts'
import { isUnderWay, withdrawIntent } from '../outbox/intent-waiting.ts'
import { type AccountId, accountId } from '../shared/ids.ts'
import { hasOpenHold } from './holds.ts'
import { lastPartOf, openedIntent } from './open-intent.ts'
import type { OrderEvent, Units } from './order-event.ts'
import type { OrderState } from './order-state.ts'
import { withdrawal } from './recall.ts'

export function post(state: OrderState, nowMs: number): readonly OrderEvent[] {
  if (state.stage === 'cancelled') return unpost(state, nowMs)
  const keeping = keepPosted(state)
  if (keeping.length > 0) return keeping
  if (hasOpenHold(state) || state.saga.validationDue || !isReadyToPost(state)) return []
  const erp = state.policy?.erp ?? null
  if (erp === null) return [{ type: 'posted' }]
  if (cancelIntents(state).some(isUndecided)) return []
  const round = cancelIntents(state).filter((intent) => intent.status === 'settled').length + 1
  const create = state.intents.find((intent) => intent.intentId === `erp_create_order/${round}`)
  if (create?.status === 'settled') return [{ type: 'posted' }]
  if (create !== undefined) return reopenWithdrawn(create, nowMs)
  const externalId = round === 1 ? state.orderId : `${state.orderId}#${round}`
  return [openedIntent({ kind: 'erp_create_order', name: `${round}`, account: erp, externalId, subject: null }, nowMs)]
}

/**
 * Whether the ERP still has its sale is not known: a new one beside it might be the second. The answer is waited for.
 */
function isUndecided(cancellation: Intent): boolean {
  return isUnderWay(cancellation) || cancellation.mustProbe
}

/** The order lives again: a cancellation that the ERP certainly has not seen is called off. */
function keepPosted(state: OrderState): readonly OrderEvent[] {
  const last = cancelIntents(state).at(-1)
  const withdrawn = last === undefined ? null : withdrawIntent(last)
  return withdrawn === null ? [] : [{ type: 'intent_withdrawn', intent: withdrawn }]
}

/** Withdrawn when the order was cancelled, wanted again since the channel took that back. */
function reopenWithdrawn(create: Intent, nowMs: number): readonly OrderEvent[] {
  if (create.status !== 'withdrawn') return []
  return [{ type: 'intent_reopened', intent: { ...create, status: 'pending', notBeforeMs: nowMs } }]
}

/** Something is reserved, or nothing (any more) is to be: services and gift cards are booked as they are. */
function isReadyToPost(state: OrderState): boolean {
  if (state.stage !== 'validated' && state.stage !== 'reserved') return false
  if (state.lines.some((line) => line.quantities.reserved > 0)) return true
  const pending = state.lines.filter((line) => line.quantities.open + line.quantities.backordered > 0)
  return pending.length > 0 && pending.every((line) => line.notStocked)
}

function unpost(state: OrderState, nowMs: number): readonly OrderEvent[] {
  const created = state.intents.findLast((intent) => intent.kind === 'erp_create_order')
  if (created === undefined) return []
  if (isUnderWay(created)) return withdrawal(created)
  const name = created.intentId.slice('erp_create_order/'.length)
  const asked = state.intents.find((intent) => intent.intentId === `erp_cancel_order/${name}`)
  if (created.status !== 'settled') return []
  if (asked?.status === 'withdrawn') return reopenWithdrawn(asked, nowMs)
  if (asked !== undefined) return []
  const { account, externalId } = created
  const intent = { kind: 'erp_cancel_order', name, account, externalId: `${externalId}/cancel`, subject: null } as const
  return [openedIntent(intent, nowMs)]
}

function cancelIntents(state: OrderState): readonly Intent[] {
  return state.intents.filter((intent) => intent.kind === 'erp_cancel_order')
}

/** Sold, never stocked: handed over once the order is booked. */
export function fulfilServices(state: OrderState): readonly OrderEvent[] {
  if (state.stage !== 'posted' && state.stage !== 'released') return []
  const lines = state.lines
    .filter((line) => line.notStocked && line.quantities.open > 0)
    .map((line): Units => ({ lineId: line.lineId, quantity: line.quantities.open }))
  return lines.length === 0 ? [] : [{ type: 'services_fulfilled', lines }]
}

/** Each shipment is told to the channel (when it listens) and to the ERP (when it has the order). */
export function tellOfShipments(state: OrderState, nowMs: number): readonly OrderEvent[] {
  const told = new Set(state.intents.map((intent) => `${intent.kind} ${intent.subject}`))
  const channel = state.policy?.tellsChannel === true ? accountId(state.order.account) : null
  const erp = state.erp?.reference == null ? null : state.erp.account
  const shipments = state.shipments.filter(({ lines }) => lines.length > 0)
  return shipments.flatMap(({ shipmentId }) => {
    const name = lastPartOf(shipmentId)
    const tell = (kind: 'channel_fulfil' | 'erp_record_shipment', account: AccountId | null) =>
      account === null || told.has(`${kind} ${shipmentId}`)
        ? []
        : [openedIntent({ kind, name, account, externalId: shipmentId, subject: shipmentId }, nowMs)]
    return [...tell('channel_fulfil', channel), ...tell('erp_record_shipment', erp)]
  })
}
