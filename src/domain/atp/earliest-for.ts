/** The first instant for which a quantity may be promised. */
import { atpOf } from './atp-of.ts'
import type { PositionFigures, UnitsAsk } from './position-figures.ts'
import { comingUnits } from './supply-and-claims.ts'

/** Null: not with what is announced so far. Between the instants looked at, waiting longer never helps. */
export function earliestFor(figures: PositionFigures, ask: UnitsAsk, quantity: number): number | null {
  const instants = [
    ask.nowMs,
    ...comingUnits(figures, ask.nowMs).map(({ fromMs }) => fromMs),
    ...figures.demands.map(({ dueAtMs }) => dueAtMs),
    ...figures.protections.flatMap(({ releaseAtMs }) => releaseAtMs ?? []),
  ]
  const ahead = [...new Set(instants)].filter((atMs) => atMs >= ask.nowMs).sort((a, b) => a - b)
  return ahead.find((atMs) => atpOf(figures, ask, atMs) >= quantity) ?? null
}
