/**
 * What one SKU at one location is known to be. The state keeps what was physically told and what was promised;
 * Shopify's states are derived from it, so the state equation cannot be broken by forgetting to move a number.
 *
 * Who is covered first when units are short: committed reservations (somebody has paid), then holds (somebody is
 * paying), then safety stock (it exists for exactly this), and what is left is available. So on hand that shrinks takes
 * available first, then safety stock, then the cover of holds, then the cover of commitments; what lost its cover is
 * `backordered`, and arrivals give it back in the opposite order. Nothing is available while anything is backordered.
 */
import type { AccountId } from '../shared/ids.ts'
import type { Escrow } from './escrow.ts'
import type { InventoryStates } from './stock-command.ts'

/** The physical places a unit can be in. On hand is their sum. */
export type Pool = 'sellable' | 'damaged' | 'qualityControl'
export type PoolUnits = { readonly [pool in Pool]: number }

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
}

/** Derived, total, and the only place that knows who is covered first. */
export function statesOf(position: Position): InventoryStates {
  const committed = Math.min(position.committedUnits, position.sellable)
  const reserved = Math.min(position.heldUnits, position.sellable - committed)
  const uncommitted = position.sellable - committed - reserved
  const safetyStock = Math.min(position.safetyTarget, uncommitted)
  const damaged = Math.max(0, position.damaged)
  const qualityControl = Math.max(0, position.qualityControl)
  return {
    available: uncommitted - safetyStock,
    committed,
    reserved,
    damaged,
    safetyStock,
    qualityControl,
    onHand: position.sellable + damaged + qualityControl,
    incoming: Math.max(0, position.incoming),
    backordered: position.committedUnits + position.heldUnits - committed - reserved,
  }
}

export function availableAt(position: Position): number {
  const promised = position.committedUnits + position.heldUnits
  return Math.max(0, position.sellable - promised - position.safetyTarget)
}
