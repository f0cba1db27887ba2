/** Which open moves of a sale a shipped quantity is booked on: the line's own moves first, then any of its product. */

export type ShippedLine = { readonly lineId: string; readonly code: string; readonly quantity: number }

/** One move of a shipment that is still open, with what it could ship. */
export type OpenMove = {
  readonly id: number
  /** Our line id from the sale line's note; null when a person made the line. */
  readonly lineId: string | null
  readonly code: string
  readonly quantity: number
}

export type Allotment = {
  /** Move id → quantity to ship from it; moves that ship nothing are absent. */
  readonly byMove: ReadonlyMap<number, number>
  /** What found no move. */
  readonly rest: readonly ShippedLine[]
}

export function allotQuantities(lines: readonly ShippedLine[], moves: readonly OpenMove[]): Allotment {
  const byMove = new Map<number, number>()
  const own = lines.map((line) => take(line, moves, byMove, (move) => move.lineId === line.lineId))
  const any = own.map((line) => take(line, moves, byMove, () => true))
  return { byMove, rest: any.filter((line) => line.quantity > 0) }
}

function take(
  line: ShippedLine,
  moves: readonly OpenMove[],
  byMove: Map<number, number>,
  fits: (move: OpenMove) => boolean,
): ShippedLine {
  let left = line.quantity
  for (const move of moves) {
    if (left === 0) break
    if (move.code !== line.code || !fits(move)) continue
    const taken = Math.min(left, move.quantity - (byMove.get(move.id) ?? 0))
    if (taken <= 0) continue
    byMove.set(move.id, (byMove.get(move.id) ?? 0) + taken)
    left -= taken
  }
  return { ...line, quantity: left }
}

/** What is still to be booked when part of it already is: by line where the line is known, by product otherwise. */
export function lessBooked(lines: readonly ShippedLine[], booked: readonly OpenMove[]): readonly ShippedLine[] {
  return allotQuantities(lines, booked).rest
}
