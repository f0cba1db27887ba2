/**
 * Units that were sold from a position since its channels were last told, by the channel that sold them: claimed by an
 * order, or by a cart that was committed. A measure of how fast the SKU sells and nothing else: it is kept in memory,
 * and losing it loses a moment of it.
 */
import type { OrderId } from '../src/domain/shared/ids.ts'
import type { StockCommand, StockVerdict } from '../src/domain/stock/stock-command.ts'

/** Carts that nobody in particular committed: a sale elsewhere for every channel. */
const nobody = ''
/** Carts whose sale may still be an order's too. The oldest is forgotten first: then its order counts again. */
const cartsMax = 1_000

export class StockSales {
  #units: Record<string, number> = {}
  readonly #carts = new Map<string, number>()
  /** Units of committed carts that were given back: whoever takes them next, an order of the same cart, sold no more. */
  #givenBack = 0

  /** An open cart is no sale yet, and a redelivered command is not a second one. */
  note(command: StockCommand, verdict: StockVerdict): void {
    if (!verdict.ok || verdict.effect !== 'applied' || verdict.granted === 0) return
    const { granted } = verdict
    if (command.type === 'take_over') this.#giveBack(command.source, granted)
    if (command.type === 'hold' || command.type === 'take_over') this.#claim(command.orderId, granted)
    else if (command.type === 'release') this.#giveBack(command.reservationId, granted)
    else if (command.type === 'commit' && command.soldBy !== undefined) {
      this.#carts.set(command.reservationId, granted)
      this.#count(command.soldBy ?? nobody, granted)
      const [oldest] = this.#carts.keys()
      if (oldest !== undefined && this.#carts.size > cartsMax) this.#carts.delete(oldest)
    }
  }

  get areUntold(): boolean {
    return Object.keys(this.#units).length > 0
  }

  take(): Readonly<Record<string, number>> {
    const units = this.#units
    this.#units = {}
    return units
  }

  #claim(orderId: OrderId | null, units: number): void {
    if (orderId === null) return
    const counted = Math.min(this.#givenBack, units)
    this.#givenBack -= counted
    // An order's id begins with the account that it came from.
    this.#count(orderId.slice(0, orderId.indexOf(':')), units - counted)
  }

  #count(channel: string, units: number): void {
    if (units > 0) this.#units[channel] = (this.#units[channel] ?? 0) + units
  }

  #giveBack(cart: string, units: number): void {
    const counted = this.#carts.get(cart)
    if (counted === undefined) return
    this.#givenBack += Math.min(counted, units)
    if (units >= counted) this.#carts.delete(cart)
    else this.#carts.set(cart, counted - units)
  }
}
