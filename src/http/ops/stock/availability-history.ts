/** What the network could promise over time: the positions' ledgers as one line of steps. Pure. */
import type { LedgerEntry } from '../../../domain/stock/stock-command.ts'

/** From `atMs` until the next point. */
export type StockPoint = { readonly atMs: number; readonly available: number; readonly onHand: number }

/**
 * Oldest first. Ledgers reach back differently far; the line begins where all of them are known, so that a sum never
 * leaves a location out.
 */
export function availabilityHistory(
  ledgers: readonly (readonly LedgerEntry[])[],
  nowMs: number,
): readonly StockPoint[] {
  const known = ledgers.filter((ledger) => ledger.length > 0)
  if (known.length === 0) return []
  const changes = known
    .flatMap((ledger, place) => ledger.map((entry) => ({ place, entry })))
    .toSorted((left, right) => left.entry.atMs - right.entry.atMs || left.entry.seq - right.entry.seq)
  const fromMs = Math.max(...known.filter(isCut).map((ledger) => Math.min(...ledger.map((entry) => entry.atMs))), 0)
  const latest = new Map<number, LedgerEntry>()
  const points: StockPoint[] = []
  for (const { place, entry } of changes) {
    latest.set(place, entry)
    if (entry.atMs < fromMs) continue
    const point = sumOf(entry.atMs, [...latest.values()])
    if (points.at(-1)?.atMs === entry.atMs) points.pop()
    points.push(point)
  }
  const last = points.at(-1)
  return last === undefined || last.atMs >= nowMs ? points : [...points, { ...last, atMs: nowMs }]
}

/** A ledger that does not begin with its first entry: what was there before is not told. */
const isCut = (ledger: readonly LedgerEntry[]) => ledger.every(({ seq }) => seq > 1)

function sumOf(atMs: number, entries: readonly LedgerEntry[]): StockPoint {
  return {
    atMs,
    available: entries.reduce((sum, entry) => sum + entry.availableAfter, 0),
    onHand: entries.reduce((sum, entry) => sum + entry.onHandAfter, 0),
  }
}
