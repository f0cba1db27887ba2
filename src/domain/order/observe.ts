/**
 * The channel says how the order is. The newest version wins; of two with the same clock the greater in canonical JSON,
 * so that every order of arrival ends at the same content. An older one tells only what was once asked for.
 */
import { canonicalJson } from '../shared/canonical-json.ts'
import { type DeliveryId, deliveryId, lineId, orderIdFrom } from '../shared/ids.ts'
import { boundedOrder } from './bounded-order.ts'
import type { CanonicalOrder } from './canonical-order.ts'
import type { OrderCommand } from './order-command.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState } from './order-state.ts'

type Observe = Extract<OrderCommand, { type: 'observe' }>
export type Observed = {
  readonly events: readonly OrderEvent[]
  readonly effect: 'applied' | 'unchanged' | 'stale'
}

export function capture(command: Observe): readonly OrderEvent[] {
  const order = boundedOrder(command.order)
  const { correlationId } = command.cause
  const delivered: DeliveryId | null = command.cause.kind === 'delivery' ? deliveryId(command.cause.id) : null
  const orderId = orderIdFrom(`${order.account}:${order.externalOrderId}`)
  return [{ type: 'captured', orderId, order, correlationId, deliveryId: delivered }, ...cancellationIn(order, null)]
}

export function observe(command: Observe, state: OrderState): Observed {
  const order = boundedOrder(command.order)
  const newer = compareVersions(order, state.order)
  if (newer === 0) return { events: [], effect: 'unchanged' }
  if (newer < 0) return { events: staleEvents(order, state), effect: 'stale' }
  return { events: [{ type: 'revised', order }, ...cancellationIn(order, state)], effect: 'applied' }
}

/** Positive when `left` is the newer content. */
function compareVersions(left: CanonicalOrder, right: CanonicalOrder): number {
  if (left.sourceVersionMs !== right.sourceVersionMs) return left.sourceVersionMs - right.sourceVersionMs
  const [leftJson, rightJson] = [canonicalJson(left), canonicalJson(right)]
  if (leftJson === rightJson) return 0
  return leftJson > rightJson ? 1 : -1
}

/** Recorded even when it teaches nothing: the log shows what arrived. */
function staleEvents(order: CanonicalOrder, state: OrderState): readonly OrderEvent[] {
  const lines = order.lines.map((line) => ({
    lineId: lineId(line.lineId),
    quantity: line.quantity,
    externalSku: line.externalSku,
  }))
  return [{ type: 'stale_observed', sourceVersionMs: order.sourceVersionMs, lines }, ...cancellationIn(order, state)]
}

/** A cancellation is for good, whichever version brought it; of several the earliest is the one on record. */
function cancellationIn(order: CanonicalOrder, state: OrderState | null): readonly OrderEvent[] {
  if (order.cancelledAtMs === null) return []
  const asked = { reason: order.cancelReason ?? 'cancelled in the channel', requestedAtMs: order.cancelledAtMs }
  const known = state?.cancellation ?? null
  if (known !== null && !isEarlier(asked, known)) return []
  return [{ type: 'cancel_requested', ...asked }]
}

type Asked = { readonly reason: string; readonly requestedAtMs: number }

function isEarlier(left: Asked, right: Asked): boolean {
  if (left.requestedAtMs !== right.requestedAtMs) return left.requestedAtMs < right.requestedAtMs
  return left.reason < right.reason
}
