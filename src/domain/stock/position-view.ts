/** A position as others see it. */
import type { PositionSummary } from '../atp/position-figures.ts'
import { type PositionId, parsePositionId } from '../shared/ids.ts'
import { figuresOf } from './figures-of.ts'
import { lotsAt } from './lots.ts'
import type { Position } from './position.ts'
import { statesOf } from './states.ts'
import type { LotView, PositionView } from './stock-command.ts'

/** `asOfMs` says for which instant this is true; a position that nothing ever happened at is true of no instant. */
export function positionView(name: PositionId, position: Position, asOfMs: number): PositionView {
  const { version, snapshot } = position
  const known = version > 0
  return {
    ...parsePositionId(name),
    known,
    version,
    asOfMs: known ? asOfMs : 0,
    states: statesOf(position),
    snapshot,
  }
}

/** First expired first; a lot that is recalled before any of it came is told as well. */
export function lotViews(position: Position, nowMs: number): readonly LotView[] {
  return lotsAt(position, nowMs).map(({ lotId, units, goodUntilMs, status, isBlocked }) => {
    return { lotId, units, goodUntilMs, status, isBlocked }
  })
}

/** As of its last change: whoever holds it reckons with a later instant himself. */
export function summaryOf(name: PositionId, position: Position): PositionSummary {
  return {
    ...parsePositionId(name),
    version: position.version,
    asOfMs: position.updatedAtMs,
    states: statesOf(position),
    figures: figuresOf(position, position.updatedAtMs),
  }
}
