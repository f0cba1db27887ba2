/** What events make of the lots. Sums only, so that reports which name their lots end alike in whatever order they come. */
import { firstExpired, saysSomething } from './lots.ts'
import { type Lot, lotsMax, type Position } from './position.ts'
import type { LotStatus } from './stock-command.ts'
import type { LotChange } from './stock-event.ts'

type LotsOf = Pick<Position, 'lots'>

/** What occurred up to the newest figure that told lots is inside that figure. */
export function changeLots(position: Position, changes: readonly LotChange[], occurredAtMs: number): LotsOf {
  const { lots, lotsAsOfMs, lotsTrimmedAsOfMs } = position
  if (changes.length === 0 || occurredAtMs <= lotsAsOfMs) return { lots }
  const isLate = occurredAtMs <= lotsTrimmedAsOfMs
  return { lots: tidied(changes.reduce((so, change) => changeOne(so, change, isLate), lots)) }
}

/** A departure from before units were taken off the lots explains those: first its own lot's, then the others'. */
function changeOne(lots: readonly Lot[], change: LotChange, isLate: boolean): readonly Lot[] {
  let explains = isLate ? Math.max(0, 0 - change.units) : 0
  const own = lots.find(({ lotId }) => lotId === change.lotId) ?? newLot(change.lotId, change.goodUntilMs)
  const explained = Math.min(explains, own.trimmed)
  explains -= explained
  const changed: Lot = {
    ...own,
    goodUntilMs: earlierOf(own.goodUntilMs, change.goodUntilMs),
    units: own.units + change.units + explained,
    trimmed: own.trimmed - explained,
  }
  const others = lots
    .filter(({ lotId }) => lotId !== change.lotId)
    .map((lot) => {
      const restored = Math.min(explains, lot.trimmed)
      explains -= restored
      return { ...lot, units: lot.units + restored, trimmed: lot.trimmed - restored }
    })
  return [...others, changed]
}

/** The figure told every lot: `lots` holds what it comes to, with what moved since. What it left out is gone. */
export function tellLots(position: Position, lots: readonly LotChange[], asOfMs: number): Partial<Position> {
  const told = lots.map(({ lotId, units, goodUntilMs }) => {
    const known = position.lots.find((lot) => lot.lotId === lotId)
    return { ...(known ?? newLot(lotId, goodUntilMs)), goodUntilMs, units, trimmed: 0 }
  })
  const untold = position.lots.filter(({ lotId }) => lots.every((lot) => lot.lotId !== lotId))
  const gone = untold.map((lot) => ({ ...lot, units: 0, trimmed: 0 }))
  return { lots: tidied([...told, ...gone]), lotsAsOfMs: asOfMs, lotsTrimmedAsOfMs: -1 }
}

/**
 * A lower figure without lots: those that expire first are taken to be gone. A lot that is owed an arrival makes up for
 * as much of another, and so do units that are missing: what only lacks a report is not gone.
 */
export function trimLots(position: Position, asOfMs: number): Partial<Position> {
  const { lots, sellable, missing, lotsTrimmedAsOfMs } = position
  let surplus = lots.reduce((sum, { units }) => sum + units, 0) - (sellable - missing)
  if (surplus <= 0) return {}
  const trimmed = firstExpired(lots).map((lot) => {
    const gone = Math.min(surplus, Math.max(0, lot.units))
    surplus -= gone
    return { ...lot, units: lot.units - gone, trimmed: lot.trimmed + gone }
  })
  return { lots: tidied(trimmed), lotsTrimmedAsOfMs: Math.max(lotsTrimmedAsOfMs, asOfMs) }
}

/** A status is remembered for a lot that is not here yet: what arrives of a recalled lot is recalled. */
export function setLotStatus(position: Position, lotId: string, status: LotStatus | 'expired'): LotsOf {
  const own = position.lots.find((lot) => lot.lotId === lotId) ?? newLot(lotId, null)
  const others = position.lots.filter((lot) => lot.lotId !== lotId)
  return { lots: tidied([...others, { ...own, status }]) }
}

const newLot = (lotId: string, goodUntilMs: number | null): Lot => ({
  lotId,
  goodUntilMs,
  status: 'sellable',
  units: 0,
  trimmed: 0,
})

/** Two reports of one lot that disagree: the careful date holds. */
const earlierOf = (a: number | null, b: number | null) => (a === null || b === null ? (a ?? b) : Math.min(a, b))

/**
 * By id, so that the same lots are the same figures however they came. A lot that says nothing any more is forgotten,
 * and when room is needed those that only remember what was taken off them.
 */
function tidied(lots: readonly Lot[]): readonly Lot[] {
  const said = lots.filter((lot) => lot.trimmed > 0 || saysSomething(lot))
  const kept = said.length > lotsMax ? said.filter(saysSomething) : said
  return kept.toSorted((a, b) => (a.lotId < b.lotId ? -1 : 1))
}
