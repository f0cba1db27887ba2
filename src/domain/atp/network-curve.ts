/** What a network of positions can promise by date: a step function, exact at every instant at which it may change. */
import { atpOf } from './atp-of.ts'
import type { PositionFigures, UnitsAsk } from './position-figures.ts'
import { comingUnits } from './supply-and-claims.ts'

/** From this instant until the next step's. */
export type Step = { readonly fromMs: number; readonly units: number }

export type CurveAsk = Omit<UnitsAsk, 'goodUntilMs'> & {
  /** How long the units have to keep after the date they are promised for; null: until that date is enough. */
  readonly keepMs: number | null
}

/** Instants looked at in one position, nearest first: what lies beyond is told by the last of them. */
const instantsMax = 128

/** As the formulas ask it: units for `byMs` that keep long enough from then on. */
export function askAt({ nowMs, group, keepBack, keepMs }: CurveAsk, byMs: number): UnitsAsk {
  return { nowMs, group, keepBack, goodUntilMs: keepMs === null ? null : Math.max(byMs, nowMs) + keepMs }
}

export function curveOf(figures: PositionFigures, ask: CurveAsk): readonly Step[] {
  return joined(
    changesOf(figures, ask).map((fromMs) => ({ fromMs, units: atpOf(figures, askAt(ask, fromMs), fromMs) })),
  )
}

/** Supply that comes, demand that falls due, units that are released to everybody, and lots that get too old. */
function changesOf(figures: PositionFigures, ask: CurveAsk): readonly number[] {
  const coming = comingUnits(figures, ask.nowMs)
  const tooOldAtMs = ({ goodUntilMs }: { readonly goodUntilMs: number | null }) =>
    goodUntilMs === null || goodUntilMs === Number.POSITIVE_INFINITY
      ? []
      : [goodUntilMs - Math.max(ask.keepMs ?? 0, 1) + 1]
  const instants = [
    ...coming.map(({ fromMs }) => fromMs),
    ...figures.demands.map(({ dueAtMs }) => dueAtMs),
    ...figures.protections.flatMap(({ releaseAtMs }) => releaseAtMs ?? []),
    ...[...figures.lots, ...coming].flatMap(tooOldAtMs),
  ]
  const ahead = [...new Set(instants)].filter((atMs) => atMs > ask.nowMs).sort((left, right) => left - right)
  return [ask.nowMs, ...ahead.slice(0, instantsMax - 1)]
}

export function unitsAt(curve: readonly Step[], atMs: number): number {
  return curve.findLast(({ fromMs }) => fromMs <= atMs)?.units ?? 0
}

/** Several curves as one: `combine` is given their units at each instant at which any of them changes. */
export function combined(
  curves: readonly (readonly Step[])[],
  combine: (units: readonly number[]) => number,
): readonly Step[] {
  const instants = [...new Set(curves.flat().map(({ fromMs }) => fromMs))].sort((left, right) => left - right)
  return joined(instants.map((fromMs) => ({ fromMs, units: combine(curves.map((curve) => unitsAt(curve, fromMs))) })))
}

export const summed = (curves: readonly (readonly Step[])[]): readonly Step[] =>
  combined(curves, (units) => units.reduce((sum, each) => sum + each, 0))

function joined(steps: readonly Step[]): readonly Step[] {
  return steps.filter(({ units }, index) => index === 0 || units !== steps[index - 1]?.units)
}
