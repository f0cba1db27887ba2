/** How the document takes in what the channel says: capture, revision, and older versions that arrive late. */
import type { LineId } from '../shared/ids.ts'
import { lineId } from '../shared/ids.ts'
import type { CanonicalOrder, OrderLine } from './canonical-order.ts'
import type { EventOf } from './order-event.ts'
import type { LineQuantities, LineState, OrderState } from './order-state.ts'
import type { SagaState } from './saga-state.ts'

const noUnits: LineQuantities = {
  open: 0,
  reserved: 0,
  backordered: 0,
  released: 0,
  shipped: 0,
  cancelled: 0,
  delivered: 0,
  returned: 0,
}

const freshSaga: SagaState = {
  validationDue: true,
  validationAttempts: 0,
  validateAtMs: 0,
  holding: false,
  refusals: 0,
  recheckAtMs: null,
  rechecks: 0,
  waitingAt: [],
  excluded: [],
  rejections: 0,
  stockEffects: [],
  stockEffectsMade: 0,
  stockRefusals: [],
  releasedTo: null,
  earlyTracking: [],
  erpUnits: null,
}

export function applyCaptured(event: EventOf<'captured'>, atMs: number): OrderState {
  return {
    orderId: event.orderId,
    order: event.order,
    correlationId: event.correlationId,
    firstDeliveryId: event.deliveryId,
    capturedAtMs: atMs,
    updatedAtMs: atMs,
    version: 0,
    stage: 'captured',
    lines: event.order.lines.map(newLine),
    holds: [],
    plan: null,
    attempt: 0,
    reservations: [],
    fulfilmentOrders: [],
    shipments: [],
    refunds: [],
    returns: [],
    channelFulfilments: [],
    erp: null,
    cancellation: null,
    intents: [],
    exceptions: [],
    policy: null,
    saga: freshSaga,
    wakeAtMs: null,
  }
}

function newLine(line: OrderLine): LineState {
  return { ...emptyLine(lineId(line.lineId), line.externalSku, line.quantity, 'open'), ...unitOf(line) }
}

function emptyLine(id: LineId, externalSku: string | null, ordered: number, status: 'open' | 'cancelled'): LineState {
  return {
    lineId: id,
    ordered,
    externalSku,
    sku: null,
    notStocked: false,
    packQuantity: 1,
    quantities: { ...noUnits, [status]: ordered },
    shippedExternally: 0,
  }
}

/** New units are open. Fewer units are not taken off here: a follow-up cancels what can still be cancelled. */
export function applyRevised(state: OrderState, event: EventOf<'revised'>): OrderState {
  const asked = new Map(event.order.lines.map((line) => [line.lineId, line]))
  const known = new Set<string>(state.lines.map((line) => line.lineId))
  const lines = state.lines.map((line) => revisedLine(line, asked.get(line.lineId)))
  const added = event.order.lines.filter((line) => !known.has(line.lineId)).map(newLine)
  const saga: SagaState = { ...state.saga, validationDue: true, validationAttempts: 0, validateAtMs: 0 }
  return { ...state, order: event.order, lines: inOrder([...lines, ...added], event.order), saga }
}

function revisedLine(line: LineState, asked: OrderLine | undefined): LineState {
  if (asked === undefined) return line
  const more = Math.max(0, asked.quantity - line.ordered)
  const quantities = { ...line.quantities, open: line.quantities.open + more }
  const revised = { ...line, ordered: line.ordered + more, quantities }
  const isSame = asked.externalSku === line.externalSku && asked.unit === line.unit
  if (isSame || isPromised(line)) return revised
  // What waited for the old SKU is looked for anew.
  const anew = { ...quantities, open: quantities.open + quantities.backordered, backordered: 0 }
  const unmapped = { externalSku: asked.externalSku, sku: null, notStocked: false, packQuantity: 1, parts: [] }
  const { unit: _, excluded: __, ...ofAnySku } = revised
  return { ...ofAnySku, ...unmapped, ...unitOf(asked), quantities: anew }
}

const unitOf = ({ unit }: OrderLine): Pick<LineState, 'unit'> => (unit === undefined ? {} : { unit })

/** Once stock is claimed for it or has left, a line keeps the SKU it was promised as. */
function isPromised({ quantities }: LineState): boolean {
  return quantities.reserved + quantities.released + quantities.shipped > 0
}

export function applyStaleObserved(state: OrderState, event: EventOf<'stale_observed'>): OrderState {
  const asked = new Map(event.lines.map((line) => [line.lineId, line]))
  const known = new Set(state.lines.map((line) => line.lineId))
  const lines = state.lines.map((line) => {
    const more = Math.max(0, (asked.get(line.lineId)?.quantity ?? 0) - line.ordered)
    const quantities = { ...line.quantities, cancelled: line.quantities.cancelled + more }
    return { ...line, ordered: line.ordered + more, quantities }
  })
  const added = event.lines
    .filter((line) => !known.has(line.lineId))
    .map((line) => emptyLine(line.lineId, line.externalSku, line.quantity, 'cancelled'))
  return { ...state, lines: inOrder([...lines, ...added], state.order) }
}

/** As the channel lists them; lines it no longer lists follow by id. The order of arrival leaves no trace. */
function inOrder(lines: readonly LineState[], order: CanonicalOrder): LineState[] {
  const place = new Map(order.lines.map((line, index) => [line.lineId, index]))
  const placeOf = (line: LineState) => place.get(line.lineId) ?? order.lines.length
  return [...lines].sort((left, right) => placeOf(left) - placeOf(right) || (left.lineId < right.lineId ? -1 : 1))
}
