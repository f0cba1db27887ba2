/** The lots of a position's sellable pool: what there is of each, which goes first, and what a report does to them. */
import { type Lot, lotsMax, type Position } from './position.ts'
import type { LotUnits } from './stock-command.ts'
import type { LotChange } from './stock-event.ts'

export type LotNow = Lot & {
  /** Expired, on quality hold or recalled: on hand, and promised to nobody. */
  readonly isBlocked: boolean
}

/** What there is of each lot at an instant, never more than the pool holds; those that expire first go first. */
export function lotsAt(position: Position, nowMs: number): readonly LotNow[] {
  let surplus = lotSurplus(position)
  return firstExpired(position.lots).map((lot) => {
    const gone = Math.min(surplus, Math.max(0, lot.units))
    surplus -= gone
    return { ...lot, units: Math.max(0, lot.units) - gone, isBlocked: isBlocked(lot, nowMs) }
  })
}

/** Units that the lots say are there and the pool says are not. */
function lotSurplus({ lots, sellable }: Position): number {
  const told = lots.reduce((sum, { units }) => sum + Math.max(0, units), 0)
  return Math.max(0, told - sellable)
}

function isBlocked({ status, goodUntilMs }: Lot, nowMs: number): boolean {
  return status !== 'sellable' || (goodUntilMs !== null && goodUntilMs <= nowMs)
}

export const firstExpired = (lots: readonly Lot[]): readonly Lot[] =>
  lots.length < 2 ? lots : lots.toSorted((a, b) => lifeOf(a) - lifeOf(b) || (a.lotId < b.lotId ? -1 : 1))

const lifeOf = ({ goodUntilMs }: { readonly goodUntilMs: number | null }) => goodUntilMs ?? Number.MAX_SAFE_INTEGER

/** What a report of units that came to the pool says of its lots. */
export function arrivingLots(named: readonly LotUnits[]): readonly LotChange[] {
  return named.map(({ lotId, quantity, goodUntilMs }) => ({ lotId, units: quantity, goodUntilMs }))
}

export type Picking = {
  readonly units: number
  readonly named: readonly LotUnits[]
  /** Units that went to somebody come from what may be sold and keeps; anything else takes what expires first. */
  readonly sold: boolean
  readonly goodUntilMs: number | null
}

/** The lots that units which leave the pool come from. What neither a name nor a lot accounts for is of no lot. */
export function leavingLots(position: Position, picking: Picking, nowMs: number): readonly LotChange[] {
  const { named, units, sold, goodUntilMs } = picking
  const changes = named.map((lot) => ({ lotId: lot.lotId, units: 0 - lot.quantity, goodUntilMs: lot.goodUntilMs }))
  if (position.lots.length === 0) return changes
  const taken = (lotId: string) => named.reduce((sum, lot) => sum + (lot.lotId === lotId ? lot.quantity : 0), 0)
  const left = lotsAt(position, nowMs).map((lot) => ({ ...lot, units: Math.max(0, lot.units - taken(lot.lotId)) }))
  const unnamed = units - named.reduce((sum, lot) => sum + lot.quantity, 0)
  return [...changes, ...takeInOrder(pickingOrder(left, position.sellable, sold, goodUntilMs), unnamed)]
}

type Pickable = { readonly lotId: string | null; readonly units: number; readonly goodUntilMs: number | null }

/** Units of no lot keep: they go after the lots that serve and before those that should not be sold. */
function pickingOrder(
  lots: readonly LotNow[],
  sellable: number,
  sold: boolean,
  goodUntilMs: number | null,
): readonly Pickable[] {
  const ofNoLot = { lotId: null, units: sellable - lots.reduce((sum, { units }) => sum + units, 0), goodUntilMs: null }
  if (!sold) return [...lots, ofNoLot]
  const serves = (lot: LotNow) => !lot.isBlocked && lifeOf(lot) >= (goodUntilMs ?? 0)
  const others = lots.filter((lot) => !serves(lot)).toSorted((a, b) => Number(a.isBlocked) - Number(b.isBlocked))
  return [...lots.filter(serves), ofNoLot, ...others]
}

function takeInOrder(order: readonly Pickable[], units: number): readonly LotChange[] {
  let left = units
  return order.flatMap(({ lotId, units: there, goodUntilMs }) => {
    const taken = Math.min(left, Math.max(0, there))
    left -= taken
    return taken === 0 || lotId === null ? [] : [{ lotId, units: 0 - taken, goodUntilMs }]
  })
}

/** True when the changes name more lots than a position keeps. */
export function overfillsLots({ lots }: Position, named: readonly { readonly lotId: string }[]): boolean {
  const known = new Set(lots.filter(saysSomething).map(({ lotId }) => lotId))
  const fresh = new Set(named.map(({ lotId }) => lotId).filter((lotId) => !known.has(lotId)))
  return fresh.size > 0 && known.size + fresh.size > lotsMax
}

/** What a full position still names: lots that it knows, a recall among them, then those that keep shortest. */
export function fittingLots(position: Position, named: readonly LotUnits[]): readonly LotUnits[] {
  const known = new Set(position.lots.filter(saysSomething).map(({ lotId }) => lotId))
  for (const { lotId } of shortestLifeFirst(named)) if (known.size < lotsMax) known.add(lotId)
  return named.filter(({ lotId }) => known.has(lotId))
}

export const shortestLifeFirst = (lots: readonly LotUnits[]): readonly LotUnits[] =>
  lots.toSorted((a, b) => lifeOf(a) - lifeOf(b) || (a.lotId < b.lotId ? -1 : 1))

/** An empty lot that may be sold says nothing; a recall is remembered for what still arrives. */
export function saysSomething({ units, status }: Lot): boolean {
  return units !== 0 || status === 'quality_hold' || status === 'recalled'
}
