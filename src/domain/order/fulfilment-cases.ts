/** Cases between release and delivery: what warehouses, positions and the channel's own staff did otherwise. */
import { canonicalJson } from '../shared/canonical-json.ts'
import { isActive } from './claims.ts'
import { foreignFulfilments } from './is-our-fulfilment.ts'
import { type Case, pendingValueMinor } from './order-case.ts'
import type { OrderState } from './order-state.ts'

export function fulfilmentCases(state: OrderState): readonly Case[] {
  return [
    ...rejectionCases(state),
    ...shortCases(state),
    ...recallCases(state),
    ...addressCases(state),
    ...foreignCases(state),
    ...lateCancellationCases(state),
    ...bookingCases(state),
  ]
}

/** A rejected release that found another home is no case. */
function rejectionCases(state: OrderState): Case[] {
  const homeless = state.lines.filter((line) => line.quantities.open + line.quantities.backordered > 0)
  if (homeless.length === 0 || !state.saga.excluded.some((entry) => entry.lineId === null)) return []
  const rejected = state.fulfilmentOrders.findLast((fulfilmentOrder) => fulfilmentOrder.status === 'cancelled')
  const reason = rejected?.rejection ?? 'cancelled'
  return [
    {
      category: 'wms_rejected',
      class: 'value',
      subject: 'release',
      cluster: `${rejected?.account}/${reason}`,
      message: `${rejected?.account ?? 'The warehouse'} turned the release down: ${reason}.`,
      moneyAtRiskMinor: pendingValueMinor(state, homeless),
    },
  ]
}

function shortCases(state: OrderState): Case[] {
  if (state.stage === 'closed' || state.stage === 'cancelled') return []
  return state.saga.excluded.flatMap(({ location, lineId }): Case[] => {
    const line = state.lines.find((other) => other.lineId === lineId)
    if (line === undefined) return []
    return [
      {
        category: 'inventory_drift',
        class: 'value',
        subject: `${line.lineId}@${location}`,
        cluster: `${line.sku}@${location}`,
        message: `${location} could not find units of ${line.sku} that its position counts.`,
        moneyAtRiskMinor: pendingValueMinor(state, [line]),
      },
    ]
  })
}

function recallCases(state: OrderState): Case[] {
  return state.fulfilmentOrders
    .filter((fulfilmentOrder) => fulfilmentOrder.recallRefused !== null)
    .map((fulfilmentOrder) => ({
      category: 'wms_rejected',
      class: 'value',
      subject: `recall ${fulfilmentOrder.fulfilmentOrderId}`,
      cluster: `${fulfilmentOrder.account}/recall`,
      message: `${fulfilmentOrder.account} would not give back units nobody wants: ${fulfilmentOrder.recallRefused}.`,
      moneyAtRiskMinor: 0,
    }))
}

function addressCases(state: OrderState): Case[] {
  const { releasedTo } = state.saga
  if (releasedTo === null || !state.fulfilmentOrders.some(isActive)) return []
  if (releasedTo === canonicalJson(state.order.shipTo)) return []
  return [
    {
      category: 'address_invalid',
      class: 'value',
      subject: 'changed after release',
      cluster: `${state.order.account}/changed after release`,
      message: 'The address changed after the order had been released: the warehouse still has the old one.',
      moneyAtRiskMinor: pendingValueMinor(state),
    },
  ]
}

function foreignCases(state: OrderState): Case[] {
  return foreignFulfilments(state).map(({ externalFulfilmentId }) => ({
    category: 'shipment_unconfirmed',
    class: 'value',
    subject: `fulfilment ${externalFulfilmentId}`,
    cluster: `${state.order.account}/fulfilled by hand`,
    message: `Fulfilment ${externalFulfilmentId} was made in the channel, past our warehouses.`,
    moneyAtRiskMinor: 0,
  }))
}

function lateCancellationCases(state: OrderState): Case[] {
  const left = state.shipments.flatMap(({ lines }) => lines).reduce((sum, line) => sum + line.quantity, 0)
  if (state.cancellation === null || left === 0) return []
  return [
    {
      category: 'shipment_unconfirmed',
      class: 'value',
      subject: 'cancelled too late',
      cluster: `${state.order.account}/cancelled too late`,
      message: `The order was cancelled, and ${left} units had left: ask for them back or refuse the cancellation.`,
      moneyAtRiskMinor: state.order.totals.totalMinor,
    },
  ]
}

function bookingCases(state: OrderState): Case[] {
  return state.saga.stockRefusals.map(({ effect, reason }) => ({
    category: 'inventory_drift',
    class: 'value',
    subject: effect.effectId,
    cluster: `${effect.sku}@${effect.location}`,
    message: `${effect.location} shipped ${effect.quantity} of ${effect.sku}, which its position refused: ${reason}.`,
    moneyAtRiskMinor: 0,
  }))
}
