/** Units change status, never number: the one place where line quantities move. */
import type { LineId } from '../shared/ids.ts'
import type { LineState, OrderState } from './order-state.ts'

export type UnitStatus = 'open' | 'reserved' | 'backordered' | 'released' | 'shipped' | 'cancelled'

export function moveUnits(line: LineState, from: UnitStatus, to: UnitStatus, quantity: number): LineState {
  const moved = { ...line.quantities, [from]: line.quantities[from] - quantity }
  return { ...line, quantities: { ...moved, [to]: moved[to] + quantity } }
}

/** Changes the lines named by `changes`, in their order; naming an unknown line is a bug. */
export function changeLines<Change extends { readonly lineId: LineId }>(
  state: OrderState,
  changes: readonly Change[],
  change: (line: LineState, by: Change) => LineState,
): OrderState {
  const lines = new Map(state.lines.map((line) => [line.lineId, line]))
  for (const by of changes) {
    const line = lines.get(by.lineId)
    if (line === undefined) throw new Error(`no line ${by.lineId} in ${state.orderId}`)
    lines.set(by.lineId, change(line, by))
  }
  return { ...state, lines: [...lines.values()] }
}

/** Asked for every allocation and reservation of a wide order: its lines are indexed once. */
export function findLine({ lines }: Pick<OrderState, 'lines'>, lineId: LineId): LineState | undefined {
  if (lines.length <= linesUnindexedMax) return lines.find((line) => line.lineId === lineId)
  const known = indexed.get(lines)
  const byId = known ?? new Map(lines.map((line) => [line.lineId, line]))
  if (known === undefined) indexed.set(lines, byId)
  return byId.get(lineId)
}
/** So few are looked through faster than they are indexed. */
const linesUnindexedMax = 16
const indexed = new WeakMap<OrderState['lines'], ReadonlyMap<LineId, LineState>>()

/** Units that the order still has to do something about. */
export function pendingUnitsOf(line: LineState): number {
  const { open, backordered, reserved, released } = line.quantities
  return open + backordered + reserved + released
}

export function hasPendingUnits(state: OrderState): boolean {
  return state.lines.some((line) => pendingUnitsOf(line) > 0)
}

export function hasBackorderedUnits(state: OrderState): boolean {
  return state.lines.some((line) => line.quantities.backordered > 0)
}
