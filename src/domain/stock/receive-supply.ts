/**
 * Units of a supply arrived: a movement like any other receipt, and so much less to come. It may come before its
 * announcement, in parts, short or over; the last part closes the supply.
 */
import { canonicalJson } from '../shared/canonical-json.ts'
import { err, ok } from '../shared/result.ts'
import { changeOf, isStale, noUnits } from './change-stock.ts'
import { type Command, type Decided, type StockFacts, unchanged } from './decision.ts'
import { lotChanges, lotsOf, lotsRefusal } from './lot-changes.ts'
import { fittingLots } from './lots.ts'
import { noPools } from './position.ts'
import { openOf, unknownSupply } from './supply.ts'

export const receiptReportId = (receiptId: string) => `receipt/${receiptId}`

export function decideReceiveSupply(command: Command<'receive_supply'>, facts: StockFacts): Decided {
  const { supplyId, receiptId, quantity, final } = command
  const content = canonicalJson({ supplyId, quantity, lots: command.lots, final, occurredAtMs: command.occurredAtMs })
  if (facts.recorded) {
    return facts.recorded.content === content
      ? unchanged(quantity)
      : err({ reason: 'movement_conflict', movementId: receiptId })
  }
  const lots = command.nameWhatFits === true ? fittingLots(facts.position, command.lots) : command.lots
  const refusal = lotsRefusal(facts.position, lots, quantity)
  if (refusal) return err(refusal)
  // A partner's clock that runs ahead must not fence off what really happens until then.
  const occurredAtMs = Math.min(command.occurredAtMs, facts.nowMs)
  const reported = { ...noUnits, sellable: quantity }
  const stale = isStale(facts.position, reported, occurredAtMs)
  const change = changeOf(facts.position, reported, occurredAtMs)
  const supply = facts.supply ?? unknownSupply(supplyId)
  const open = openOf({ ...supply, received: supply.received + quantity, closed: supply.closed || final })
  const changes = lotChanges(facts, { units: quantity, named: lots, sold: false, goodUntilMs: null })
  const told = { supplyId, receiptId, quantity, final, occurredAtMs, change, stale, open }
  return ok({
    effect: stale ? 'stale' : 'applied',
    granted: quantity,
    events: [{ type: 'supply_received', ...told, ...lotsOf(changes) }],
    report: {
      id: receiptReportId(receiptId),
      content,
      occurredAtMs,
      moved: { ...noPools, sellable: quantity },
      lots: changes,
    },
  })
}
