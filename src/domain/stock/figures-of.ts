/** What a position tells of itself to those who promise. */
import type { PositionFigures } from '../atp/position-figures.ts'
import { sumUnits } from '../atp/serve-claims.ts'
import { lotsAt } from './lots.ts'
import type { Position, Protection } from './position.ts'

/** As of `nowMs`: what expires, falls due or is released by then is, whether or not anybody has tidied it up. */
export function figuresOf(position: Position, nowMs: number): PositionFigures {
  const lots = lotsAt(position, nowMs)
  const needs = position.needs.map(({ goodUntilMs, committed, held }) => ({ goodUntilMs, units: committed + held }))
  return {
    sellable: position.sellable - sumUnits(lots.filter(({ isBlocked }) => isBlocked)),
    committed: position.committedUnits,
    held: position.heldUnits,
    safetyStock: position.safetyTarget,
    lots: lots.flatMap(({ lotId, goodUntilMs, units, isBlocked }) =>
      isBlocked || units === 0 ? [] : [{ lotId, goodUntilMs, units }],
    ),
    needs,
    supplies: position.supplies,
    demands: position.demands.map(({ dueAtMs, goodUntilMs, committed, held }) => ({
      dueAtMs,
      goodUntilMs,
      units: committed + held,
    })),
    protections: position.protections.map(protectionFigure),
  }
}

/** A loan reaches as far as its own limit and what is left of the protected units. */
function protectionFigure(protection: Protection): PositionFigures['protections'][number] {
  const { group, releaseAtMs, lendsTo } = protection
  const units = protectedUnits(protection)
  const loans = lendsTo.map((loan) => ({
    group: loan.group,
    units: Math.min(units, Math.max(0, loan.quantityMax - loan.taken)),
  }))
  return { group, units, releaseAtMs, lendsTo: loans }
}

const protectedUnits = ({ quantity, drawn, shipped }: Protection): number => Math.max(0, quantity - drawn - shipped)
