/**
 * The partners: an ERP that books whatever it is sent, warehouses that pick, reject, ship short, a channel that shows
 * fulfilments. None of them recognises a repetition by itself, so every second effect of one intent is counted.
 */
import type { Connector, Effect } from '../../src/connectors/ports.ts'
import type { IntentRequest, OrderCommandBody, ShipmentReport } from '../../src/domain/order/order-command.ts'
import type { CallOutcome, IntentKind, ProbeOutcome } from '../../src/domain/outbox/intent.ts'
import { Crash, type Faults } from './faults.ts'
import { settleMs } from './order-shell.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

export type PartnerWord =
  | { readonly type: 'accepted'; readonly fulfilmentOrderId: string }
  | { readonly type: 'rejected'; readonly fulfilmentOrderId: string }
  | { readonly type: 'shipped'; readonly shipment: ShipmentReport }
  | { readonly type: 'fulfilled' | 'tracked'; readonly orderId: string; readonly body: OrderCommandBody }

/** Base units in one unit of the line: warehouses pick whole packs. */
type PackOf = (fulfilmentOrderId: string, lineId: string) => number
type Release = Extract<IntentRequest, { kind: 'warehouse_release' }>
type Picking = {
  readonly release: Release
  state: 'accepted' | 'rejected' | 'cancelled' | 'shipping'
  shipments: number
}

const clientTimeoutMs = 10_000

export class PartnerNetwork {
  /** `<kind> <external id>` → how often its effect was had. */
  readonly effects = new Map<string, number>()
  /** External id → ERP orders booked under it and not cancelled. */
  readonly #booked = new Map<string, number>()
  readonly #pickings = new Map<string, Picking>()
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #faults: () => Faults
  readonly #say: (word: PartnerWord) => void
  readonly #packOf: PackOf

  constructor(
    clock: VirtualClock,
    random: Random,
    faults: () => Faults,
    say: (word: PartnerWord) => void,
    packOf: PackOf,
  ) {
    this.#clock = clock
    this.#random = random
    this.#faults = faults
    this.#say = say
    this.#packOf = packOf
  }

  readonly connector: Connector = {
    partner: 'simulated',
    account: { roles: ['erp', 'warehouse', 'channel'], needs: [] },
    inbound: null,
    outbound: {
      erp_create_order: this.#effect('erp_create_order', (request) => this.#book(request.externalId)),
      erp_cancel_order: this.#effect('erp_cancel_order', (request) => this.#unbook(request.erpReference)),
      erp_record_shipment: this.#effect('erp_record_shipment', () => null),
      channel_fulfil: this.#effect('channel_fulfil', (request) => this.#fulfil(request)),
      warehouse_release: this.#effect('warehouse_release', (request) => this.#release(request)),
      warehouse_cancel: this.#effect('warehouse_cancel', (request) => this.#recall(request.fulfilmentOrderId)),
    },
    poll: null,
    publishers: {},
    settleMs,
  }

  /** `perform` answers why the partner refuses for good, or null when it did what was asked. */
  #effect<K extends IntentKind>(
    kind: K,
    perform: (request: Extract<IntentRequest, { kind: K }>) => string | null,
  ): Effect<K> {
    return {
      call: (request) => this.#call(`${kind} ${request.externalId}`, () => perform(request)),
      probe: (request) => this.#probe(`${kind} ${request.externalId}`),
    }
  }

  async #call(key: string, perform: () => string | null): Promise<CallOutcome> {
    const faults = this.#faults()
    await this.#clock.sleep(this.#random.between(5, 800))
    if (this.#random.chance(faults.crash)) throw new Crash('died before the call')
    if (this.#random.chance(faults.throttle)) return absent('rate_limit', 'too many requests', 5_000)
    if (this.#random.chance(faults.refuse)) return { outcome: 'unknown', class: 'intermittent', message: 'status 500' }
    if (this.#random.chance(faults.refuseForGood)) {
      return { outcome: 'absent', retryable: false, class: 'value', message: 'not like this' }
    }
    if (this.#random.chance(faults.slowEffect)) {
      this.#clock.after(this.#random.between(clientTimeoutMs, settleMs - 1_000), () => void this.#once(key, perform))
      await this.#clock.sleep(clientTimeoutMs)
      return { outcome: 'unknown', class: 'connection', message: 'no answer in time' }
    }
    const refusal = this.#once(key, perform)
    if (refusal !== null) return { outcome: 'absent', retryable: false, class: 'value', message: refusal }
    if (this.#random.chance(faults.crash)) throw new Crash('died after the call')
    if (this.#random.chance(faults.loseAnswer)) {
      return { outcome: 'unknown', class: 'connection', message: 'connection lost' }
    }
    return { outcome: 'committed', reference: referenceOf(key) }
  }

  async #probe(key: string): Promise<ProbeOutcome> {
    const faults = this.#faults()
    await this.#clock.sleep(this.#random.between(5, 300))
    if (this.#random.chance(faults.refuse)) return { outcome: 'unknown', class: 'intermittent', message: 'status 500' }
    if (this.#random.chance(faults.crash)) throw new Crash('died while probing')
    return this.effects.has(key) ? { outcome: 'committed', reference: referenceOf(key) } : { outcome: 'absent' }
  }

  #once(key: string, perform: () => string | null): string | null {
    const refusal = perform()
    if (refusal === null) this.effects.set(key, (this.effects.get(key) ?? 0) + 1)
    return refusal
  }

  /** ERP orders that stand for the order, over all rounds of booking it. */
  bookedFor(orderId: string): number {
    const own = [...this.#booked].filter(([externalId]) => externalId.replace(/#\d+$/, '') === orderId)
    return own.reduce((sum, [, times]) => sum + times, 0)
  }

  #book(externalId: string): null {
    this.#booked.set(externalId, (this.#booked.get(externalId) ?? 0) + 1)
    return null
  }

  #unbook(erpReference: string): null {
    const externalId = erpReference.replace(/^P-/, '')
    this.#booked.set(externalId, (this.#booked.get(externalId) ?? 0) - 1)
    return null
  }

  /** The channel shows what we told it, under the number it answers us. */
  #fulfil(request: Extract<IntentRequest, { kind: 'channel_fulfil' }>): null {
    const { shipmentId, trackingNumber, lines, shippedAtMs } = request
    const body: OrderCommandBody = {
      type: 'record_channel_fulfilment',
      externalFulfilmentId: referenceOf(`channel_fulfil ${request.externalId}`),
      trackingNumbers: [trackingNumber ?? shipmentId],
      lines: lines.map(({ lineId, quantity }) => ({ lineId, quantity })),
      status: 'success',
      atMs: shippedAtMs,
    }
    const orderId = shipmentId.slice(0, shipmentId.lastIndexOf('/'))
    this.#clock.after(this.#random.between(1, 60_000), () => this.#say({ type: 'fulfilled', orderId, body }))
    return null
  }

  #release(release: Release): null {
    const faults = this.#faults()
    const rejects = this.#random.chance(faults.reject)
    const picking: Picking = { release, state: rejects ? 'rejected' : 'accepted', shipments: 0 }
    // A second release under the same id is a second parcel: `effects` counts it, the first one is picked.
    if (this.#pickings.has(release.fulfilmentOrderId)) return null
    this.#pickings.set(release.fulfilmentOrderId, picking)
    const { fulfilmentOrderId } = release
    const answerMs = this.#random.between(100, 5_000)
    this.#clock.after(answerMs, () => this.#say({ type: rejects ? 'rejected' : 'accepted', fulfilmentOrderId }))
    if (!rejects) this.#clock.after(answerMs + this.#random.between(2_000, 120_000), () => this.#ship(picking))
    return null
  }

  #recall(fulfilmentOrderId: string): string | null {
    const picking = this.#pickings.get(fulfilmentOrderId)
    if (picking === undefined || picking.state === 'rejected') return null
    if (picking.state === 'shipping') return 'already being packed'
    picking.state = 'cancelled'
    return null
  }

  #ship(picking: Picking): void {
    if (picking.state !== 'accepted') return
    picking.state = 'shipping'
    const faults = this.#faults()
    const parts = this.#random.chance(faults.partial) ? 2 : 1
    const left = new Map(picking.release.lines.map((line) => [line.lineId, line.quantity]))
    for (let part = 1; part <= parts; part += 1) {
      this.#clock.after((part - 1) * 30_000, () => this.#shipPart(picking, left, part === parts, faults))
    }
  }

  #shipPart(
    picking: Picking,
    left: Map<ShipmentReport['lines'][number]['lineId'], number>,
    last: boolean,
    faults: Faults,
  ): void {
    const { fulfilmentOrderId } = picking.release
    const lines: { lineId: ShipmentReport['lines'][number]['lineId']; quantity: number }[] = []
    const shortLines: ShipmentReport['shortLines'][number][] = []
    for (const [lineId, quantity] of left) {
      const pack = this.#packOf(picking.release.fulfilmentOrderId, lineId)
      const short = last && quantity > 0 && this.#random.chance(faults.short) ? pack : 0
      const shipped = last ? quantity - short : Math.floor(quantity / pack / 2) * pack
      left.set(lineId, quantity - shipped - short)
      if (shipped > 0) lines.push({ lineId, quantity: shipped })
      if (short > 0) shortLines.push({ lineId, quantity: short, reason: 'not found in its bin' })
    }
    if (lines.length === 0 && shortLines.length === 0) return
    picking.shipments += 1
    const externalShipmentId = `${fulfilmentOrderId}#${picking.shipments}`
    const shippedAtMs = this.#clock.nowMs()
    const trackingNumber = this.#random.chance(0.8) ? `1Z${externalShipmentId}` : null
    if (trackingNumber !== null) this.#track(fulfilmentOrderId, trackingNumber)
    const parcel = {
      carrier: 'UPS',
      service: null,
      trackingNumber,
      trackingUrl: null,
      shippedAtMs,
    }
    this.#say({ type: 'shipped', shipment: { externalShipmentId, fulfilmentOrderId, lines, shortLines, ...parcel } })
  }

  /** The carrier's word may overtake the warehouse's. */
  #track(fulfilmentOrderId: string, trackingNumber: string): void {
    const orderId = fulfilmentOrderId.slice(0, fulfilmentOrderId.lastIndexOf('/'))
    for (const status of ['in_transit', 'delivered'] as const) {
      const atMs = this.#clock.nowMs() + (status === 'delivered' ? 60_000 : 0)
      const body: OrderCommandBody = { type: 'record_tracking', trackingNumber, status, rawStatus: status, atMs }
      this.#clock.after(this.#random.between(1, 120_000), () => this.#say({ type: 'tracked', orderId, body }))
    }
  }
}

function absent(failure: 'rate_limit', message: string, retryAfterMs: number): CallOutcome {
  return { outcome: 'absent', retryable: true, class: failure, message, retryAfterMs }
}

/** The ERP's number for an order names the order, so that a cancellation can be booked against it. */
const referenceOf = (key: string) => `P-${key.slice(key.indexOf(' ') + 1)}`
