/**
 * What is true of every order at every commit. `assertOrder` guards evolve; `orderViolations` is the checker that tests
 * and the simulation run over a document and its log (I3, I5, I6).
 */
import { isUnderWay } from '../outbox/intent-waiting.ts'
import { claimOf, isActive, remainingOf } from './claims.ts'
import { hasPendingUnits } from './line-moves.ts'
import type { OrderDocument } from './order-document.ts'
import type { OrderEvent } from './order-event.ts'
import type { LineState, OrderState } from './order-state.ts'
import { firstIllegalStep } from './transitions.ts'

export function assertOrder(state: OrderState): void {
  const violations = stateViolations(state)
  if (violations.length > 0) throw new Error(`${state.orderId}: ${violations.join('; ')}`)
}

export function stateViolations(state: OrderState): readonly string[] {
  const claimed = new Map<string, number>()
  for (const reservation of state.reservations) {
    if (claimOf(reservation) < 0) return [`reservation ${reservation.reservationId} gives more than it has`]
    claimed.set(reservation.lineId, (claimed.get(reservation.lineId) ?? 0) + claimOf(reservation))
  }
  return [
    ...state.lines.flatMap((line) => lineViolations(line, claimed.get(line.lineId) ?? 0)),
    ...fulfilmentViolations(state),
    ...shipmentViolations(state),
    ...endViolations(state),
  ]
}

function lineViolations(line: LineState, claimed: number): string[] {
  const { open, reserved, backordered, released, shipped, cancelled, delivered, returned } = line.quantities
  const violations: string[] = []
  const say = (what: string) => violations.push(`line ${line.lineId} ${what}`)
  if (open + reserved + backordered + released + shipped + cancelled !== line.ordered) say('does not sum to ordered')
  if (Math.min(...Object.values(line.quantities)) < 0) say('has a negative quantity')
  if (delivered > shipped || returned > shipped || line.shippedExternally > shipped) say('has a part above shipped')
  if (line.shippedExternally < 0) say('has negative external units')
  if (claimed !== reserved + released) say(`claims ${claimed} for ${reserved} reserved and ${released} released`)
  return violations
}

function fulfilmentViolations(state: OrderState): string[] {
  const released = new Map<string, number>()
  for (const line of state.fulfilmentOrders.flatMap((fulfilmentOrder) => fulfilmentOrder.lines)) {
    if (remainingOf(line) < 0) return [`a fulfilment order ships more of ${line.lineId} than it was given`]
    released.set(line.lineId, (released.get(line.lineId) ?? 0) + remainingOf(line))
  }
  return state.lines
    .filter((line) => line.quantities.released !== (released.get(line.lineId) ?? 0))
    .map((line) => `line ${line.lineId} has ${line.quantities.released} released, not what its warehouses hold`)
}

/** Every shipped unit has a shipment of ours, or a fulfilment made by hand in the channel, or was never stocked. */
function shipmentViolations(state: OrderState): string[] {
  const shipped = new Map<string, number>()
  for (const line of state.shipments.flatMap((shipment) => shipment.lines)) {
    shipped.set(line.lineId, (shipped.get(line.lineId) ?? 0) + line.quantity)
  }
  return state.lines
    .filter((line) => !line.notStocked)
    .filter((line) => line.quantities.shipped !== (shipped.get(line.lineId) ?? 0) + line.shippedExternally)
    .map((line) => `line ${line.lineId} has shipped units without a shipment`)
}

function endViolations(state: OrderState): string[] {
  const violations: string[] = []
  if (state.stage === 'closed' && state.fulfilmentOrders.some(isActive)) violations.push('closed with open releases')
  const ids = state.intents.map((intent) => `${intent.kind} ${intent.externalId}`)
  if (new Set(ids).size !== ids.length) violations.push('two intents share an external id')
  return violations
}

/** I3, I5 and I6 over a document, its whole history, and when its actor will wake by itself. */
export function orderViolations(
  document: OrderDocument,
  history: readonly OrderEvent[],
  alarmAtMs: number | null,
): readonly string[] {
  const violations: string[] = []
  if (history.length !== document.version) violations.push(`I6: ${history.length} events, version ${document.version}`)
  if (history.filter((event) => event.type === 'captured').length > 1) violations.push('I3: captured twice')
  const illegal = firstIllegalStep(history)
  if (illegal !== null) violations.push(`I6: step ${illegal + 1} (${history[illegal]?.type}) is not legal`)
  if (document.state === null) return violations
  const shipped = document.state.lines.some((line) => line.quantities.shipped > 0)
  if (document.state.stage === 'cancelled' && shipped) violations.push('I6: cancelled, yet something shipped')
  const pending = hasWork(document.state)
  if (pending && alarmAtMs === null) violations.push('I5: work is pending and no alarm is set')
  return [...violations, ...stateViolations(document.state)]
}

/** Something that nobody but the order itself will ever take up again. */
function hasWork(state: OrderState): boolean {
  const { saga } = state
  if (saga.holding || saga.stockEffects.length > 0 || state.intents.some(isUnderWay)) return true
  return state.wakeAtMs !== null && hasPendingUnits(state)
}
