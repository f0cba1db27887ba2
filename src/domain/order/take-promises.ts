/** A promise is taken as soon as the order carries one: an answer of ours, or a date of its own. */
import { claimInPromiseId } from '../atp/promise-claim.ts'
import { lineId } from '../shared/ids.ts'
import type { CanonicalOrder, OrderLine } from './canonical-order.ts'
import { type LinePromise, promisesOf, type TakenPromise } from './line-promise.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState } from './order-state.ts'

export function takePromises(state: OrderState): readonly OrderEvent[] {
  if (state.stage === 'closed' || state.stage === 'cancelled') return []
  const known = new Map<string, LinePromise>(promisesOf(state).map((promise) => [promise.lineId, promise]))
  return state.order.lines.flatMap((line): OrderEvent[] => {
    const carried = promiseIn(line, state.order)
    const taken = known.get(line.lineId)
    if (carried === null || carried.quantity === 0 || (taken && isSame(carried, taken))) return []
    return [{ type: 'promise_taken', promise: carried }]
  })
}

/** Its signature was checked where the order came in. */
function promiseIn(line: OrderLine, { promisedByMs, shipTo }: CanonicalOrder): TakenPromise | null {
  const claim = line.promiseId === undefined ? null : claimInPromiseId(line.promiseId)
  const named = { lineId: lineId(line.lineId), plan: [], confidencePercent: null, configVersion: null }
  if (claim === null) {
    return promisedByMs === undefined
      ? null
      : { ...named, quantity: line.quantity, byMs: promisedByMs, ...dateOfNamed(shipTo), source: 'named' }
  }
  const plan = claim.plan.map(([sku, location, quantity], place) => {
    return { sku, location, quantity, version: claim.basis[place] ?? 0 }
  })
  const { byMs, dateOf, confidencePercent, config } = claim
  const quantity = Math.min(line.quantity, claim.quantity)
  return { ...named, quantity, byMs, dateOf, source: 'quoted', confidencePercent, plan, configVersion: config }
}

/** Whoever names a date and an address means when it is there. */
const dateOfNamed = (shipTo: CanonicalOrder['shipTo']) =>
  shipTo === null || shipTo.country === null ? {} : ({ dateOf: 'delivery' } as const)

/** Fewer units than were promised are no new promise. */
function isSame(carried: TakenPromise, taken: TakenPromise): boolean {
  return carried.byMs === taken.byMs && carried.source === taken.source && carried.quantity <= taken.quantity
}
