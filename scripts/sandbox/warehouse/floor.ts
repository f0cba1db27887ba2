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
export const calmBehaviour: Behaviour = {
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
export type FloorStatus = 'accepted' | 'in_progress' | 'shipped' | 'rejected' | 'cancelling' | 'cancelled'

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

export type Floor = ReturnType<typeof createFloor>
type Say = (type: string, data: object) => void
type Label = (reference: string) => Promise<{ readonly carrier: string; readonly trackingNumber: string } | null>

export function createFloor(options: {
  readonly seed: number
  readonly behaviour: Partial<Behaviour>
  /** Units of a SKU leave in multiples of its pack. */
  readonly packs: Readonly<Record<string, number>>
  readonly say: Say
  readonly label: Label
}) {
  const chance = seededChance(options.seed)
  const orders = new Map<string, FloorOrder>()
  const scripted: Handling[] = []
  const timers = new Set<NodeJS.Timeout>()
  let behaviour: Behaviour = { ...calmBehaviour, ...options.behaviour }

  const later = (delayMs: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, delayMs)
    timers.add(timer)
  }

  function draw(): Handling {
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

  function accept(id: string, fingerprint: string, lines: readonly FloorLine[]): FloorOrder {
    const reference = `WO-${String(orders.size + 1).padStart(6, '0')}`
    const base = { id, reference, fingerprint, lines, picks: 0, repeats: 0, shipments: 0 }
    const order: FloorOrder = { ...base, handling: draw(), status: 'accepted' }
    orders.set(id, order)
    if (order.handling === 'forget') later(behaviour.forgottenMs, () => remember(order))
    else begin(order)
    return order
  }

  /** An order that overtook its own cancellation must never come to life. */
  function bury(id: string): FloorOrder {
    const base = { id, reference: id, fingerprint: '', lines: [], picks: 0, repeats: 0, shipments: 0 }
    const order: FloorOrder = { ...base, handling: 'hold', status: 'cancelled' }
    orders.set(id, order)
    return order
  }

  function remember(order: FloorOrder): void {
    if (order.handling !== 'forget') return
    order.handling = 'ship'
    begin(order)
  }

  function begin(order: FloorOrder): void {
    options.say('fulfilment_order.accepted', { fulfilmentOrderId: order.id, reference: order.reference })
    if (order.handling === 'hold') return
    order.picks++
    later(behaviour.pickMs, () => work(order))
  }

  function work(order: FloorOrder): void {
    if (order.status !== 'accepted' && order.status !== 'in_progress') return
    if (order.handling === 'reject') {
      order.status = 'rejected'
      options.say('fulfilment_order.rejected', { fulfilmentOrderId: order.id, reason: 'cannot be picked here' })
      return
    }
    const rest = order.lines.map((line) => ({ line, quantity: line.quantity - line.shipped - line.short }))
    const short = order.handling === 'short' ? shortOf(rest) : null
    const whole = rest.map(({ line, quantity }) => ({
      line,
      quantity: quantity - (line === short?.line ? short.quantity : 0),
    }))
    const parcel = order.handling === 'partial' && order.shipments === 0 ? halfOf(whole) : whole
    void ship(order, parcel, short)
  }

  const packOf = (sku: string) => options.packs[sku] ?? 1

  /** One pack of the last line that has one. */
  function shortOf(rest: readonly Units[]): Units | null {
    const found = rest.filter(({ quantity }) => quantity > 0).at(-1)
    return found ? { line: found.line, quantity: Math.min(found.quantity, packOf(found.line.sku)) } : null
  }

  function halfOf(rest: readonly Units[]): readonly Units[] {
    const half = rest.map(({ line, quantity }) => {
      const pack = packOf(line.sku)
      return { line, quantity: Math.floor(quantity / pack / 2) * pack }
    })
    return half.some(({ quantity }) => quantity > 0) ? half : rest
  }

  async function ship(order: FloorOrder, parcel: readonly Units[], short: Units | null): Promise<void> {
    const units = parcel.filter(({ quantity }) => quantity > 0)
    order.shipments++
    order.status = 'in_progress'
    for (const { line, quantity } of units) line.shipped += quantity
    if (short) short.line.short += short.quantity
    const done = order.lines.every((line) => line.shipped + line.short === line.quantity)
    if (done) order.status = 'shipped'
    const shipmentId = `${order.reference}-${order.shipments}`
    const label = units.length === 0 ? null : await options.label(`${order.id}/${shipmentId}`)
    options.say('fulfilment_order.shipped', {
      fulfilmentOrderId: order.id,
      shipmentId,
      lines: units.map(({ line, quantity }) => ({ lineId: line.lineId, quantity })),
      shortLines: short ? [{ lineId: short.line.lineId, quantity: short.quantity, reason: 'not on the shelf' }] : [],
      carrier: label?.carrier ?? null,
      trackingNumber: label?.trackingNumber ?? null,
      shippedAt: new Date().toISOString(),
    })
    if (!done) later(behaviour.pickMs, () => work(order))
  }

  /** False: too late, something has left or is leaving. */
  function cancel(order: FloorOrder): boolean {
    if (order.status === 'cancelled' || order.status === 'cancelling' || order.status === 'rejected') return true
    if (order.status !== 'accepted') return false
    if (behaviour.cancelMs === 0) order.status = 'cancelled'
    else {
      order.status = 'cancelling'
      later(behaviour.cancelMs, () => {
        order.status = 'cancelled'
        sayCancelled(order)
      })
    }
    if (order.status === 'cancelled') sayCancelled(order)
    return true
  }

  const sayCancelled = (order: FloorOrder) =>
    options.say('fulfilment_order.cancelled', { fulfilmentOrderId: order.id, reason: 'called back' })

  return {
    accept,
    bury,
    remember,
    cancel,
    find: (id: string) => orders.get(id) ?? null,
    orders: () => [...orders.values()],
    script: (handlings: readonly Handling[]) => void scripted.push(...handlings),
    behave: (change: Partial<Behaviour>) => {
      behaviour = { ...behaviour, ...change }
    },
    /** Lets an order on hold go on as `handling`. */
    resume: (id: string, handling: Handling) => {
      const order = orders.get(id)
      if (order?.handling !== 'hold') return
      order.handling = handling
      order.picks++
      work(order)
    },
    stop: () => {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

type Units = { readonly line: FloorLine; readonly quantity: number }
