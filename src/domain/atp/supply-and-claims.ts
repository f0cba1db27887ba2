/** The figures of a position as units that are there or will be, and as claims on them, all as of one instant. */
import type { PositionFigures } from './position-figures.ts'
import { type Claim, claimAt, sumUnits, type Units } from './serve-claims.ts'

/** Units that no lot names keep. */
export function onHandUnits({ sellable, lots }: PositionFigures, nowMs: number): readonly Units[] {
  const named = lots.map(({ goodUntilMs, units }) => ({ fromMs: nowMs, goodUntilMs: goodUntilMs ?? forEver, units }))
  return [...named, { fromMs: nowMs, goodUntilMs: forEver, units: Math.max(0, sellable - sumUnits(lots)) }]
}

/** The part of announced units that may be promised, each for when it is expected. */
export function comingUnits({ supplies }: PositionFigures, nowMs: number): readonly Units[] {
  return supplies.map(({ dueAtMs, units, confidencePercent, goodUntilMs, overdueDelayMs }) => ({
    fromMs: dueAtMs > nowMs ? dueAtMs : nowMs + overdueDelayMs,
    goodUntilMs: goodUntilMs ?? forEver,
    units: Math.floor((units * confidencePercent) / 100),
  }))
}

/** What is promised for now: committed and held, by how long it has to keep, and later dates that have come. */
export function claimsDue({ committed, held, needs, demands }: PositionFigures, nowMs: number): readonly Claim[] {
  const unneeding = committed + held - sumUnits(needs)
  return [
    claimAt(nowMs, null, unneeding),
    ...needs.map(({ goodUntilMs, units }) => claimAt(nowMs, goodUntilMs, units)),
    ...demands
      .filter(({ dueAtMs }) => dueAtMs <= nowMs)
      .map(({ goodUntilMs, units }) => claimAt(nowMs, goodUntilMs, units)),
  ]
}

export function claimsLater({ demands }: PositionFigures, nowMs: number): readonly Claim[] {
  return demands
    .filter(({ dueAtMs }) => dueAtMs > nowMs)
    .map(({ dueAtMs, goodUntilMs, units }) => claimAt(dueAtMs, goodUntilMs, units))
}

/** True while neither time nor shelf life matters, as at most positions: plain sums answer then. */
export function isPlain({ lots, needs, supplies, demands }: PositionFigures): boolean {
  return lots.length + needs.length + supplies.length + demands.length === 0
}

const forEver = Number.POSITIVE_INFINITY
