/**
 * An order that names a cart takes over its units. The cart is taken once, by one order; what of the order its claims
 * cover is planned exactly where they are, and at each position the order's claims take over the cart's: nobody gets
 * in between, and nothing is claimed twice. What is left of the cart goes back before anything else is planned. A cart
 * that has ended, or is another order's, leaves the order a plain one.
 */
import { partsMember, stockParts } from '../catalog/stock-parts.ts'
import { locationId } from '../shared/ids.ts'
import { decideSourcing } from '../sourcing/decide-sourcing.ts'
import { type KeptDecision, keptDecision } from '../sourcing/kept-decision.ts'
import type { SourcingRequest } from '../sourcing/request.ts'
import { type Placing, placeLines } from '../stock/place-lines.ts'
import { plannedDays } from './capacity-claims.ts'
import type { OrderEvent } from './order-event.ts'
import type { LineState, OrderState, Plan, PlanAllocation } from './order-state.ts'
import { withOwnUnits } from './own-units.ts'
import { unitsToPlan, wantsPlan } from './propose-plan.ts'
import { isExcluded } from './release-fulfilment.ts'
import type { PlanInputs, SagaCommand } from './saga-command.ts'
import type { OrderCart } from './saga-state.ts'
import type { SagaStep } from './saga-step.ts'
import { planAsk, sourcingRequest } from './sourcing-request.ts'

export function cartSteps(state: OrderState, nowMs: number): readonly SagaStep[] {
  const { reservationId } = state.order
  const { cart, holding } = state.saga
  if (reservationId === undefined) return []
  if (cart === undefined) {
    // It may have been taken, and the order ended before it could say so.
    if (hasEnded(state)) return [{ type: 'settle_cart', reservationId }]
    if (!wantsPlan(state, nowMs)) return []
    const unitsOf = (line: LineState) => unitsToPlan(line, state, nowMs)
    const wanted = state.lines.filter((line) => unitsOf(line) > 0)
    return [{ type: 'take_cart', reservationId, ask: planAsk(state.order, wanted, unitsOf, true) }]
  }
  return cart.settled || holding ? [] : [{ type: 'settle_cart', reservationId: cart.reservationId }]
}

const hasEnded = ({ stage }: OrderState) => stage === 'closed' || stage === 'cancelled'

/** Nothing else is planned before the cart has been taken and what was left of it has gone back. */
export function isCartOpen({ order, saga }: OrderState): boolean {
  return order.reservationId !== undefined && saga.cart?.settled !== true
}

export function recordCart(
  command: Extract<SagaCommand, { type: 'record_cart' }>,
  state: OrderState,
  nowMs: number,
): readonly OrderEvent[] {
  const { reservationId } = state.order
  if (reservationId === undefined || state.saga.cart !== undefined || hasEnded(state)) return []
  const { claims } = command
  const planned = command.inputs === null ? null : cartPlan(claims, command.inputs, state, nowMs)
  const plan = planned?.plan ?? null
  const cart: OrderCart = {
    reservationId,
    claims: plan === null ? [] : claims,
    attempt: plan?.attempt ?? null,
    settled: command.isTaken === false,
  }
  const taken: OrderEvent = { type: 'cart_taken', cart }
  return planned === null ? [taken] : [taken, { type: 'planned', ...planned }]
}

export function recordCartSettled(state: OrderState): readonly OrderEvent[] {
  const { reservationId } = state.order
  const isOpen = reservationId !== undefined && state.saga.cart?.settled !== true
  return isOpen ? [{ type: 'cart_settled', reservationId }] : []
}

/** Null when the claims do not fit: an order that may not go in part has to be covered whole, from one location. */
function cartPlan(
  claims: OrderCart['claims'],
  inputs: PlanInputs,
  state: OrderState,
  nowMs: number,
): { readonly plan: Plan; readonly decision: KeptDecision } | null {
  if (!wantsPlan(state, nowMs) || state.policy === null) return null
  const serving = inputs.candidates.filter(({ location }) => claims.some((claim) => claim.location === location))
  const placing = placeByClaims(
    claims,
    serving.map(({ location }) => location),
    state,
    nowMs,
  )
  const places = new Set(placing.placed.map(({ location }) => location))
  const isPartial = placing.missing.length > 0 || places.size > 1
  const allowPartial = state.order.allowPartial ?? state.policy.allowPartial
  if (places.size === 0 || (isPartial && !allowPartial)) return null
  const used = serving.filter(({ location }) => places.has(location))
  const reporters = used.flatMap(({ location, reporter }) => (reporter === undefined ? [] : [[location, reporter]]))
  const allocations = allocationsOf(placing, state)
  const request = requestFor(allocations, claims, inputs, state, nowMs)
  const decided = decideSourcing(request)
  const days = plannedDays(allocations, inputs, decided)
  const plan: Plan = {
    attempt: state.attempt + 1,
    allocations,
    unplanned: [],
    configVersion: inputs.configVersion,
    warehouses: Object.fromEntries(used.map(({ location, warehouse }) => [location, warehouse])),
    ...(reporters.length === 0 ? {} : { reporters: Object.fromEntries(reporters) }),
    ...(days.length === 0 ? {} : { days }),
    plannedAtMs: nowMs,
  }
  return { plan, decision: keptDecision(request, decided) }
}

/** Where the cart's units lie is settled; the decision says what it comes to beside what else could be done. */
function requestFor(
  allocations: readonly PlanAllocation[],
  claims: OrderCart['claims'],
  inputs: PlanInputs,
  state: OrderState,
  nowMs: number,
): SourcingRequest {
  const own = inputs.candidates.map((candidate) => withOwnUnits(candidate, claims))
  const unitsOf = ({ lineId }: LineState) =>
    allocations.reduce((sum, each) => sum + (each.lineId === lineId ? each.quantity : 0), 0)
  const request = sourcingRequest(state, { ...inputs, candidates: own }, true, unitsOf, nowMs)
  return { ...request, fixed: allocations.map(({ lineId, location, quantity }) => ({ lineId, location, quantity })) }
}

function placeByClaims(
  claims: OrderCart['claims'],
  locations: readonly string[],
  state: OrderState,
  nowMs: number,
): Placing {
  const lines = state.lines.flatMap((line) => {
    const quantity = unitsToPlan(line, state, nowMs)
    if (quantity === 0 || line.sku === null) return []
    const only = locations.filter((location) => !isExcluded(state, locationId(location), line.lineId))
    return [{ id: line.lineId, quantity, parts: stockParts({ ...line, sku: line.sku }), only }]
  })
  const stock = new Map<string, number>()
  for (const { sku, location, quantity } of claims) {
    stock.set(`${sku}@${location}`, (stock.get(`${sku}@${location}`) ?? 0) + quantity)
  }
  return placeLines(lines, locations, stock)
}

function allocationsOf({ placed }: Placing, state: OrderState): readonly PlanAllocation[] {
  const lines = new Map<string, LineState>(state.lines.map((line) => [line.lineId, line]))
  return placed.flatMap(({ id, location, quantity }): PlanAllocation[] => {
    const line = lines.get(id)
    if (line === undefined || line.sku === null) return []
    const { lineId, sku, packQuantity } = line
    return [{ lineId, sku, location: locationId(location), quantity, packQuantity, ...partsMember(line) }]
  })
}

/** What the order's claim at a position takes over, and the terms on which these units are the cart's. */
export function takeOverMembers(state: OrderState, plan: Plan, sku: string, location: string) {
  const { cart } = state.saga
  const isTaken = cart !== undefined && cart.attempt === plan.attempt
  const claim = isTaken ? cart.claims.find((other) => other.sku === sku && other.location === location) : undefined
  if (claim === undefined) return null
  const { group, goodUntilMs, reservationId: source } = claim
  return { source, ...(group === undefined ? {} : { group }), ...(goodUntilMs === undefined ? {} : { goodUntilMs }) }
}
