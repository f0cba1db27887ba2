/** What a position tells of itself to those who promise. */
import type { PositionFigures, SupplyFigure } from '../atp/position-figures.ts'
import { sumUnits } from '../atp/serve-claims.ts'
import { lotsAt } from './lots.ts'
import type { Lot, OpenSupply, Position, Protection } from './position.ts'

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
    supplies: position.supplies.flatMap((supply) => comingFigures(supply, position.lots)),
    demands: position.demands.map(({ dueAtMs, goodUntilMs, committed, held }) => ({
      dueAtMs,
      goodUntilMs,
      units: committed + held,
    })),
    protections: position.protections.map(protectionFigure),
  }
}

/** One for each lot of a supply whose lots are known: each keeps as long as it does, and none that is blocked counts. */
function comingFigures({ lots = [], ...supply }: OpenSupply, known: readonly Lot[]): readonly SupplyFigure[] {
  if (lots.length === 0) return [supply]
  const named = lots.reduce((sum, { quantity }) => sum + quantity, 0)
  const unnamed = supply.units > named ? [{ ...supply, units: supply.units - named }] : []
  const figures = lots.flatMap(({ lotId, quantity, goodUntilMs }): SupplyFigure[] => {
    const here = known.find((lot) => lot.lotId === lotId)
    if (here?.status === 'quality_hold' || here?.status === 'recalled') return []
    const dates = [goodUntilMs, supply.goodUntilMs, here?.goodUntilMs ?? null].filter((atMs) => atMs !== null)
    return [{ ...supply, units: quantity, goodUntilMs: dates.length === 0 ? null : Math.min(...dates) }]
  })
  return [...figures, ...unnamed]
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
