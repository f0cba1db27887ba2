/**
 * Units that orders took from a position since its channels were last told, by the channel each order came from. A
 * measure of how fast the SKU sells and nothing else: it is kept in memory, and losing it loses a moment of it.
 */
import type { StockCommand, StockVerdict } from '../src/domain/stock/stock-command.ts'

export class StockSales {
  #units: Record<string, number> = {}

  /** Carts are no sales yet, and a redelivered command is not a second one: its caller notes what was new. */
  note(command: StockCommand, verdict: StockVerdict): void {
    if (command.type !== 'hold' || command.orderId === null || !verdict.ok || verdict.granted === 0) return
    // An order's id begins with the account that it came from.
    const channel = command.orderId.slice(0, command.orderId.indexOf(':'))
    this.#units[channel] = (this.#units[channel] ?? 0) + verdict.granted
  }

  take(): Readonly<Record<string, number>> {
    const units = this.#units
    this.#units = {}
    return units
  }
}
