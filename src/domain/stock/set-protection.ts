/**
 * Units for one channel group that others cannot take. The quantity is what the group gets in all: what it has taken
 * counts against it, so that saying the same again gives nothing back that was shipped.
 */
import { canonicalJson } from '../shared/canonical-json.ts'
import { err } from '../shared/result.ts'
import { applied, type Command, type Decided, type StockFacts, unchanged } from './decision.ts'
import { type Position, type Protection, protectionsMax } from './position.ts'
import type { StockEvent } from './stock-event.ts'

export function decideSetProtection(command: Command<'set_protection'>, facts: StockFacts): Decided {
  const { group, quantity, releaseAtMs, consume, lendsTo } = command
  const { protections } = facts.position
  const known = protections.find((protection) => protection.group === group)
  const asked = { quantity, releaseAtMs, consume, lendsTo }
  if (known === undefined && quantity === 0) return unchanged()
  if (known !== undefined && canonicalJson(saidOf(known)) === canonicalJson(asked)) return unchanged()
  if (known === undefined && protections.length >= protectionsMax)
    return err({ reason: 'position_full', of: 'protections' })
  return applied([{ type: 'protection_set', group, ...asked }])
}

function saidOf({ quantity, releaseAtMs, consume, lendsTo }: Protection) {
  const loans = lendsTo.map(({ group, quantityMax }) => ({ group, quantityMax }))
  return { quantity, releaseAtMs, consume, lendsTo: loans }
}

/** What was taken of the loans and of the whole stays taken while the protection lasts. */
export function setProtection(
  position: Position,
  event: Extract<StockEvent, { type: 'protection_set' }>,
): readonly Protection[] {
  const { group, quantity, releaseAtMs, consume } = event
  const known = position.protections.find((protection) => protection.group === group)
  const others = position.protections.filter((protection) => protection.group !== group)
  if (quantity === 0) return others
  const begun = known ?? { since: position.version + 1, drawn: 0, shipped: 0, lendsTo: [] }
  const taken = (borrower: string) => begun.lendsTo.find((loan) => loan.group === borrower)?.taken ?? 0
  const lendsTo = event.lendsTo.map((loan) => ({ ...loan, taken: taken(loan.group) }))
  const { since, drawn, shipped } = begun
  const set = { group, since, quantity, drawn, shipped, releaseAtMs, consume, lendsTo }
  return [...others, set].toSorted((a, b) => (a.group < b.group ? -1 : 1))
}
