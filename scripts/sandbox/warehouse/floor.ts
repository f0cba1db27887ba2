/** The warehouse floor: what becomes of each fulfilment order, when, and what is said about it. */
import { seededChance } from '../control.ts'

export type Behaviour = {
  /** From acceptance, or from the shipment before, to a shipment. */
  readonly pickMs: number
  readonly partialRate: number
  readonly shortRate: number
  readonly rejectRate: number
  /**
   * Chance that an order is taken in without an answer and then forgotten, until it is asked for, sent again, or found
   * after `forgottenMs`.
   */
  readonly forgetRate: number
  readonly forgottenMs: number
  /** How long a cancellation takes to decide; 0 decides at once. */
  readonly cancelMs: number
}
const calmBehaviour: Behaviour = {
  pickMs: 20,
  partialRate: 0,
  shortRate: 0,
  rejectRate: 0,
  forgetRate: 0,
  forgottenMs: 5_000,
  cancelMs: 0,
}

/** What is done with an order. Scripted per order, or drawn. `hold` waits for `resume`. */
export type Handling = 'ship' | 'partial' | 'short' | 'reject' | 'forget' | 'hold'
type FloorStatus = 'accepted' | 'in_progress' | 'shipped' | 'rejected' | 'cancelling' | 'cancelled'

export type FloorLine = {
  readonly lineId: string
  readonly sku: string
  readonly quantity: number
  shipped: number
  short: number
}
export type FloorOrder = {
  readonly id: string
  readonly reference: string
  readonly fingerprint: string
  readonly lines: readonly FloorLine[]
  handling: Handling
  status: FloorStatus
  /** Times that picking was begun: more than one would be a release executed twice. */
  picks: number
  /** Times that the same release was asked for again. */
  repeats: number
  shipments: number
}

type Units = { readonly line: FloorLine; readonly quantity: number }

export type FloorOptions = {
  readonly seed: number
  readonly behaviour: Partial<Behaviour>
  /** Units of a SKU leave in multiples of its pack. */
  readonly packs: Readonly<Record<string, number>>
  readonly say: (type: string, data: object) => void
  readonly label: (reference: string) => Promise<{ readonly carrier: string; readonly trackingNumber: string } | null>
}
export type Floor = {
  readonly orders: Map<string, FloorOrder>
  /** What the next orders get, before chance decides. */
  readonly scripted: Handling[]
  readonly timers: Set<NodeJS.Timeout>
  readonly chance: () => number
  readonly options: FloorOptions
  behaviour: Behaviour
}

export function createFloor(options: FloorOptions): Floor {
  return {
    orders: new Map(),
    scripted: [],
    timers: new Set(),
    chance: seededChance(options.seed),
    options,
    behaviour: { ...calmBehaviour, ...options.behaviour },
  }
}

export function closeFloor(floor: Floor): void {
  for (const timer of floor.timers) clearTimeout(timer)
}

function later(floor: Floor, delayMs: number, act: () => void): void {
  const timer = setTimeout(() => {
    floor.timers.delete(timer)
    act()
  }, delayMs)
  floor.timers.add(timer)
}

function draw({ scripted, behaviour, chance }: Floor): Handling {
  const next = scripted.shift()
  if (next) return next
  const { rejectRate, forgetRate, shortRate, partialRate } = behaviour
  let drawn = chance()
  for (const [handling, rate] of [
    ['reject', rejectRate],
    ['forget', forgetRate],
    ['short', shortRate],
    ['partial', partialRate],
  ] as const) {
    drawn -= rate
    if (drawn < 0) return handling
  }
  return 'ship'
}

export function acceptOrder(floor: Floor, id: string, fingerprint: string, lines: readonly FloorLine[]): FloorOrder {
  const reference = `WO-${String(floor.orders.size + 1).padStart(6, '0')}`
  const base = { id, reference, fingerprint, lines, picks: 0, repeats: 0, shipments: 0 }
  const order: FloorOrder = { ...base, handling: draw(floor), status: 'accepted' }
  floor.orders.set(id, order)
  if (order.handling === 'forget') later(floor, floor.behaviour.forgottenMs, () => rememberOrder(floor, order))
  else begin(floor, order)
  return order
}

/** A cancellation that overtook its release: the release must never come to life. */
export function buryOrder(floor: Floor, id: string): FloorOrder {
  const base = { id, reference: id, fingerprint: '', lines: [], picks: 0, repeats: 0, shipments: 0 }
  const order: FloorOrder = { ...base, handling: 'hold', status: 'cancelled' }
  floor.orders.set(id, order)
  return order
}

export function rememberOrder(floor: Floor, order: FloorOrder): void {
  if (order.handling !== 'forget') return
  order.handling = 'ship'
  begin(floor, order)
}

/** Lets an order on hold go on as `handling`. */
export function resumeOrder(floor: Floor, order: FloorOrder, handling: Handling): void {
  if (order.handling !== 'hold') return
  order.handling = handling
  order.picks++
  work(floor, order)
}

function begin(floor: Floor, order: FloorOrder): void {
  floor.options.say('fulfilment_order.accepted', { fulfilmentOrderId: order.id, reference: order.reference })
  if (order.handling === 'hold') return
  order.picks++
  later(floor, floor.behaviour.pickMs, () => work(floor, order))
}

function work(floor: Floor, order: FloorOrder): void {
  if (order.status !== 'accepted' && order.status !== 'in_progress') return
  if (order.handling === 'reject') {
    order.status = 'rejected'
    floor.options.say('fulfilment_order.rejected', { fulfilmentOrderId: order.id, reason: 'cannot be picked here' })
    return
  }
  const rest = order.lines.map((line) => ({ line, quantity: line.quantity - line.shipped - line.short }))
  const short = order.handling === 'short' ? shortOf(floor, rest) : null
  const whole = rest.map(({ line, quantity }) => ({
    line,
    quantity: quantity - (line === short?.line ? short.quantity : 0),
  }))
  const parcel = order.handling === 'partial' && order.shipments === 0 ? halfOf(floor, whole) : whole
  void ship(floor, order, parcel, short)
}

const packOf = ({ options }: Floor, sku: string) => options.packs[sku] ?? 1

/** One pack of the last line that has one. */
function shortOf(floor: Floor, rest: readonly Units[]): Units | null {
  const found = rest.filter(({ quantity }) => quantity > 0).at(-1)
  return found ? { line: found.line, quantity: Math.min(found.quantity, packOf(floor, found.line.sku)) } : null
}

function halfOf(floor: Floor, rest: readonly Units[]): readonly Units[] {
  const half = rest.map(({ line, quantity }) => {
    const pack = packOf(floor, line.sku)
    return { line, quantity: Math.floor(quantity / pack / 2) * pack }
  })
  return half.some(({ quantity }) => quantity > 0) ? half : rest
}

async function ship(floor: Floor, order: FloorOrder, parcel: readonly Units[], short: Units | null): Promise<void> {
  const units = parcel.filter(({ quantity }) => quantity > 0)
  order.shipments++
  order.status = 'in_progress'
  for (const { line, quantity } of units) line.shipped += quantity
  if (short) short.line.short += short.quantity
  const done = order.lines.every((line) => line.shipped + line.short === line.quantity)
  if (done) order.status = 'shipped'
  const shipmentId = `${order.reference}-${order.shipments}`
  const label = units.length === 0 ? null : await floor.options.label(`${order.id}/${shipmentId}`)
  floor.options.say('fulfilment_order.shipped', {
    fulfilmentOrderId: order.id,
    shipmentId,
    lines: units.map(({ line, quantity }) => ({ lineId: line.lineId, quantity })),
    shortLines: short ? [{ lineId: short.line.lineId, quantity: short.quantity, reason: 'not on the shelf' }] : [],
    carrier: label?.carrier ?? null,
    trackingNumber: label?.trackingNumber ?? null,
    shippedAt: new Date().toISOString(),
  })
  if (!done) later(floor, floor.behaviour.pickMs, () => work(floor, order))
}

/** False: too late, something has left or is leaving. */
export function cancelOrder(floor: Floor, order: FloorOrder): boolean {
  if (order.status === 'cancelled' || order.status === 'cancelling' || order.status === 'rejected') return true
  if (order.status !== 'accepted') return false
  if (floor.behaviour.cancelMs === 0) endCancelled(floor, order)
  else {
    order.status = 'cancelling'
    later(floor, floor.behaviour.cancelMs, () => endCancelled(floor, order))
  }
  return true
}

function endCancelled(floor: Floor, order: FloorOrder): void {
  order.status = 'cancelled'
  floor.options.say('fulfilment_order.cancelled', { fulfilmentOrderId: order.id, reason: 'called back' })
}
