/** What a position tells of itself to those who promise. */
import type { PositionFigures, PositionSummary } from '../atp/position-figures.ts'
import { type PositionId, parsePositionId } from '../shared/ids.ts'
import { type Position, statesOf } from './position.ts'

export function figuresOf(position: Position, _nowMs: number): PositionFigures {
  return {
    sellable: position.sellable,
    committed: position.committedUnits,
    held: position.heldUnits,
    safetyStock: position.safetyTarget,
    lots: [],
    needs: [],
    supplies: [],
    demands: [],
    protections: [],
  }
}

export function summaryOf(name: PositionId, position: Position): PositionSummary {
  return {
    ...parsePositionId(name),
    version: position.version,
    asOfMs: position.updatedAtMs,
    states: statesOf(position),
    figures: figuresOf(position, position.updatedAtMs),
  }
}
