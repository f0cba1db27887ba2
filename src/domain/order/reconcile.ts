/**
 * Brings the units in line with what the channel's facts want: fulfilled elsewhere, cancelled, taken back. Units that a
 * warehouse has are left alone here; `recall.ts` asks for them back first.
 */
import { type FreeClaimsOf, freeClaimsIn } from './claims.ts'
import type { EventOf, OrderEvent, Units } from './order-event.ts'
import type { LineState, OrderState } from './order-state.ts'
import { type Wanted, wantedByLine } from './wanted.ts'

type Cancelled = EventOf<'units_cancelled'>['lines'][number]
type Elsewhere = EventOf<'units_fulfilled_externally'>['lines'][number]
type Reduced = EventOf<'reservation_reduced'>

/** One kind of move at a time; asked again until nothing is left to move. */
export function reconcile(state: OrderState): readonly OrderEvent[] {
  const wanted = wantedByLine(state)
  return withdrawn(wanted) ?? fulfilledElsewhere(state, wanted) ?? cancelled(state, wanted) ?? reinstated(state, wanted)
}

function withdrawn(wanted: readonly Wanted[]): readonly OrderEvent[] | null {
  const lines = wanted.filter(({ external }) => external < 0).map(({ line, external }) => units(line, -external))
  return lines.length === 0 ? null : [{ type: 'external_fulfilment_withdrawn', lines }]
}

function fulfilledElsewhere(state: OrderState, wanted: readonly Wanted[]): readonly OrderEvent[] | null {
  const lines: Elsewhere[] = []
  const reductions: Reduced[] = []
  const freeOf = freeClaimsIn(state)
  for (const { line, external } of wanted.filter((entry) => entry.external > 0)) {
    let left = external
    const take = (from: 'open' | 'backordered' | 'cancelled', most: number) => {
      const quantity = Math.min(left, most)
      if (quantity > 0) lines.push({ ...units(line, quantity), from })
      left -= quantity
    }
    take('open', line.quantities.open)
    take('backordered', line.quantities.backordered)
    const reduced = reduce(freeOf, line, left, 'shipped')
    reductions.push(...reduced)
    left -= sum(reduced)
    // What a warehouse has may still be called back; only what is beyond that was cancelled and left all the same.
    left -= Math.min(left, line.quantities.released)
    take('cancelled', line.quantities.cancelled)
  }
  return moves(lines.length > 0 ? { type: 'units_fulfilled_externally', lines } : null, reductions)
}

function cancelled(state: OrderState, wanted: readonly Wanted[]): readonly OrderEvent[] | null {
  const lines: Cancelled[] = []
  const reductions: Reduced[] = []
  const freeOf = freeClaimsIn(state)
  for (const { line, excess } of wanted.filter((entry) => entry.excess > 0)) {
    const fromOpen = Math.min(excess, line.quantities.open)
    const fromBackordered = Math.min(excess - fromOpen, line.quantities.backordered)
    if (fromOpen > 0) lines.push({ ...units(line, fromOpen), from: 'open' })
    if (fromBackordered > 0) lines.push({ ...units(line, fromBackordered), from: 'backordered' })
    reductions.push(...reduce(freeOf, line, excess - fromOpen - fromBackordered, 'cancelled'))
  }
  return moves(lines.length > 0 ? { type: 'units_cancelled', lines } : null, reductions)
}

function reinstated(state: OrderState, wanted: readonly Wanted[]): readonly OrderEvent[] {
  if (state.cancellation !== null) return []
  const lines = wanted
    .map(({ line, excess }) => units(line, Math.min(-excess, line.quantities.cancelled)))
    .filter(({ quantity }) => quantity > 0)
  return lines.length === 0 ? [] : [{ type: 'units_reinstated', lines }]
}

/** Gives up to `quantity` free claimed units of the line back to their positions. */
function reduce(freeOf: FreeClaimsOf, line: LineState, quantity: number, to: Reduced['to']): Reduced[] {
  const reductions: Reduced[] = []
  let left = Math.min(quantity, line.quantities.reserved)
  if (left <= 0) return reductions
  for (const free of freeOf(line.lineId)) {
    if (left === 0) break
    const { reservationId, location } = free.reservation
    const taken = Math.min(left, free.quantity)
    reductions.push({ type: 'reservation_reduced', reservationId, location, quantity: taken, to })
    left -= taken
  }
  return reductions
}

function moves(first: OrderEvent | null, reductions: readonly Reduced[]): readonly OrderEvent[] | null {
  const events = first === null ? reductions : [first, ...reductions]
  return events.length === 0 ? null : events
}

const units = (line: LineState, quantity: number): Units => ({ lineId: line.lineId, quantity })
const sum = (reductions: readonly Reduced[]) => reductions.reduce((total, { quantity }) => total + quantity, 0)
