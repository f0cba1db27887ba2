/** One simulated company: orders, positions, partners and the messages between them, wired over the pure core. */

import type { OrderCommandBody } from '../../src/domain/order/order-command.ts'
import type { Cause } from '../../src/domain/shared/cause.ts'
import {
  accountId,
  commandId,
  correlationId,
  type LocationId,
  locationId,
  type OrderId,
  orderIdFrom,
  positionId,
  type Sku,
  sku,
} from '../../src/domain/shared/ids.ts'
import type { StockCommand } from '../../src/domain/stock/stock-command.ts'
import { CallDesk } from './call-desk.ts'
import { Crash, type Faults, stormy } from './faults.ts'
import { type OrderPorts, OrderShell } from './order-shell.ts'
import { PartnerNetwork, type WarehouseWord } from './partner-network.ts'
import type { Plant } from './plants.ts'
import type { Random } from './random.ts'
import { StockShell } from './stock-shell.ts'
import { VirtualClock } from './virtual-clock.ts'

export const startMs = Date.UTC(2026, 0, 5, 8, 0, 0)
export const channel = accountId('shop')
const erp = accountId('erp')
const redeliverMs = 60_000
const redeliveriesMax = 200

type Delivery = {
  readonly deliveryId: string
  readonly orderId: OrderId
  readonly body: OrderCommandBody
  settled: boolean
}

export class World {
  readonly clock = new VirtualClock(startMs)
  readonly violations: string[] = []
  readonly skus: readonly Sku[] = ['ROPE', 'BUOY', 'LAMP'].map(sku)
  readonly locations: readonly LocationId[] = ['east', 'west', 'north'].map(locationId)
  readonly orders = new Map<OrderId, OrderShell>()
  readonly deliveries: Delivery[] = []
  readonly partners: PartnerNetwork
  faults: Faults = stormy
  readonly #random: Random
  readonly #plant: Plant | null
  readonly #desk: CallDesk
  readonly #positions = new Map<string, StockShell>()
  readonly #trace: (line: string) => void

  constructor(random: Random, plant: Plant | null, trace: (line: string) => void) {
    this.#random = random
    this.#plant = plant
    this.#trace = (line) => trace(`${this.clock.nowMs() - startMs} ${line}`)
    const faults = () => this.faults
    this.partners = new PartnerNetwork(this.clock, random, faults, (word) => this.#hear(word))
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
    const made = new OrderShell(orderId, this.clock, this.#orderPorts(orderId), this.#plant)
    this.orders.set(orderId, made)
    return made
  }

  position(item: Sku, location: LocationId): StockShell {
    const id = positionId(item, location)
    const known = this.#positions.get(id)
    if (known) return known
    const effects = {
      wake: (orderId: string) => this.deliver(orderIdFrom(orderId), { type: 'retry' }, 'timer'),
      trace: this.#trace,
      violate: (violation: string) => this.#violate(violation),
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

  /** A message from outside: acknowledged, so it must be applied, however often it is lost on the way. */
  deliver(orderId: OrderId, body: OrderCommandBody, kind: Cause['kind'] = 'delivery'): void {
    const delivery: Delivery = { deliveryId: `d${this.deliveries.length}`, orderId, body, settled: false }
    if (this.#plant === 'I3-acknowledges-before-storing' && this.#random.chance(0.3)) {
      this.deliveries.push({ ...delivery, settled: true })
      return
    }
    this.deliveries.push(delivery)
    this.#send(delivery, kind, 0)
  }

  #send(delivery: Delivery, kind: Cause['kind'], times: number): void {
    if (delivery.settled || times > redeliveriesMax) return
    const { faults } = this
    // The inbox brings again whatever was not settled.
    this.clock.after(redeliverMs, () => this.#send(delivery, kind, times + 1))
    if (this.#random.chance(faults.drop)) return
    const copies = this.#random.chance(faults.duplicate) ? this.#random.between(2, 5) : 1
    for (let copy = 0; copy < copies; copy += 1) {
      this.clock.after(this.#random.between(1, faults.delayMaxMs), () => this.#apply(delivery, kind))
    }
  }

  #apply(delivery: Delivery, kind: Cause['kind']): void {
    if (this.#random.chance(this.faults.crash)) return
    const id = `${delivery.deliveryId}/0`
    const verdict = this.order(delivery.orderId).execute({
      ...delivery.body,
      commandId: commandId(id),
      cause: causeOf(kind, id),
    })
    // The consumer dies after the order was changed and before the delivery was settled: it comes again.
    if (this.#random.chance(this.faults.crash)) return
    const early =
      !verdict.ok &&
      (verdict.error.reason === 'order_not_found' || verdict.error.reason === 'fulfilment_order_not_found')
    if (!early) delivery.settled = true
    if (!verdict.ok && verdict.error.reason === 'shipment_exceeds_release') {
      this.#violate(`I4: ${delivery.orderId} was shipped more than it was released`)
    }
  }

  #hear(word: WarehouseWord): void {
    const fulfilmentOrderId = word.type === 'shipped' ? word.shipment.fulfilmentOrderId : word.fulfilmentOrderId
    const order = [...this.orders.values()].find((shell) =>
      shell.document.state?.fulfilmentOrders.some((other) => other.fulfilmentOrderId === fulfilmentOrderId),
    )
    const known = order?.document.state?.fulfilmentOrders.find((other) => other.fulfilmentOrderId === fulfilmentOrderId)
    if (order === undefined || known === undefined) {
      this.#violate(`I4: a warehouse has ${fulfilmentOrderId}, which no order released`)
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
      findChannel: () => answer(() => ({ policy: this.#policy(), currencies: ['USD'] })),
      findLines: (_account, lines) =>
        answer(() =>
          lines.map(({ lineId, externalSku }) => {
            const known = this.skus.find((item) => item === externalSku)
            const listing = known === undefined ? null : { sku: known, packQuantity: 1, stocked: true }
            return { lineId, externalSku, listing }
          }),
        ),
      candidates: () =>
        answer(() => ({
          configVersion: 'v1',
          locations: this.locations.map((location, index) => ({
            location,
            priority: index,
            warehouse: accountId(`wh-${location}`),
          })),
        })),
      figure: (item, location) => answer(() => this.#figure(item, location)),
      applyStock: (item, location, commands) =>
        answer(() => commands.map((command) => this.position(item, location).apply(command))),
      sendIntent: (id, intent) =>
        this.#desk.send({
          orderId: id,
          intentId: intent.intentId,
          account: intent.account,
          orderedByMs: intent.createdAtMs,
        }),
      trace: this.#trace,
      violate: (violation) => this.#violate(violation),
    }
  }

  #figure(item: Sku, location: LocationId) {
    const gone = this.#random.chance(this.faults.staleFigure) ? this.#random.between(1, 5) : 0
    return { sku: item, location, available: this.position(item, location).available() + gone }
  }

  #die(orderId: OrderId, when: string): never {
    this.order(orderId).die()
    throw new Crash(`the order's process died ${when} a call`)
  }

  #policy() {
    return { configVersion: 'v1', erp, tellsChannel: true, allowPartial: true, whenOutOfStock: 'backorder' as const }
  }

  #violate(violation: string): void {
    if (this.violations.length < 50) this.violations.push(violation)
    this.#trace(`VIOLATION ${violation}`)
  }
}

function causeOf(kind: Cause['kind'], id: string): Cause {
  return { correlationId: correlationId(`corr-${id}`), kind, id }
}
