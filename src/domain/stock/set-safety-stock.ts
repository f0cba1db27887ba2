/** How many units are kept back. More than is there keeps back what is there; promises already given come first. */
import { applied, type Command, type Decided, type StockFacts, unchanged } from './decision.ts'

export function decideSetSafetyStock(command: Command<'set_safety_stock'>, facts: StockFacts): Decided {
  if (facts.position.safetyTarget === command.quantity) return unchanged()
  return applied([{ type: 'safety_stock_set', quantity: command.quantity }])
}
