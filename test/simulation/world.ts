/** One simulated company: orders, positions, partners and the messages between them, wired over the pure core. */

import type { OrderCommandBody } from '../../src/domain/order/order-command.ts'
import type { Cause } from '../../src/domain/shared/cause.ts'
import {
  accountId,
  commandId,
  type LocationId,
  locationId,
  type OrderId,
  orderIdFrom,
  positionId,
  type Sku,
  sku,
} from '../../src/domain/shared/ids.ts'
import type { StockFigure } from '../../src/domain/sourcing/request.ts'
import type { StockCommand, StockVerdict } from '../../src/domain/stock/stock-command.ts'
import { CallDesk } from './call-desk.ts'
import type { CartDesk } from './cart-desk.ts'
import { type Company, foundCompany } from './company.ts'
import type { CoverDesk } from './cover-desk.ts'
import { Crash, type Faults, stormy } from './faults.ts'
import type { LocationDesk } from './location-desk.ts'
import { causeOf, type Delivery, Mail } from './mail.ts'
import { type OrderPorts, OrderShell } from './order-shell.ts'
import { packByHand, packedByHand } from './pack-by-hand.ts'
import { PartnerNetwork, type PartnerWord } from './partner-network.ts'
import type { Plant } from './plants.ts'
import type { Random } from './random.ts'
import { StockShell } from './stock-shell.ts'
import { VirtualClock } from './virtual-clock.ts'

export const startMs = Date.UTC(2026, 0, 5, 8, 0, 0)
export const channel = accountId('shop')

export class World {
  readonly clock = new VirtualClock(startMs)
  readonly violations: string[] = []
  readonly company: Company
  readonly orders = new Map<OrderId, OrderShell>()
  readonly mail: Mail
  readonly partners: PartnerNetwork
  faults: Faults = stormy
  /** Nobody has carts until somebody opens a desk for them. */
  carts: CartDesk | null = null
  /** Every location is up and takes whatever it is sent, until somebody opens a desk for them. */
  locations: LocationDesk | null = null
  /** Nobody hears of claims without cover until somebody opens a desk for them. */
  cover: CoverDesk | null = null
  /** What a workload has to say in what orders are told. */
  wrapPorts: (orderId: OrderId, ports: OrderPorts) => OrderPorts = (_, ports) => ports
  readonly #random: Random
  readonly #plant: Plant | null
  readonly #desk: CallDesk
  readonly #positions = new Map<string, StockShell>()
  readonly trace: (line: string) => void

  constructor(random: Random, plant: Plant | null, trace: (line: string) => void) {
    this.#random = random
    this.#plant = plant
    this.trace = (line) => trace(`${this.clock.nowMs() - startMs} ${line}`)
    this.company = foundCompany(random, startMs)
    const faults = () => this.faults
    const rejected = (delivery: Delivery, reason: string) => this.#rejected(delivery, reason)
    this.mail = new Mail(this.clock, random, { faults, order: (id) => this.order(id), rejected }, plant)
    this.partners = new PartnerNetwork(
      this.clock,
      random,
      faults,
      (word) => this.#hear(word),
      (id, line) => this.#packOf(id, line),
    )
    this.#desk = new CallDesk(
      this.clock,
      random,
      faults,
      (id) => this.order(orderIdFrom(id)),
      this.partners.connector,
      plant,
    )
  }

  order(orderId: OrderId): OrderShell {
    const known = this.orders.get(orderId)
    if (known) return known
    const ports = this.wrapPorts(orderId, this.#orderPorts(orderId))
    const made = new OrderShell(orderId, this.clock, ports, this.#plant)
    this.orders.set(orderId, made)
    return made
  }

  position(item: Sku, location: LocationId): StockShell {
    const id = positionId(item, location)
    const known = this.#positions.get(id)
    if (known) return known
    const effects = {
      wake: (orderId: string) => this.deliver(orderIdFrom(orderId), { type: 'retry' }, 'timer'),
      trace: this.trace,
      violate: (violation: string) => this.violate(violation),
      coverChanged: () => this.cover && ((at: StockShell, orderId: OrderId) => this.cover?.owe(at, orderId)),
    }
    const made = new StockShell(item, location, this.clock, effects, this.#plant)
    this.#positions.set(id, made)
    return made
  }

  get positions(): readonly StockShell[] {
    return [...this.#positions.values()]
  }

  receive(item: Sku, location: LocationId, quantity: number, movementId: string): void {
    const command: StockCommand = {
      type: 'move',
      movementId,
      movement: quantity > 0 ? 'receipt' : 'adjustment',
      state: 'available',
      quantity,
      occurredAtMs: this.clock.nowMs(),
      reference: null,
      commandId: commandId(movementId),
      cause: causeOf('delivery', movementId),
    }
    this.position(item, location).apply(command)
  }

  /** An absolute figure from the warehouse's own books, which may differ from what was told. */
  count(item: Sku, location: LocationId, error: number, snapshotId: string): void {
    const position = this.position(item, location)
    const command: StockCommand = {
      type: 'snapshot',
      snapshotId,
      source: accountId(`wh-${location}`),
      asOfMs: this.clock.nowMs(),
      sourceSequence: null,
      onHand: Math.max(0, position.supply + error),
      damaged: null,
      qualityControl: null,
      commandId: commandId(snapshotId),
      cause: causeOf('delivery', snapshotId),
    }
    position.apply(command)
  }

  deliver(orderId: OrderId, body: OrderCommandBody, kind: Cause['kind'] = 'delivery'): void {
    this.mail.deliver(orderId, body, kind)
    // The poll shows the same again, under a delivery of its own.
    if (kind === 'delivery' && isFact(body) && this.#random.chance(0.05)) this.mail.deliver(orderId, body, kind)
  }

  /** The rounds of the people at locations without a system. */
  shipByHand(): void {
    for (const [orderId, shell] of this.orders) {
      for (const shipment of packByHand(shell.document.state, this.#random, this.clock.nowMs())) {
        this.deliver(orderId, { type: 'record_shipment', shipment }, 'api')
      }
    }
  }

  #hear(word: PartnerWord): void {
    if ('body' in word) {
      this.deliver(orderIdFrom(word.orderId), word.body)
      return
    }
    const fulfilmentOrderId = word.type === 'shipped' ? word.shipment.fulfilmentOrderId : word.fulfilmentOrderId
    const order = [...this.orders.values()].find((shell) =>
      shell.document.state?.fulfilmentOrders.some((other) => other.fulfilmentOrderId === fulfilmentOrderId),
    )
    const known = order?.document.state?.fulfilmentOrders.find((other) => other.fulfilmentOrderId === fulfilmentOrderId)
    if (order === undefined || known === undefined) {
      this.violate(`I4: a warehouse has ${fulfilmentOrderId}, which no order released`)
      return
    }
    const orderId = orderIdFrom(order.orderId)
    if (word.type === 'shipped') this.deliver(orderId, { type: 'record_shipment', shipment: word.shipment })
    else if (word.type === 'accepted') {
      this.deliver(orderId, { type: 'record_acceptance', fulfilmentOrderId: known.fulfilmentOrderId, reference: 'W1' })
    } else {
      this.deliver(orderId, { type: 'record_rejection', fulfilmentOrderId: known.fulfilmentOrderId, reason: 'full' })
    }
  }

  #packOf(fulfilmentOrderId: string, line: string): number {
    const state = this.orders.get(orderIdFrom(fulfilmentOrderId.slice(0, fulfilmentOrderId.lastIndexOf('/'))))?.document
      .state
    return state?.lines.find(({ lineId }) => lineId === line)?.packQuantity ?? 1
  }

  #orderPorts(orderId: OrderId): OrderPorts {
    const answer = async <T>(work: () => T): Promise<T> => {
      await this.clock.sleep(this.#random.between(0, 30))
      if (this.#random.chance(this.faults.crash)) this.#die(orderId, 'before')
      const result = work()
      await this.clock.sleep(this.#random.between(0, 30))
      if (this.#random.chance(this.faults.crash)) this.#die(orderId, 'after')
      return result
    }
    return {
      findChannel: () => answer(() => ({ policy: this.company.policy, currencies: ['USD'] })),
      findLines: (_account, lines) =>
        answer(() =>
          lines.map((line) => ({ ...line, listing: this.company.listing(line.externalSku, this.clock.nowMs()) })),
        ),
      outlook: (_order, lines) => answer(() => lines.map(({ lineId }) => ({ lineId, expected: [] }))),
      planInputs: ({ demand }) =>
        answer(() =>
          this.company.planInputs(
            (location) => demand.map(({ sku: item }) => this.#figure(item, location)),
            (location) => this.#daysAt(location),
          ),
        ),
      takeCart: (reservationId) => this.#takeCart(reservationId, orderId),
      settleCart: async (reservationId) => this.carts?.settleForOrder(reservationId, orderId),
      callLocation: (location, command) =>
        answer(() => this.locations?.call(location, command) ?? { ok: true, effect: 'applied' }),
      applyStock: (item, location, commands) =>
        answer(() => commands.map((command) => this.#applyStock(orderId, item, location, command))),
      sendIntent: (id, intent) =>
        this.#desk.send({
          orderId: id,
          intentId: intent.intentId,
          account: intent.account,
          orderedByMs: intent.createdAtMs,
        }),
      trace: this.trace,
      violate: (violation) => this.violate(violation),
    }
  }

  /** An older answer than the location's own word, at times: the location refuses what it does not take. */
  #daysAt(location: LocationId) {
    const { locations } = this
    if (locations === null) return { isUp: true, capacity: null }
    const isStale = this.#random.chance(this.faults.staleFigure)
    return { isUp: isStale || locations.isUp(location), capacity: locations.capacity(location) }
  }

  async #takeCart(reservationId: string, orderId: OrderId) {
    const claims = (await this.carts?.takeForOrder(reservationId, orderId)) ?? null
    return {
      isTaken: claims !== null,
      claims: (claims ?? []).map((claim) => ({ ...claim, sku: sku(claim.sku), location: locationId(claim.location) })),
    }
  }

  #applyStock(orderId: OrderId, item: Sku, location: LocationId, command: StockCommand): StockVerdict {
    const position = this.position(item, location)
    const isForgotten = this.#plant === 'I5-leaves-a-component-claimed' && orderId.includes('kit') && item === 'BUOY'
    if (!isForgotten || command.type !== 'ship') return position.ask(command)
    const { version } = position.position
    return { ok: true, effect: 'applied', granted: command.quantity, available: position.available(), version }
  }

  #figure(item: Sku, location: LocationId): StockFigure {
    const gone = this.#random.chance(this.faults.staleFigure) ? this.#random.between(1, 5) : 0
    return { sku: item, available: this.position(item, location).available() + gone, pace: 0 }
  }

  #die(orderId: OrderId, when: string): never {
    this.order(orderId).die()
    throw new Crash(`the order's process died ${when} a call`)
  }

  /** What a warehouse with a system of its own ships was released to it; by hand, people are too late at times. */
  #rejected({ orderId, body, deliveryId }: Delivery, reason: string): void {
    const ours = body.type === 'record_shipment' && !body.shipment.externalShipmentId.startsWith(packedByHand)
    if (ours) this.violate(`I4: ${orderId} refused ${deliveryId}, what a warehouse shipped: ${reason}`)
  }

  violate(violation: string): void {
    if (this.violations.length < 50) this.violations.push(violation)
    this.trace(`VIOLATION ${violation}`)
  }
}

function isFact({ type }: OrderCommandBody): boolean {
  return type === 'observe' || type.startsWith('record_')
}
