/** I3, I5 and I6: every acknowledged order is there once, has nothing left under way, and has a legal, whole history. */

import { evolve } from '../../src/domain/order/evolve.ts'
import { orderViolations } from '../../src/domain/order/invariants.ts'
import { emptyDocument, type OrderDocument } from '../../src/domain/order/order-document.ts'
import type { OrderEvent } from '../../src/domain/order/order-event.ts'
import { canonicalJson } from '../../src/domain/shared/canonical-json.ts'
import type { CallView } from './instance-views.ts'
import type { Instance, InstanceOrder } from './read-instance.ts'

export function checkOrders(instance: Instance, acknowledged: readonly string[]): readonly string[] {
  return [
    ...presenceBreaches(instance, acknowledged),
    ...[...instance.orders].flatMap(([id, order]) => [
      ...quiescenceBreaches(order).map((breach) => `I5 ${id}: ${breach}`),
      ...historyBreaches(order).map((breach) => `${/^I\d+/.test(breach) ? '' : 'I6 '}${breach} (${id})`),
    ]),
  ]
}

function presenceBreaches({ list, missing }: Instance, acknowledged: readonly string[]): string[] {
  const listed = Map.groupBy(list, (order) => order.orderId)
  const byExternalId = Map.groupBy(list, (order) => `${order.account}:${order.externalOrderId}`)
  return [
    ...missing.map((id) => `I3 ${id}: acknowledged or listed, and does not answer`),
    ...acknowledged
      .filter((id) => listed.get(id)?.length !== 1)
      .map((id) => `I3 ${id}: listed ${listed.get(id)?.length ?? 0} times`),
    ...[...byExternalId].filter(([, orders]) => orders.length > 1).map(([id]) => `I3 ${id}: more than one order`),
  ]
}

function quiescenceBreaches({ document }: InstanceOrder): string[] {
  const breaches = document.calls.flatMap((call) => callBreaches(call, document.exceptions))
  if (document.nextActor === 'crossdock') breaches.push(`waits for us (${document.stage}, ${document.status})`)
  return breaches
}

const overStatuses = ['settled', 'withdrawn', 'rejected']

/** A warehouse that says no is an answer, not a failure: what it led to shows in the order itself. */
function callBreaches(call: CallView, exceptions: InstanceOrder['document']['exceptions']): string[] {
  if (!overStatuses.includes(call.status)) return [`${call.intentId} is ${call.status}: ${call.lastError ?? ''}`]
  const owed = call.status === 'rejected' && !call.kind.startsWith('warehouse_')
  return owed && !exceptions.some((exception) => exception.resolvedAt === null)
    ? [`${call.intentId} was rejected and nobody was told: ${call.lastError}`]
    : []
}

function historyBreaches({ document, timeline }: InstanceOrder): readonly string[] {
  const gap = timeline.findIndex((entry, index) => entry.seq !== index + 1)
  if (gap !== -1) return [`I6: entry ${gap + 1} has sequence ${timeline[gap]?.seq}`]
  if (timeline.length !== document.version) return [`I6: ${timeline.length} entries, version ${document.version}`]
  // The log holds what decide made; the types are those of the running code.
  const history = timeline.map((entry) => entry.event as OrderEvent)
  try {
    const folded = history.reduce<OrderDocument>(
      (state, event, index) => evolve(state, event, Date.parse(timeline[index]?.at ?? '')),
      emptyDocument,
    )
    // Its alarm is not visible from outside: a time stands for one, and stuck work shows in `quiescenceBreaches`.
    return [...orderViolations(folded, history, 0), ...differences(folded, document)]
  } catch (error) {
    return [`I6: the history does not replay: ${(error as Error).message}`]
  }
}

/** What the log says must be what the order says. */
function differences({ state }: OrderDocument, document: InstanceOrder['document']): string[] {
  if (state === null) return ['I6: the log knows no order']
  const quantities = (lines: readonly { readonly lineId: string; readonly quantities: object }[]) =>
    canonicalJson(lines.map(({ lineId, quantities: units }) => ({ lineId, quantities: units })))
  const breaches: string[] = []
  if (state.stage !== document.stage) breaches.push(`I6: the log ends ${state.stage}, the order is ${document.stage}`)
  if (quantities(state.lines) !== quantities(document.lines)) breaches.push('I6: the log has other line quantities')
  return breaches
}
