/**
 * Books what a warehouse shipped on the sale's open customer shipment, partly if need be. The shipment is claimed
 * first, with our id as its reference, so that every later step can be repeated and two reports never share a
 * shipment.
 */

import type { IntentRequest } from '../../domain/order/order-command.ts'
import type { CallOutcome } from '../../domain/outbox/intent.ts'
import type { Effect } from '../ports.ts'
import { allotQuantities, lessBooked, type ShippedLine } from './allot-quantities.ts'
import { openTryton, type Tryton } from './open-tryton.ts'
import { absentAfter, outcomeAfter, refused, unknownAfter } from './outcome.ts'
import { pressOnSale, type Sale, saleWithNumber } from './sale-records.ts'
import { claimShipment, pressOnShipment, type SaleShipment, shipmentsOfSale, shipOut } from './shipment-records.ts'

type RecordShipment = Extract<IntentRequest, { kind: 'erp_record_shipment' }>
type Failure = Parameters<typeof unknownAfter>[0]

/** Claims, a look after each, and one nudge to make missing shipments: a sale never needs more rounds. */
const roundsMax = 12
/** SQLite keeps whole seconds: a shipment written in this one cannot be told from its next version yet. */
const sameSecondRetryMs = 1_100

export const recordShipment: Effect<'erp_record_shipment'> = {
  call: async (request, context) => {
    const opened = await openTryton(context)
    if (!opened.ok) return absentAfter(opened.error)
    const sale = await saleWithNumber(opened.value, request.erpReference)
    if (!sale.ok) return absentAfter(sale.error)
    if (sale.value === null) return refused('missing', `Tryton has no sale ${request.erpReference}`)
    return book(opened.value, sale.value, request)
  },

  probe: async (request, context) => {
    const opened = await openTryton(context)
    if (!opened.ok) return unknownAfter(opened.error)
    const sale = await saleWithNumber(opened.value, request.erpReference)
    if (!sale.ok) return unknownAfter(sale.error)
    if (sale.value === null) return { outcome: 'absent' }
    const shipments = await shipmentsOfSale(opened.value, sale.value.id)
    if (!shipments.ok) return unknownAfter(shipments.error)
    if (!shipments.value.some((shipment) => isOurs(shipment, request))) return { outcome: 'absent' }
    const booked = await book(opened.value, sale.value, request)
    return booked.outcome === 'absent' ? { outcome: 'absent' } : booked
  },
}

/** Our id, then the tracking number for people who search by it. */
function referenceOf(request: RecordShipment): string {
  return request.trackingNumber === null ? request.externalId : `${request.externalId} ${request.trackingNumber}`
}

function isOurs(shipment: SaleShipment, request: RecordShipment): boolean {
  if (shipment.state === 'cancelled' || shipment.reference === null) return false
  return shipment.reference === request.externalId || shipment.reference.startsWith(`${request.externalId} `)
}

/** Repeats look → one step until everything is claimed, then ships it. Each round starts from what Tryton says now. */
async function book(tryton: Tryton, sale: Sale, request: RecordShipment): Promise<CallOutcome> {
  const lines = request.lines.map((line) => ({
    lineId: line.lineId,
    code: line.sku,
    quantity: line.quantity * (line.packQuantity ?? 1),
  }))
  let nudged = false
  let raced = false
  for (let round = 0; round < roundsMax; round++) {
    const clock = tryton.serverSecond()
    const shipments = await shipmentsOfSale(tryton, sale.id)
    if (!shipments.ok) return absentOrPartly(shipments.error, round > 0)
    const ours = shipments.value.filter((shipment) => isOurs(shipment, request))
    const rest = lessBooked(
      lines,
      ours.flatMap((shipment) => shipment.moves),
    )
    if (rest.length === 0) return ship(tryton, ours)
    const target = shipments.value.find((shipment) => isOpen(shipment) && allots(rest, shipment))
    if (target !== undefined) {
      const refusal = await claim(tryton, target, referenceOf(request), rest, clock)
      const changedMeanwhile = refusal?.outcome === 'absent' && !refusal.retryable && !raced
      // Moves that went away between look and claim are refused like a mistake of ours: look once more.
      if (changedMeanwhile) raced = true
      else if (refusal !== null) return ours.length > 0 ? partlyDone(refusal) : refusal
    } else if (shipments.value.some((shipment) => isHeldByOthers(shipment, request, rest))) {
      return busy(`the units on sale ${request.erpReference} are on a shipment that somebody else has in hand`)
    } else if (nudged) {
      return refused('value', `sale ${request.erpReference} has nothing left to ship of ${listed(rest)}`)
    } else {
      nudged = true
      const pressed = await pressOnSale(tryton, 'process', sale.id)
      if (!pressed.ok) return absentAfter(pressed.error)
    }
  }
  return busy(`the shipments of sale ${request.erpReference} kept changing`)
}

const isOpen = (shipment: SaleShipment) =>
  shipment.reference === null && (shipment.state === 'waiting' || shipment.state === 'assigned')

const allots = (rest: readonly ShippedLine[], shipment: SaleShipment) =>
  allotQuantities(rest, shipment.moves).byMove.size > 0

function isHeldByOthers(shipment: SaleShipment, request: RecordShipment, rest: readonly ShippedLine[]): boolean {
  const ended = shipment.state === 'done' || shipment.state === 'cancelled'
  return (
    !ended && !isOurs(shipment, request) && rest.some((line) => shipment.moves.some((move) => move.code === line.code))
  )
}

/** Null when the shipment is ours now. */
async function claim(
  tryton: Tryton,
  shipment: SaleShipment,
  reference: string,
  rest: readonly ShippedLine[],
  clock: number | null,
): Promise<CallOutcome | null> {
  if (shipment.state === 'assigned' || !shipment.pickingIsWhole) {
    const reset = await pressOnShipment(tryton, 'wait', shipment.id)
    return reset.ok ? busy('the picking was reset', sameSecondRetryMs) : absentAfter(reset.error)
  }
  if (!isComparable(shipment.timestamp, clock)) return busy('the shipment was written this second', sameSecondRetryMs)
  const claimed = await claimShipment(tryton, shipment, reference, allotQuantities(rest, shipment.moves).byMove)
  return claimed.ok ? null : outcomeAfter(claimed.error)
}

/** Whole seconds can be compared only from the next second on; PostgreSQL's timestamps carry microseconds. */
function isComparable(timestamp: string, clock: number | null): boolean {
  return timestamp.includes('.') || clock === null || Number(timestamp) < clock
}

async function ship(tryton: Tryton, shipments: readonly SaleShipment[]): Promise<CallOutcome> {
  for (const shipment of shipments) {
    const shipped = await shipOut(tryton, shipment)
    if (!shipped.ok) return absentOrPartly(shipped.error, true)
  }
  return {
    outcome: 'committed',
    reference: shipments.map((shipment) => shipment.number).join(', '),
    details: { shipmentIds: shipments.map((shipment) => shipment.id).join(',') },
  }
}

/** A claim is already in Tryton: only a refusal for good is told as such, the rest is taken up by a probe. */
function absentOrPartly(failure: Failure, claimed: boolean): CallOutcome {
  if (!claimed || !(failure.retryable || failure.mayHaveRun)) return absentAfter(failure)
  return unknownAfter(failure)
}

function partlyDone(outcome: CallOutcome): CallOutcome {
  if (outcome.outcome !== 'absent' || !outcome.retryable) return outcome
  return { outcome: 'unknown', class: outcome.class, message: outcome.message }
}

function busy(message: string, retryAfterMs?: number): CallOutcome {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  return { outcome: 'absent', retryable: true, class: 'intermittent', message, ...wait }
}

const listed = (lines: readonly ShippedLine[]) => lines.map((line) => `${line.code} (${line.quantity})`).join(', ')
