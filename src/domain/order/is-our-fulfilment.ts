/** Is a fulfilment that the channel shows ours coming back, or was it made by hand in the channel? */
import type { ChannelFulfilment, OrderState, Shipment } from './order-state.ts'

const withdrawnStatuses = new Set(['cancelled', 'canceled', 'error', 'failure'])

/** A fulfilment that was taken back in the channel fulfils nothing. */
function isStanding(fulfilment: ChannelFulfilment): boolean {
  return !withdrawnStatuses.has(fulfilment.status.toLowerCase())
}

/**
 * By the tracking number (our shipment id where the parcel has none), by the number the channel gave us, or as the very
 * units we are telling it about.
 */
function isOurFulfilment(state: OrderState, fulfilment: ChannelFulfilment): boolean {
  return state.shipments.some(
    (shipment) =>
      fulfilment.trackingNumbers.includes(shipment.trackingNumber ?? shipment.shipmentId) ||
      isAnswerTo(state, shipment, fulfilment),
  )
}

function isAnswerTo(state: OrderState, shipment: Shipment, fulfilment: ChannelFulfilment): boolean {
  const told = state.intents.find(
    (intent) => intent.kind === 'channel_fulfil' && intent.subject === shipment.shipmentId,
  )
  if (told === undefined) return false
  if (told.reference !== null) return told.reference === fulfilment.externalFulfilmentId
  return told.attempts > 0 && shipment.trackingNumber === null && sameUnits(shipment.lines, fulfilment.lines)
}

type Lines = ChannelFulfilment['lines']

function sameUnits(left: Lines, right: Lines): boolean {
  const spell = (lines: Lines) => JSON.stringify(lines.map(({ lineId, quantity }) => [lineId, quantity]).sort())
  return spell(left) === spell(right)
}

export function foreignFulfilments(state: OrderState): readonly ChannelFulfilment[] {
  return state.channelFulfilments.filter((fulfilment) => isStanding(fulfilment) && !isOurFulfilment(state, fulfilment))
}
