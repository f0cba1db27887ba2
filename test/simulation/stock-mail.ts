/**
 * What warehouses, buyers' planners and a contract desk tell positions: every message gets lost, doubled, delayed and
 * overtaken on the way and is brought again until it was answered, a part of the time under a command id of its own.
 */
import { commandId, type LocationId, type Sku } from '../../src/domain/shared/ids.ts'
import type { StockCommandBody, StockVerdict } from '../../src/domain/stock/stock-command.ts'
import type { Faults } from './faults.ts'
import { causeOf } from './mail.ts'
import type { Random } from './random.ts'
import type { StockShell } from './stock-shell.ts'
import type { VirtualClock } from './virtual-clock.ts'

export type Place = { readonly sku: Sku; readonly location: LocationId }
type Letter = Place & {
  readonly id: string
  readonly body: StockCommandBody
  readonly answered: (verdict: StockVerdict) => void
  settled: boolean
}

const bringAgainMs = 60_000
/** Late on purpose: a figure of now and a movement of ten minutes ago have to meet in either order. */
const lateness = 20

export class StockMail {
  readonly letters: Letter[] = []
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #faults: () => Faults
  readonly #position: (sku: Sku, location: LocationId) => StockShell
  #copies = 0

  constructor(
    clock: VirtualClock,
    random: Random,
    faults: () => Faults,
    position: (sku: Sku, location: LocationId) => StockShell,
  ) {
    this.#clock = clock
    this.#random = random
    this.#faults = faults
    this.#position = position
  }

  /** `id` names the message for ever; a repetition of it is answered alike. */
  send(place: Place, id: string, body: StockCommandBody, answered: Letter['answered'] = () => {}): void {
    const letter = { ...place, id, body, answered, settled: false }
    this.letters.push(letter)
    this.#bring(letter)
  }

  #bring(letter: Letter): void {
    if (letter.settled) return
    const faults = this.#faults()
    this.#clock.after(bringAgainMs, () => this.#bring(letter))
    if (this.#random.chance(faults.drop)) return
    const copies = this.#random.chance(faults.duplicate) ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      const isLate = this.#random.chance(faults.duplicate)
      const delayMaxMs = faults.delayMaxMs * (isLate ? lateness : 1)
      this.#clock.after(this.#random.between(1, delayMaxMs), () => this.#arrive(letter))
    }
  }

  #arrive(letter: Letter): void {
    if (this.#random.chance(this.#faults().crash)) return
    const { sku, location, body, id } = letter
    const command = { ...body, commandId: commandId(this.#idFor(letter)), cause: causeOf('delivery', id) }
    const verdict = this.#position(sku, location).apply(command)
    // Whoever brought it dies before the answer is seen: it comes again.
    if (this.#random.chance(this.#faults().crash) || letter.settled) return
    letter.settled = true
    letter.answered(verdict)
  }

  /** Reports and claims are known by ids of their own; what is said in words alone is told apart by its command id. */
  #idFor({ id, body }: Letter): string {
    const hasOwnId = ['move', 'snapshot', 'receive_supply', 'ship', 'hold'].includes(body.type)
    if (!hasOwnId || !this.#random.chance(0.3)) return id
    this.#copies += 1
    return `${id}/copy-${this.#copies}`
  }
}
