/**
 * Messages from outside: acknowledged, then lost, doubled and delayed on the way, and brought again until they are
 * settled. What a refusal means for its message is judged as deployed.
 */
import { judgeDelivery } from '../../src/domain/inbox/judge-delivery.ts'
import type { OrderCommandBody } from '../../src/domain/order/order-command.ts'
import type { Cause } from '../../src/domain/shared/cause.ts'
import { commandId, correlationId, type OrderId } from '../../src/domain/shared/ids.ts'
import type { Faults } from './faults.ts'
import type { OrderShell } from './order-shell.ts'
import type { Plant } from './plants.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

const redeliverMs = 60_000
const redeliveriesMax = 200

export type Delivery = {
  readonly deliveryId: string
  readonly orderId: OrderId
  readonly body: OrderCommandBody
  readonly kind: Cause['kind']
  settled: boolean
  round: number
  notBeforeMs: number
}

type Ports = {
  readonly faults: () => Faults
  readonly order: (orderId: OrderId) => OrderShell
  /** A message that will not be tried again. */
  readonly rejected: (delivery: Delivery, reason: string) => void
}

export class Mail {
  readonly deliveries: Delivery[] = []
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #ports: Ports
  readonly #plant: Plant | null

  constructor(clock: VirtualClock, random: Random, ports: Ports, plant: Plant | null) {
    this.#clock = clock
    this.#random = random
    this.#ports = ports
    this.#plant = plant
  }

  deliver(orderId: OrderId, body: OrderCommandBody, kind: Cause['kind'] = 'delivery'): void {
    const deliveryId = `d${this.deliveries.length}`
    const delivery: Delivery = { deliveryId, orderId, body, kind, settled: false, round: 0, notBeforeMs: 0 }
    this.deliveries.push(delivery)
    if (this.#plant === 'I3-acknowledges-before-storing' && this.#random.chance(0.3)) delivery.settled = true
    this.#send(delivery, 0)
  }

  #send(delivery: Delivery, times: number): void {
    if (delivery.settled || times > redeliveriesMax) return
    const faults = this.#ports.faults()
    // The inbox brings again whatever was not settled, and what came too early when its time has come.
    const againAtMs = Math.max(this.#clock.nowMs() + redeliverMs, delivery.notBeforeMs)
    this.#clock.at(againAtMs, () => this.#send(delivery, times + 1))
    if (this.#clock.nowMs() < delivery.notBeforeMs || this.#random.chance(faults.drop)) return
    const copies = this.#random.chance(faults.duplicate) ? this.#random.between(2, 5) : 1
    for (let copy = 0; copy < copies; copy += 1) {
      this.#clock.after(this.#random.between(1, faults.delayMaxMs), () => this.#apply(delivery))
    }
  }

  #apply(delivery: Delivery): void {
    const { orderId, body, kind, deliveryId, round } = delivery
    if (this.#random.chance(this.#ports.faults().crash)) return
    const id = `${deliveryId}/0/${round}`
    const verdict = this.#ports.order(orderId).execute({ ...body, commandId: commandId(id), cause: causeOf(kind, id) })
    // The consumer dies after the order was changed and before the delivery was settled: it comes again.
    if (this.#random.chance(this.#ports.faults().crash) || delivery.settled) return
    const judgement = judgeDelivery([verdict], [orderId], round, this.#clock.nowMs())
    if (judgement.type === 'redeliver') return
    const { outcome } = judgement
    if (outcome.status === 'deferred') {
      delivery.round += 1
      delivery.notBeforeMs = outcome.retryAtMs
      return
    }
    delivery.settled = true
    if (outcome.status === 'rejected') this.#ports.rejected(delivery, outcome.reason)
  }
}

export function causeOf(kind: Cause['kind'], id: string): Cause {
  return { correlationId: correlationId(`corr-${id}`), kind, id }
}
