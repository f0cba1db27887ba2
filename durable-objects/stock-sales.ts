/**
 * Units that were sold from a position since its channels were last told, by the channel that sold them: claimed by an
 * order, or by a cart that was committed. A measure of how fast the SKU sells and nothing else: it is kept in memory,
 * and losing it loses a moment of it.
 */
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
    if (command.type === 'hold' && command.orderId !== null) {
      const counted = Math.min(this.#givenBack, verdict.granted)
      this.#givenBack -= counted
      // An order's id begins with the account that it came from.
      this.#count(command.orderId.slice(0, command.orderId.indexOf(':')), verdict.granted - counted)
    } else if (command.type === 'commit' && command.soldBy !== undefined) {
      this.#carts.set(command.reservationId, verdict.granted)
      this.#count(command.soldBy ?? nobody, verdict.granted)
      const [oldest] = this.#carts.keys()
      if (oldest !== undefined && this.#carts.size > cartsMax) this.#carts.delete(oldest)
    } else if (command.type === 'release') this.#giveBack(command.reservationId, verdict.granted)
  }

  get areUntold(): boolean {
    return Object.keys(this.#units).length > 0
  }

  take(): Readonly<Record<string, number>> {
    const units = this.#units
    this.#units = {}
    return units
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
