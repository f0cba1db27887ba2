/**
 * Facts the channel, the carrier and the returns desk report. Each is kept by its own id; of two reports of the same id
 * the later stands, of two at the same instant the greater, so the order of arrival leaves no trace.
 */
import { canonicalJson } from '../shared/canonical-json.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { sumUnits } from './derived-units.ts'
import { findLine } from './line-moves.ts'
import type { OrderCommand, OrderRefusal } from './order-command.ts'
import type { OrderEvent } from './order-event.ts'
import type { ChannelFulfilment, OrderState } from './order-state.ts'
import type { TrackingFact } from './saga-state.ts'

/** Parcels whose tracking came before the shipment itself; more than these are somebody else's. */
const earlyTrackingMax = 20

type Body<T extends OrderCommand['type']> = Extract<OrderCommand, { type: T }>
type Recorded = { readonly events: readonly OrderEvent[]; readonly effect: 'applied' | 'unchanged' | 'stale' }
type Decided = Result<Recorded, OrderRefusal>

const unchanged: Recorded = { events: [], effect: 'unchanged' }
const stale: Recorded = { events: [], effect: 'stale' }
const applied = (event: OrderEvent): Recorded => ({ events: [event], effect: 'applied' })

export function recordRefund({ refund }: Body<'record_refund'>, state: OrderState): Recorded {
  const known = state.refunds.find((other) => other.externalRefundId === refund.externalRefundId)
  return newest(refund, known, { type: 'refund_recorded', refund })
}

export function recordChannelFulfilment(command: Body<'record_channel_fulfilment'>, state: OrderState): Recorded {
  const { externalFulfilmentId, trackingNumbers, lines, status, atMs } = command
  const fulfilment: ChannelFulfilment = { externalFulfilmentId, trackingNumbers, lines, status, atMs }
  const known = state.channelFulfilments.find((other) => other.externalFulfilmentId === externalFulfilmentId)
  return newest(fulfilment, known, { type: 'channel_fulfilment_recorded', fulfilment })
}

export function recordTracking(command: Body<'record_tracking'>, state: OrderState): Decided {
  const { trackingNumber, status, rawStatus, atMs } = command
  const tracking: TrackingFact = { trackingNumber, status, rawStatus, atMs }
  const shipment = state.shipments.find((other) => other.trackingNumber === trackingNumber)
  if (shipment !== undefined) {
    const known = shipment.tracking === null ? undefined : { trackingNumber, ...shipment.tracking }
    return ok(newest(tracking, known, { type: 'tracking_recorded', tracking }))
  }
  const early = state.saga.earlyTracking
  const known = early.find((other) => other.trackingNumber === trackingNumber)
  if (known === undefined && early.length >= earlyTrackingMax)
    return err({ reason: 'tracking_not_found', trackingNumber })
  return ok(newest(tracking, known, { type: 'tracking_parked', tracking }))
}

export function recordReturn(command: Body<'record_return'>, state: OrderState): Decided {
  const { externalReturnId, lines, atMs } = command
  const known = state.returns.find((other) => other.externalReturnId === externalReturnId)
  if (known !== undefined) return ok(unchanged)
  const returned = sumUnits([...state.returns.flatMap((other) => other.lines), ...lines])
  for (const { lineId } of lines) {
    const line = findLine(state, lineId)
    if (line === undefined) return err({ reason: 'line_not_found', lineId })
    const { shipped } = line.quantities
    const quantity = returned.get(lineId) ?? 0
    if (quantity > shipped) return err({ reason: 'return_exceeds_shipped', lineId, quantity, shipped })
  }
  return ok(applied({ type: 'return_recorded', return: { externalReturnId, lines, atMs } }))
}

function newest<Fact extends { readonly atMs: number }>(
  fact: Fact,
  known: Fact | undefined,
  event: OrderEvent,
): Recorded {
  if (known === undefined) return applied(event)
  const [factJson, knownJson] = [canonicalJson(fact), canonicalJson(known)]
  if (factJson === knownJson) return unchanged
  const isNewer = fact.atMs === known.atMs ? factJson > knownJson : fact.atMs > known.atMs
  return isNewer ? applied(event) : stale
}
