/** A position as others see it. */
import { type PositionId, parsePositionId } from '../shared/ids.ts'
import { type Position, statesOf } from './position.ts'
import type { PositionView } from './stock-command.ts'

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
