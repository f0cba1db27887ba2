/**
 * Tells Shopify of one shipment with `fulfillmentCreate`, and finds it again after a lost answer.
 *
 * Shopify gives a fulfilment no field for a foreign key and does not take `@idempotent` on this mutation. What survives
 * on a fulfilment is its tracking number, so that is what the probe looks for; a shipment without one is recorded under
 * our shipment id as its number, where buyers read it as a delivery note number. Two shipments of one order under the
 * same number (a master tracking number) that also carry the same line cannot be told apart by a probe.
 */
import { z } from 'zod'
import type { IntentRequest } from '../../../domain/order/order-command.ts'
import type { CallOutcome, ProbeOutcome } from '../../../domain/outbox/intent.ts'
import { err, ok, type Result } from '../../../domain/shared/result.ts'
import type { ClientContext, Effect } from '../../ports.ts'
import { absent, type CallFailure, callAdmin, unknown } from './admin-graphql.ts'
import { idOfGid } from './gid.ts'
import { fulfilmentCreate } from './operations.ts'
import { type FulfilmentGroup, type PlanRefusal, planFulfilments } from './plan-fulfilments.ts'
import { readFulfilmentLines, readFulfilmentOrders, readFulfilments } from './read-fulfilments.ts'
import { budgetDetails, type Cost } from './throttle.ts'

type FulfilRequest = Extract<IntentRequest, { kind: 'channel_fulfil' }>
/** The shipment's number at Shopify, and per line the units already recorded under it. */
type Recorded = { readonly ids: readonly string[]; readonly units: ReadonlyMap<string, number> }

/** Somebody holds the fulfilment order in Shopify's console: goods are on their way, so keep asking. */
const heldRetryMs = 900_000

const createAnswer = z.object({
  fulfillmentCreate: z
    .object({
      fulfillment: z.object({ id: z.string(), status: z.string() }).nullable(),
      userErrors: z.array(z.object({ field: z.array(z.string()).nullish(), message: z.string() })),
    })
    .nullable(),
})

const refusals: Record<PlanRefusal['reason'], (lineId: string) => CallFailure> = {
  held: (line) => absent('value', `the fulfilment order of line ${line} is on hold or scheduled`, heldRetryMs),
  not_ours: (line) => absent('permission', `line ${line} is assigned to another fulfilment service`),
  nothing_left: (line) => absent('value', `line ${line} has fewer units left to fulfil than were shipped`),
}

export const fulfil: Effect<'channel_fulfil'> = { call, probe }

async function call(request: FulfilRequest, context: ClientContext): Promise<CallOutcome> {
  const recorded = await readRecorded(request, context)
  if (!recorded.ok) return recorded.error
  const orders = await readFulfilmentOrders(context, request.externalOrderId)
  if (!orders.ok) return orders.error
  const planned = planFulfilments(request.lines, orders.value, recorded.value.units)
  if (!planned.ok) return refusals[planned.error.reason](planned.error.lineId)
  const groups = planned.value
  if (groups.length === 0) return committed(recorded.value.ids, null)
  if (groups.length === 1) return createAll(groups, request, context, [])
  // An earlier attempt may have got through at one location and not at the next: only what is missing is sent.
  const missing = request.lines
    .map((line) => ({ ...line, quantity: line.quantity - (recorded.value.units.get(line.lineId) ?? 0) }))
    .filter((line) => line.quantity > 0)
  const rest = planFulfilments(missing, orders.value, new Map())
  if (!rest.ok) return refusals[rest.error.reason](rest.error.lineId)
  return createAll(rest.value, request, context, recorded.value.ids)
}

async function probe(request: FulfilRequest, context: ClientContext): Promise<ProbeOutcome> {
  const recorded = await readRecorded(request, context)
  if (!recorded.ok) return { outcome: 'unknown', class: recorded.error.class, message: recorded.error.message }
  const { ids, units } = recorded.value
  const complete = request.lines.every((line) => (units.get(line.lineId) ?? 0) >= line.quantity)
  return complete && ids.length > 0 ? { outcome: 'committed', reference: ids.join(',') } : { outcome: 'absent' }
}

const numberOf = (request: FulfilRequest) => request.trackingNumber ?? request.shipmentId

async function readRecorded(request: FulfilRequest, context: ClientContext): Promise<Result<Recorded, CallFailure>> {
  const all = await readFulfilments(context, request.externalOrderId)
  if (!all.ok) return all
  const ours = all.value.filter(
    (each) =>
      each.trackingNumbers.includes(numberOf(request)) && !['CANCELLED', 'ERROR', 'FAILURE'].includes(each.status),
  )
  const units = new Map<string, number>()
  for (const each of ours) {
    const lines = await readFulfilmentLines(context, each.gid)
    if (!lines.ok) return lines
    for (const line of lines.value) units.set(line.lineId, (units.get(line.lineId) ?? 0) + line.quantity)
  }
  return ok({ ids: ours.map((each) => each.id), units })
}

/** Once one location is recorded, a failure at the next leaves the shipment half told: only a probe can say how far. */
async function createAll(
  groups: readonly FulfilmentGroup[],
  request: FulfilRequest,
  context: ClientContext,
  known: readonly string[],
): Promise<CallOutcome> {
  const ids = [...known]
  let cost: Cost | null = null
  for (const [at, group] of groups.entries()) {
    const created = await createOne(group, request, context)
    if (!created.ok && at > 0) return unknown(created.error.class, `recorded in part: ${created.error.message}`)
    if (!created.ok) return created.error
    ids.push(created.value.id)
    cost = created.value.cost
  }
  return committed(ids, cost)
}

async function createOne(
  group: FulfilmentGroup,
  request: FulfilRequest,
  context: ClientContext,
): Promise<Result<{ readonly id: string; readonly cost: Cost | null }, CallFailure>> {
  const fulfillment = {
    lineItemsByFulfillmentOrder: group,
    notifyCustomer: context.account.settings.notifyCustomer === true,
    trackingInfo: trackingInfoOf(request),
  }
  const answer = await callAdmin(context, fulfilmentCreate, { fulfillment }, createAnswer)
  if (!answer.ok) return answer
  const payload = answer.value.data.fulfillmentCreate
  const problem = payload?.userErrors[0]
  if (problem) return err(absent('value', problem.message))
  // Shopify has been seen to answer well and create nothing.
  if (!payload?.fulfillment) return err(unknown('ambiguous_outcome', 'no error and no fulfilment'))
  return ok({ id: idOfGid(payload.fulfillment.id), cost: answer.value.cost })
}

function trackingInfoOf(request: FulfilRequest): Readonly<Record<string, string>> {
  const url = request.trackingUrl !== null && URL.canParse(request.trackingUrl) ? request.trackingUrl : null
  return {
    number: numberOf(request),
    ...(request.carrier === null ? {} : { company: request.carrier }),
    ...(url === null ? {} : { url }),
  }
}

function committed(ids: readonly string[], cost: Cost | null): CallOutcome {
  return { outcome: 'committed', reference: ids.join(','), details: budgetDetails(cost) }
}
