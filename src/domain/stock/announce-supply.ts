/** What is to come, when, and how far it is trusted; or that nothing more will. Announcements may come in any order. */
import { canonicalJson } from '../shared/canonical-json.ts'
import { err, ok } from '../shared/result.ts'
import { applied, type Command, type Decided, type StockFacts, unchanged } from './decision.ts'
import { suppliesMax } from './position.ts'
import { openOf, overdueDelayDefaultMs, type Supply, unknownSupply } from './supply.ts'

const stale: Decided = ok({ effect: 'stale', granted: 0, events: [], report: null })

export function decideAnnounceSupply(command: Command<'announce_supply'>, facts: StockFacts): Decided {
  const { supplyId, supplyType, sourceVersion } = command
  const supply = facts.supply ?? unknownSupply(supplyId)
  const { quantity, dueAtMs, confidencePercent, goodUntilMs, overdueDelayMs = overdueDelayDefaultMs } = command
  const { lots = [] } = command
  const named = lots.length === 0 ? {} : { lots }
  const terms = { quantity, dueAtMs, confidencePercent, goodUntilMs, overdueDelayMs, sourceVersion, ...named }
  const announced = { type: supplyType, ...terms }
  const newest = supply.announced?.sourceVersion ?? -1
  if (sourceVersion < newest) return stale
  if (sourceVersion === newest) {
    const isRepeated = canonicalJson(supply.announced) === canonicalJson(announced)
    return isRepeated ? unchanged() : err({ reason: 'supply_conflict', supplyId })
  }
  const open = openOf({ ...supply, announced })
  if (open > 0 && isFull(facts, supply)) return err({ reason: 'position_full', of: 'supplies' })
  return applied([{ type: 'supply_announced', supplyId, supplyType, ...terms, open }])
}

function isFull({ position }: StockFacts, { supplyId }: Supply): boolean {
  const { supplies } = position
  return supplies.length >= suppliesMax && supplies.every((supply) => supply.supplyId !== supplyId)
}

/** Cancelled before it was announced is cancelled all the same. */
export function decideCancelSupply(command: Command<'cancel_supply'>, facts: StockFacts): Decided {
  const { supplyId, reason } = command
  if (facts.supply?.closed) return unchanged()
  const quantity = facts.supply === null ? 0 : openOf(facts.supply)
  return applied([{ type: 'supply_cancelled', supplyId, reason, quantity }])
}
