/**
 * What one SKU at one location is known to be. The state keeps what was physically told and what was promised;
 * Shopify's states are derived from it, so the state equation cannot be broken by forgetting to move a number.
 *
 * Who is covered first when units are short: committed reservations (somebody has paid), then holds (somebody is
 * paying), then safety stock (it exists for exactly this), and what is left is available. So on hand that shrinks takes
 * available first, then safety stock, then the cover of holds, then the cover of commitments; what lost its cover is
 * `backordered`, and arrivals give it back in the opposite order. Nothing is available while anything is backordered.
 */
import type { SupplyFigure } from '../atp/position-figures.ts'
import type { AccountId } from '../shared/ids.ts'
import type { Escrow } from './escrow.ts'
import type { Loan, LotStatus, LotUnits } from './stock-command.ts'

/** The physical places a unit can be in. On hand is their sum. */
export type Pool = 'sellable' | 'damaged' | 'qualityControl'
export type PoolUnits = { readonly [pool in Pool]: number }

/**
 * What of the sellable pool is known to be of one lot. Lots are an allocation of the pool: where their units add up to
 * more than it holds, those that expire first are taken to be gone (`lotsAt`). What no lot names keeps.
 */
export type Lot = {
  readonly lotId: string
  /** The first instant at which the units no longer keep; null: they keep. */
  readonly goodUntilMs: number | null
  /** `expired` is said by the clock and may be late: what its date says holds at once. */
  readonly status: LotStatus | 'expired'
  /** What was told to have come, less what left; negative while an arrival is still on its way to us. */
  readonly units: number
  /** Taken off `units` by an absolute figure; a departure from before it, told late, explains these first. */
  readonly trimmed: number
}

/** Announced and still to come. `lots`: those of its units whose lot is known; the others keep as the supply says. */
export type OpenSupply = SupplyFigure & { readonly lots?: readonly LotUnits[] }

/** Claims for now that have to keep until a date. Their units are in the totals as well. */
export type Need = { readonly goodUntilMs: number; readonly committed: number; readonly held: number }

/** Claims for a later date. Their units enter the totals when it has come. */
export type Demand = {
  readonly dueAtMs: number
  readonly goodUntilMs: number | null
  readonly committed: number
  readonly held: number
}

/** Of `quantity` units for one channel group, what it and its borrowers took counts against it for good. */
export type Protection = {
  readonly group: string
  /** The version at which it began: a later one of the same group owes nothing to the claims on this one. */
  readonly since: number
  readonly quantity: number
  /** In open claims; what is given back may be drawn again. */
  readonly drawn: number
  readonly shipped: number
  readonly releaseAtMs: number | null
  readonly consume: 'protected_first' | 'unprotected_first'
  readonly lendsTo: readonly (Loan & { readonly taken: number })[]
}

/** A position keeps as many of each and refuses more: deciding must not cost more with every year of use. */
export const lotsMax = 200
export const suppliesMax = 200
export const demandsMax = 200
export const needsMax = 200
export const protectionsMax = 20

export type Position = {
  /** Sequence of the newest event; zero for a position that nothing ever happened at. */
  readonly version: number
  readonly updatedAtMs: number
  /** Whether stock was ever told here: a first figure is a beginning, not a drift. */
  readonly told: boolean
  readonly sellable: number
  /** May be negative while an arrival that occurred earlier is still on its way to us; reads floor it at zero. */
  readonly damaged: number
  readonly qualityControl: number
  readonly incoming: number
  /**
   * Sellable units that left although we knew of none. Arrivals that occurred before the last departure explain them
   * and are taken off here first; later ones are not, they physically came on top. `sellable − missing` is always the
   * plain sum of what was told, so reports end at the same figure in whatever order they come.
   */
  readonly missing: number
  readonly lastDepartureMs: number
  /** The instant each pool's newest absolute figure speaks of: movements up to it are inside that figure already. */
  readonly asOfMs: PoolUnits
  /**
   * While the newest sellable figure was reckoned from an on-hand total: the instant of that total, −1 otherwise. A
   * report of damaged units from before it, which the total did not tell apart, then takes them out of sellable.
   */
  readonly totalAsOfMs: number
  readonly snapshot: {
    readonly source: AccountId
    readonly asOfMs: number
    readonly sourceSequence: number | null
  } | null
  readonly safetyTarget: number
  /** Open units of committed reservations, covered or not. */
  readonly committedUnits: number
  /** Units of open holds, covered or not. */
  readonly heldUnits: number
  /** Absent until the position was hot for the first time. Units set aside count as available to every reader. */
  readonly escrow?: Escrow
  readonly lots: readonly Lot[]
  /** The instant the newest figure that told lots speaks of: what lots moved up to it is inside that figure. */
  readonly lotsAsOfMs: number
  /** The instant of the newest figure that took units off lots without naming them. */
  readonly lotsTrimmedAsOfMs: number
  readonly needs: readonly Need[]
  /** Announced and still to come. */
  readonly supplies: readonly OpenSupply[]
  readonly demands: readonly Demand[]
  /** Claims for a date up to this one are for now. */
  readonly dueThroughMs: number
  readonly protections: readonly Protection[]
}

export const noPools: PoolUnits = { sellable: 0, damaged: 0, qualityControl: 0 }

export const initialPosition: Position = {
  version: 0,
  updatedAtMs: 0,
  told: false,
  sellable: 0,
  damaged: 0,
  qualityControl: 0,
  incoming: 0,
  missing: 0,
  lastDepartureMs: -1,
  asOfMs: { sellable: -1, damaged: -1, qualityControl: -1 },
  totalAsOfMs: -1,
  snapshot: null,
  safetyTarget: 0,
  committedUnits: 0,
  heldUnits: 0,
  lots: [],
  lotsAsOfMs: -1,
  lotsTrimmedAsOfMs: -1,
  needs: [],
  supplies: [],
  demands: [],
  dueThroughMs: -1,
  protections: [],
}

/** As stored. A position from before a member existed has its beginning. */
export function positionFrom(figures: string): Position {
  // Written by the position itself: parsed, not validated again.
  return { ...initialPosition, ...(JSON.parse(figures) as Partial<Position>) }
}

/** True while units are units, as at most positions: no lot, date or group tells them apart. */
export function isPlainPosition({ lots, needs, supplies, demands, protections }: Position): boolean {
  return lots.length + needs.length + supplies.length + demands.length + protections.length === 0
}
