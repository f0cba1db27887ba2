/** Which of two plans of the same score goes first, and by what. */
import type { TieBreak } from './decision.ts'
import type { Draft, Field, Take } from './search-field.ts'

/** Fewest locations, those of best rank, fewest pieces, and at last where the first line that differs goes. */
export function byRank(left: Draft, right: Draft): number {
  const rank = () => firstDifference(left.places, right.places, (one, other) => one - other)
  const pieces = () => firstDifference(left.takes, right.takes, byPiece)
  return left.places.length - right.places.length || rank() || left.takes.length - right.takes.length || pieces()
}

/** What `byRank` decided by. Places rank by priority, then by id: between equal priorities nothing speaks for either. */
export function tieBreak({ places }: Field, first: Draft, other: Draft): TieBreak {
  if (first.places.length !== other.places.length) return 'fewest_parcels'
  const at = first.places.findIndex((place, index) => place !== other.places[index])
  const [left, right] = [places[first.places[at] ?? -1], places[other.places[at] ?? -1]]
  if (left !== undefined && right !== undefined) return left.priority < right.priority ? 'priority' : 'stable_order'
  return first.takes.length === other.takes.length ? 'stable_order' : 'fewest_pieces'
}

function firstDifference<Item>(
  left: readonly Item[],
  right: readonly Item[],
  compare: (left: Item, right: Item) => number,
): number {
  for (const [at, item] of left.entries()) {
    const other = right[at]
    const difference = other === undefined ? 0 : compare(item, other)
    if (difference !== 0) return difference
  }
  return 0
}

function byPiece(left: Take, right: Take): number {
  if (left.line !== right.line) return left.line.line.lineId < right.line.line.lineId ? -1 : 1
  return left.place - right.place || right.quantity - left.quantity
}
