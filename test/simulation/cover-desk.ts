/**
 * What positions owe to orders whose claims lost their cover or have it again, carried by a queue that loses, doubles
 * and delays. The shape of the rows of StockCover and of the consumer of their messages, without their platform.
 */
import { tellCover } from '../../queues/tell-order.ts'
import { type OrderId, positionId } from '../../src/domain/shared/ids.ts'
import { Crash, type Faults } from './faults.ts'
import type { OrderShell } from './order-shell.ts'
import type { Plant } from './plants.ts'
import type { Random } from './random.ts'
import type { StockShell } from './stock-shell.ts'
import type { VirtualClock } from './virtual-clock.ts'

type Row = { readonly position: StockShell; readonly orderId: OrderId; revision: number }
type Ports = {
  readonly faults: () => Faults
  readonly order: (orderId: OrderId) => OrderShell
  /** Dies at times. */
  readonly boundary: () => Promise<void>
}

const graceMs = 2_000
const againMs = 30_000

export class CoverDesk {
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #ports: Ports
  readonly #plant: Plant | null
  readonly #rows = new Map<string, Row>()
  #messages = 0

  constructor(clock: VirtualClock, random: Random, ports: Ports, plant: Plant | null) {
    this.#clock = clock
    this.#random = random
    this.#ports = ports
    this.#plant = plant
  }

  /** The revision is the version of the position: whoever was told an older one was not told this. */
  owe(position: StockShell, orderId: OrderId): void {
    if (this.#plant === 'I2-hides-lost-cover') return
    const name = nameOf(position, orderId)
    const known = this.#rows.get(name)
    if (known !== undefined) {
      known.revision = position.position.version
      return
    }
    const row = { position, orderId, revision: position.position.version }
    this.#rows.set(name, row)
    this.#clock.after(graceMs, () => this.#send(row))
  }

  /** Who was not told. */
  breachesAtRest(): string[] {
    return [...this.#rows.keys()].map((name) => `I5: ${name} was never told of its cover`)
  }

  #send(row: Row): void {
    if (this.#rows.get(nameOf(row.position, row.orderId)) !== row) return
    this.#clock.after(againMs, () => this.#send(row))
    const { drop, duplicate, delayMaxMs } = this.#ports.faults()
    if (this.#random.chance(drop)) return
    const copies = this.#random.chance(duplicate) ? this.#random.between(2, 5) : 1
    this.#messages += 1
    const messageId = `cover-${this.#messages}`
    for (let copy = 0; copy < copies; copy += 1) {
      this.#clock.after(this.#random.between(1, delayMaxMs), () => this.#tell(row, messageId))
    }
  }

  async #tell({ position, orderId }: Row, messageId: string): Promise<void> {
    const { boundary, order } = this.#ports
    const between = async <Answer>(work: () => Answer): Promise<Answer> => {
      await boundary()
      const answer = work()
      await boundary()
      return answer
    }
    const name = nameOf(position, orderId)
    const stock = {
      coverOf: () =>
        between(() => ({ ...position.coverOf(orderId), revision: this.#rows.get(name)?.revision ?? null })),
      coverTold: (_: string, revision: number) =>
        between(() => {
          if (this.#rows.get(name)?.revision === revision) this.#rows.delete(name)
        }),
    }
    const { sku, location } = position
    const concerned = { orderId, position: positionId(sku, location), messageId }
    try {
      await tellCover(concerned, { execute: (_, command) => between(() => order(orderId).execute(command)) }, stock)
    } catch (error) {
      if (!(error instanceof Crash)) throw error
    }
  }
}

const nameOf = ({ sku, location }: StockShell, orderId: OrderId) => `${orderId} at ${sku}@${location}`
