/** Units that an asker does not get although nobody has been promised them. */
import type { PositionFigures, ProtectionFigure, UnitsAsk } from './position-figures.ts'

export type KeptBack = { readonly safetyStock: number; readonly protectedForOthers: number }

/** As it will be at `byMs`: what is released until then is everybody's. */
export function keptBackOf(figures: PositionFigures, ask: UnitsAsk, byMs: number): KeptBack {
  const others = figures.protections.filter(({ group }) => group !== ask.group)
  return {
    safetyStock: Math.max(figures.safetyStock, ask.keepBack),
    protectedForOthers: others.reduce((sum, protection) => sum + closedTo(protection, ask.group, byMs), 0),
  }
}

/** What of another group's units this group cannot even borrow. */
function closedTo({ units, releaseAtMs, lendsTo }: ProtectionFigure, group: string | null, byMs: number): number {
  if (releaseAtMs !== null && releaseAtMs <= byMs) return 0
  const lent = lendsTo.find((loan) => loan.group === group)?.units ?? 0
  return Math.max(0, units - lent)
}
