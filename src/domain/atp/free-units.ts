/** What of the stock on hand no promise that is due takes: the one figure here that may be told to fall short. */
import { keptBackOf } from './kept-back.ts'
import type { PositionFigures, UnitsAsk } from './position-figures.ts'
import { claimAt, roomBeside, serveClaims } from './serve-claims.ts'
import { claimsDue, isPlain, onHandUnits } from './supply-and-claims.ts'

/**
 * Units on hand that keep as long as asked, less those that promises already due need of them, less safety stock and
 * what is protected for others. Negative by as much as has to arrive before anything is free again. Later-dated
 * promises do not count here; `atfOf` respects them.
 */
export function freeUnits(figures: PositionFigures, ask: UnitsAsk): number {
  const { safetyStock, protectedForOthers } = keptBackOf(figures, ask, ask.nowMs)
  return roomNow(figures, ask) - safetyStock - protectedForOthers
}

function roomNow(figures: PositionFigures, ask: UnitsAsk): number {
  if (isPlain(figures)) return figures.sellable - figures.committed - figures.held
  const supply = onHandUnits(figures, ask.nowMs)
  const { served, waiting } = serveClaims(supply, claimsDue(figures, ask.nowMs))
  return roomBeside(supply, served, claimAt(ask.nowMs, ask.goodUntilMs, 0)) - (waiting.at(-1)?.units ?? 0)
}
