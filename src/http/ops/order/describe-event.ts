/** One event of an order's log as a sentence. The table is total: a new kind of event needs its words to compile. */
import type { LogEntry } from '../../../domain/order/order-command.ts'
import type { EventOf, OrderEvent, OrderEventType } from '../../../domain/order/order-event.ts'
import type { Intent } from '../../../domain/outbox/intent.ts'
import type { Tone } from '../design/chip.tsx'
import { intentNames } from '../design/intent-names.ts'
import { count, words } from '../design/words.ts'

export type Described = { readonly tone: Tone; readonly text: string }
/** All intent events are one member of the union, so they cannot be told apart by extracting. */
type Body<T extends OrderEventType> = T extends `intent_${string}` ? { readonly intent: Intent } : EventOf<T>
/** What a location is called. */
type NameOf = (location: string) => string
type Table = { readonly [T in OrderEventType]: readonly [Tone, (event: Body<T>, nameOf: NameOf) => string] }

const unitsIn = (lines: readonly { readonly quantity: number }[]): string =>
  count(
    lines.reduce((sum, line) => sum + line.quantity, 0),
    'unit',
  )
const shortId = (id: string): string => id.slice(id.lastIndexOf('/') + 1)
const call = (intent: Intent): string => `${intentNames[intent.kind] ?? words(intent.kind)} at ${intent.account}`
const lower = (name: string): string => words(name).replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase())

const said: Table = {
  fact_parked: ['neutral', (e) => `Kept for later, the order is not here yet: ${lower(e.fact.type)}`],
  captured: ['info', (e) => `Captured with ${count(e.order.lines.length, 'line')}`],
  revised: ['info', () => 'Revised by the channel'],
  stale_observed: ['neutral', () => 'An older version arrived late and changed nothing'],
  refund_recorded: ['neutral', (e) => `Refund ${e.refund.externalRefundId} recorded`],
  return_recorded: ['neutral', (e) => `Return ${e.return.externalReturnId} of ${unitsIn(e.return.lines)} recorded`],
  channel_fulfilment_recorded: ['neutral', (e) => `The channel shows fulfilment ${e.fulfilment.externalFulfilmentId}`],
  tracking_recorded: ['work', (e) => `${e.tracking.trackingNumber}: ${lower(e.tracking.status)}`],
  tracking_parked: ['neutral', (e) => `${e.tracking.trackingNumber}: ${lower(e.tracking.status)}, before its shipment`],
  cancel_requested: ['warn', (e) => `Cancellation asked for: ${e.reason}`],
  cancel_refused: ['bad', (e) => `Cancellation refused: ${e.reason}`],
  lines_mapped: ['info', (e) => `${count(e.lines.length, 'line')} mapped to SKUs`],
  validated: ['info', () => 'Validated'],
  validation_deferred: ['warn', () => 'Not valid yet; looked at again later'],
  retry_requested: ['info', () => 'Asked to look again'],
  promise_taken: ['info', (e) => `${e.promise.lineId} is promised for ${new Date(e.promise.byMs).toISOString()}`],
  promises_reviewed: [
    'neutral',
    (e) => `Promises looked at: ${e.reviews.map((each) => `${each.lineId} ${lower(each.standing)}`).join(', ')}`,
  ],
  hold_placed: ['warn', (e) => `Put on hold (${lower(e.hold.kind)}): ${e.hold.reason}`],
  hold_released: ['good', (e) => `Hold ${e.holdId} released by ${e.by === 'system' ? 'the system' : 'a person'}`],
  exception_opened: ['bad', (e) => `${words(e.exception.category)}: ${e.exception.message}`],
  exception_resolved: ['good', (e) => `Case ${e.exceptionId} resolved`],
  planned: ['info', (e, at) => `${e.reason === 'better_plan' ? 'Better plan' : 'Planned'}: ${plannedAt(e, at)}`],
  plan_reviewed: ['neutral', (e) => reviewOutcomes[e.outcome]],
  cart_taken: [
    'info',
    (e) => `${count(e.cart.claims.length, 'claim')} of reservation ${e.cart.reservationId} taken over`,
  ],
  saga_stuck: ['bad', (e) => `Stuck: ${e.reason}`],
  saga_recovered: ['good', () => 'Goes on again'],
  cart_settled: ['neutral', (e) => `Reservation ${e.reservationId} ended, and nothing of it is kept`],
  stock_reserved: ['info', heldAt],
  stock_refused: ['warn', (e, at) => `Stock refused at ${places(e.refused, at)}`],
  holds_extended: ['neutral', () => 'Stock holds extended'],
  stock_committed: ['good', (e, at) => `Stock committed at ${places(e.reservations, at)}`],
  reservation_lost: ['bad', (e, at) => `Reservation at ${at(e.location)} lost: ${lower(e.reason)}`],
  reservation_reduced: [
    'neutral',
    (e, at) => `${count(e.quantity, 'unit')} given back at ${at(e.location)}, now ${e.to}`,
  ],
  units_backordered: [
    'warn',
    (e) =>
      e.lines.length === 0 ? 'Looked again: what waits is still not to be had' : `${unitsIn(e.lines)} on backorder`,
  ],
  capacity_claimed: ['neutral', (e, at) => `A day claimed at ${places(e.claims, at)}`],
  capacity_released: ['neutral', (e, at) => `A day given back at ${places(e.claims, at)}`],
  cover_told: [
    'warn',
    ({ shortage }, at) =>
      shortage.claims.length === 0
        ? `${shortage.sku} at ${at(shortage.location)} is all there again`
        : `${at(shortage.location)} has less ${shortage.sku} than it promised`,
  ],
  cover_lost: [
    'warn',
    (e, at) => `${count(e.quantity, 'unit')} of ${e.sku} not there at ${at(e.location)}, planned again`,
  ],
  location_left: ['warn', (e, at) => `Leaves ${at(e.location)}: ${lower(e.reason)}`],
  location_returned: ['neutral', (e, at) => `${at(e.location)} is up again`],
  waiting_registered: ['neutral', (e) => `Waits in line for ${e.positions.map((at) => at.sku).join(', ')}`],
  waiting_ended: ['neutral', (e) => `Left the line for ${e.positions.map((at) => at.sku).join(', ')}`],
  stock_effect_done: [
    'neutral',
    (e) => (e.refusal === null ? 'Stock updated' : `Stock update refused: ${lower(e.refusal)}`),
  ],
  units_cancelled: ['warn', (e) => `${unitsIn(e.lines)} cancelled`],
  units_fulfilled_externally: ['neutral', (e) => `${unitsIn(e.lines)} fulfilled by hand in the channel`],
  units_reinstated: ['info', (e) => `${unitsIn(e.lines)} asked for again`],
  external_fulfilment_withdrawn: ['neutral', (e) => `Fulfilment by hand of ${unitsIn(e.lines)} withdrawn`],
  services_fulfilled: ['good', (e) => `${unitsIn(e.lines)} that need no shipping fulfilled`],
  fulfilment_order_opened: [
    'work',
    (e, at) => `${shortId(e.fulfilmentOrder.fulfilmentOrderId)} released to ${at(e.fulfilmentOrder.location)}`,
  ],
  fulfilment_order_accepted: [
    'work',
    (e) => `${shortId(e.fulfilmentOrderId)} accepted${e.reference ? ` as ${e.reference}` : ''}`,
  ],
  fulfilment_order_rejected: ['bad', (e) => `${shortId(e.fulfilmentOrderId)} rejected: ${e.reason}`],
  fulfilment_order_cancelled: ['warn', (e) => `${shortId(e.fulfilmentOrderId)} cancelled: ${e.reason}`],
  recall_refused: ['bad', (e) => `${shortId(e.fulfilmentOrderId)} could not be called back: ${e.reason}`],
  shipment_recorded: ['good', (e, at) => `${unitsIn(e.shipment.lines)} shipped from ${at(e.shipment.location)}`],
  units_short: ['warn', (e) => `${unitsIn(e.lines)} short at ${shortId(e.fulfilmentOrderId)}`],
  intent_opened: ['neutral', (e) => `${call(e.intent)} wanted`],
  intent_begun: ['neutral', (e) => `${call(e.intent)}: attempt ${e.intent.attempts}`],
  intent_deferred: [
    'neutral',
    (e) => `${call(e.intent)} put off${e.intent.lastError ? `: ${e.intent.lastError}` : ''}`,
  ],
  intent_in_doubt: ['warn', (e) => `${call(e.intent)}: outcome unknown`],
  intent_settled: ['good', (e) => `${call(e.intent)} done${e.intent.reference ? `: ${e.intent.reference}` : ''}`],
  intent_rejected: ['bad', (e) => `${call(e.intent)} rejected${e.intent.lastError ? `: ${e.intent.lastError}` : ''}`],
  intent_withdrawn: ['neutral', (e) => `${call(e.intent)} no longer wanted`],
  intent_reopened: ['info', (e) => `${call(e.intent)} tried again`],
  posted: ['work', () => 'Booked in the ERP'],
  closed: ['good', () => 'Closed: everything is done'],
  cancelled: ['neutral', () => 'Cancelled'],
  reopened: ['info', (e) => `Reopened at ${e.stage}`],
}

const places = (at: readonly { readonly location: string }[], nameOf: NameOf): string =>
  [...new Set(at.map((entry) => entry.location))].map(nameOf).join(', ') || 'no location'

const reviewOutcomes = {
  kept: 'Looked for a better plan: this one stays',
  replaced: 'Looked for a better plan: there is one',
  unknown: 'Looked for a better plan without an answer',
} as const

function heldAt({ grants, replaced = [] }: EventOf<'stock_reserved'>, nameOf: NameOf): string {
  const given = replaced.length === 0 ? '' : `, given back at ${places(replaced, nameOf)}`
  return `${unitsIn(grants)} held at ${places(grants, nameOf)}${given}`
}

function plannedAt({ plan }: EventOf<'planned'>, nameOf: NameOf): string {
  const rest = plan.unplanned.length === 0 ? '' : `, ${unitsIn(plan.unplanned)} nowhere`
  return `${unitsIn(plan.allocations)} at ${places(plan.allocations, nameOf)}${rest}`
}

/** Anything the table cannot read, such as an event of a newer version, is named by its type. */
export function describeEvent(entry: LogEntry, nameOf: NameOf = (id) => id): Described {
  if (!Object.hasOwn(said, entry.type)) return { tone: 'neutral', text: words(entry.type) }
  const [tone, sentence] = said[entry.type as OrderEventType] as readonly [
    Tone,
    (event: OrderEvent, at: NameOf) => string,
  ]
  try {
    return { tone, text: sentence(JSON.parse(entry.event) as OrderEvent, nameOf) }
  } catch {
    return { tone, text: words(entry.type) }
  }
}
