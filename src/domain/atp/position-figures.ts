/**
 * What promising needs to know of one position, and nothing else: the shape in which a position tells its figures to
 * the availability of its SKU, and on which every formula of this folder works. Base units, epoch milliseconds.
 */
import type { LocationId, Sku } from '../shared/ids.ts'
import type { InventoryStates } from '../stock/stock-command.ts'

/** Sellable units of one lot. `goodUntilMs` null: it keeps. Units of the position that no lot names keep as well. */
export type LotFigure = { readonly lotId: string; readonly goodUntilMs: number | null; readonly units: number }

/** Units of `committed` and `held` that have to keep until a date: they can only be served from lots that do. */
export type NeedFigure = { readonly goodUntilMs: number; readonly units: number }

export type SupplyType = 'purchase_order' | 'transfer' | 'asn'
/** Announced and not yet received. `confidencePercent` of the units, rounded down, may be promised. */
export type SupplyFigure = {
  readonly supplyId: string
  readonly type: SupplyType
  readonly dueAtMs: number
  readonly units: number
  readonly confidencePercent: number
  /** How long they will keep; null: as long as it takes. */
  readonly goodUntilMs: number | null
  /** While they are overdue they are expected this much later than now, again and again. */
  readonly overdueDelayMs: number
}

/**
 * Units promised for a later date, which by then have to keep until `goodUntilMs` (null: until they are due). They take
 * from what is due until then and from today's stock alike; what arrives too late for them is free.
 */
export type DemandFigure = { readonly dueAtMs: number; readonly goodUntilMs: number | null; readonly units: number }

/** What is left of the units that one channel group may take and others may not, unless they are lent. */
export type ProtectionFigure = {
  readonly group: string
  readonly units: number
  /** From this instant the units are everybody's; null: for good. */
  readonly releaseAtMs: number | null
  readonly lendsTo: readonly { readonly group: string; readonly units: number }[]
}

export type PositionFigures = {
  /** In the sellable pool, without lots that are expired, on quality hold or recalled. */
  readonly sellable: number
  /** Open units of committed reservations and of holds that count from now on, covered or not. */
  readonly committed: number
  readonly held: number
  readonly safetyStock: number
  readonly lots: readonly LotFigure[]
  readonly needs: readonly NeedFigure[]
  readonly supplies: readonly SupplyFigure[]
  readonly demands: readonly DemandFigure[]
  readonly protections: readonly ProtectionFigure[]
}

/** A position as the availability of its SKU holds it: absolute, so that the newest version alone counts. */
export type PositionSummary = {
  readonly sku: Sku
  readonly location: LocationId
  readonly version: number
  /** When the position changed last. */
  readonly asOfMs: number
  readonly states: InventoryStates
  readonly figures: PositionFigures
}

/** Who asks, and for what kind of units. */
export type UnitsAsk = {
  readonly nowMs: number
  /** The channel group of the asker: its own protected units count, others' do not. Null: nobody's. */
  readonly group: string | null
  /** The units have to keep at least until then; null: until now is enough. */
  readonly goodUntilMs: number | null
  /** Units to leave untouched by rule, where that is more than the position's own safety stock. */
  readonly keepBack: number
}
