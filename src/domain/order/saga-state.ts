/** What the saga remembers between steps, besides the order's own facts; part of the order's document. */
import type { BetterPlanRules } from '../config/better-plan.ts'
import type { AccountId, LineId, LocationId, ReservationId, Sku } from '../shared/ids.ts'
import type { ClaimCover } from '../stock/claim-cover.ts'
import type { Plan, TrackingStatus } from './order-state.ts'

/** The configuration the order runs under, as it was when the order was last validated. */
export type OrderPolicy = {
  readonly configVersion: string
  /** The ERP account of the selling entity; null: orders are not posted. */
  readonly erp: AccountId | null
  /** Does the channel take fulfilments from us? */
  readonly tellsChannel: boolean
  readonly allowPartial: boolean
  readonly whenOutOfStock: 'backorder' | 'exception'
  /** Whose backorders are served first: lower before higher; absent: as most. */
  readonly priority?: number
  /** Absent: what is held stays where it is. */
  readonly betterPlan?: BetterPlanRules
}

/**
 * One thing still to be done at one of our own positions. Its id is the stock command's id: asking twice is asking
 * once.
 */
export type StockEffect = {
  readonly effectId: string
  readonly kind: 'release' | 'ship'
  readonly reservationId: ReservationId
  readonly sku: Sku
  readonly location: LocationId
  readonly quantity: number
  readonly packQuantity: number
  readonly shipmentId: string | null
}

export type TrackingFact = {
  readonly trackingNumber: string
  readonly status: TrackingStatus
  readonly rawStatus: string
  readonly atMs: number
}

/** A position where the order stands in line. `round` makes each registration its own command. */
export type WaitingAt = {
  readonly sku: Sku
  readonly location: LocationId
  /** Base units. */
  readonly quantity: number
  readonly round: number
  readonly registered: boolean
  /** The channel group whose protected units it may take. Absent: none. */
  readonly group?: string
}

/** A cart whose units the order takes over. */
export type OrderCart = {
  readonly reservationId: string
  /** Base units at positions; none when the cart had ended, was another order's or did not fit. */
  readonly claims: readonly {
    readonly group?: string
    readonly goodUntilMs?: number
    readonly sku: Sku
    readonly location: LocationId
    readonly quantity: number
    readonly reservationId: ReservationId
  }[]
  /** The plan that takes them over; null: none does. */
  readonly attempt: number | null
  /** What the order did not take has gone back. */
  readonly settled: boolean
}

/** A part of a location's day that a plan uses. */
export type CapacityClaim = {
  readonly location: LocationId
  readonly attempt: number
  readonly day: string
  readonly units: number
  readonly overbook: boolean
  readonly status: 'wanted' | 'held'
}

/** The newest word of a position on the order's claims there that have no cover; none: all of them have. */
export type Shortage = Pick<ClaimCover, 'version' | 'claims' | 'because'> & {
  readonly sku: Sku
  readonly location: LocationId
}

/** How often what is held was looked at again for a better plan, and when. */
export type PlanLooks = {
  /** The last look, or when units were held last. */
  readonly lookedAtMs: number
  /** Looks without a move since then. */
  readonly idle: number
  readonly moves: number
  /** Something happened that may have made another plan better: the next look does not wait for its turn. */
  readonly isAsked: boolean
  /** While a better plan is being held: the plan that stays when it cannot be. */
  readonly before?: Plan | null
}

/** What the saga remembers between steps, besides the order's own facts. */
export type SagaState = {
  /** Absent: nothing was held yet, or nothing ever moves. */
  readonly looks?: PlanLooks
  /** Absent: no position ever had too little. */
  readonly shortages?: readonly Shortage[]
  /** Absent: none was ever wanted. */
  readonly capacity?: readonly CapacityClaim[]
  /** Absent until the cart that the order names was asked for. */
  readonly cart?: OrderCart
  /** Since when its steps have failed, and why. Absent or null: they do not, or not for long. */
  readonly stuck?: { readonly sinceMs: number; readonly reason: string } | null
  /** True from every change of content until the order was looked at again. */
  readonly validationDue: boolean
  readonly validationAttempts: number
  readonly validateAtMs: number
  /** The newest plan's holds have not all been answered. Settled first, whatever else happens. */
  readonly holding: boolean
  /** Plans refused by a position since one was granted. */
  readonly refusals: number
  /** Backordered units are planned again at this time; null: only when somebody asks. */
  readonly recheckAtMs: number | null
  readonly rechecks: number
  readonly waitingAt: readonly WaitingAt[]
  /** Why no stock that comes could help what waits. Absent: it could. */
  readonly unroutable?: string
  /** Places that rejected or short-shipped; a line id where only that line is concerned. */
  readonly excluded: readonly {
    readonly location: LocationId
    readonly lineId: LineId | null
    /** It went down: what is with it already is called back as well. */
    readonly isLeft?: boolean
  }[]
  readonly rejections: number
  readonly stockEffects: readonly StockEffect[]
  readonly stockEffectsMade: number
  /** Shipments that a position would not book: its figure and the warehouse's word disagree. */
  readonly stockRefusals: readonly { readonly effect: StockEffect; readonly reason: string }[]
  /** Where the newest release was sent, as canonical JSON of the address; null before the first. */
  readonly releasedTo: string | null
  /** Tracking that came before its shipment. */
  readonly earlyTracking: readonly TrackingFact[]
  /** What the ERP was last told, per line; null before the first call. */
  readonly erpUnits: readonly { readonly lineId: LineId; readonly quantity: number }[] | null
}
