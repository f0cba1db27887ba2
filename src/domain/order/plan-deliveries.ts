/**
 * When the parcels of a plan are expected at the buyer's: by the services that were chosen for them, reckoned as a
 * promise is. What an order was promised that took no promise.
 */
import { arrivalOf } from '../atp/deliver-at.ts'
import { stockParts } from '../catalog/stock-parts.ts'
import type { LineId, LocationId } from '../shared/ids.ts'
import type { SourcingDecision } from '../sourcing/decision.ts'
import { onTimeProbability } from '../sourcing/on-time.ts'
import { promisesOf, type TakenPromise } from './line-promise.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState, Plan } from './order-state.ts'
import type { PlanInputs } from './saga-command.ts'

export type PlannedDelivery = {
  readonly location: LocationId
  readonly service: string
  readonly departsAtMs: number
  readonly atMs: number
  readonly confidencePercent: number
}

/** Of locations whose service is known; those of earlier plans stay, for what left by them. */
export function deliveriesMember(
  before: Plan | null,
  { candidates }: PlanInputs,
  { plan }: SourcingDecision,
): Pick<Plan, 'deliveries'> {
  const planned = (plan?.shipments ?? []).flatMap(({ location, service, dispatchAtMs }): PlannedDelivery[] => {
    const lanes = candidates.find((candidate) => candidate.location === location)?.lanes ?? []
    const lane = lanes.find((each) => each.service === service)
    if (lane === undefined || service === null || dispatchAtMs === null) return []
    const { atMs } = arrivalOf(lane, dispatchAtMs)
    const confidencePercent = Math.floor(onTimeProbability(dispatchAtMs, lane, atMs) * 100 + 1e-6)
    return [{ location, service, departsAtMs: dispatchAtMs, atMs, confidencePercent }]
  })
  const earlier = (before?.deliveries ?? []).filter((one) => planned.every(({ location }) => location !== one.location))
  const deliveries = [...planned, ...earlier]
  return deliveries.length === 0 ? {} : { deliveries }
}

/** Once its stock is held: what was promised stays promised, whatever later plans come to. */
export function promisePlanned(state: OrderState): readonly OrderEvent[] {
  const { plan, saga, stage } = state
  if (plan === null || saga.holding || stage === 'closed' || stage === 'cancelled') return []
  if ((plan.deliveries ?? []).length === 0) return []
  // What only moves was promised when it was held first, or nobody could say when it would be there.
  if (plan.replaces !== undefined) return []
  const promised = new Set<string>(promisesOf(state).map(({ lineId }) => lineId))
  const held = new Set(state.reservations.filter(({ status }) => status !== 'released').map((each) => each.lineId))
  const byLine = Map.groupBy(plan.allocations, ({ lineId }) => lineId)
  return [...byLine].flatMap(([id, own]): OrderEvent[] => {
    const promise = promised.has(id) || !held.has(id) ? null : promiseOf(plan, id, own)
    return promise === null ? [] : [{ type: 'promise_taken', promise }]
  })
}

/** Null where a service of it is not known: nobody can say when all of it will be there. */
function promiseOf(
  { deliveries = [], configVersion }: Plan,
  lineId: LineId,
  own: Plan['allocations'],
): TakenPromise | null {
  const expected = own.map(({ location }) => deliveries.find((delivery) => delivery.location === location))
  const known = expected.filter((delivery) => delivery !== undefined)
  if (known.length < own.length || known.length === 0) return null
  const surely = new Map(known.map(({ location, confidencePercent }) => [location, confidencePercent]))
  return {
    lineId,
    quantity: own.reduce((sum, { quantity }) => sum + quantity, 0),
    byMs: Math.max(...known.map(({ atMs }) => atMs)),
    dateOf: 'delivery',
    departsAtMs: Math.max(...known.map(({ departsAtMs }) => departsAtMs)),
    source: 'planned',
    confidencePercent: Math.floor([...surely.values()].reduce((share, each) => (share * each) / 100, 100)),
    plan: own.flatMap((allocation) =>
      stockParts(allocation).map(({ sku, units }) => {
        return { sku, location: allocation.location, quantity: allocation.quantity * units, version: 0 }
      }),
    ),
    configVersion,
  }
}
