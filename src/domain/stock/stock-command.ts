import type { SupplyType } from '../atp/position-figures.ts'
import type { Cause } from '../shared/cause.ts'
import type { AccountId, CommandId, LocationId, OrderId, ReservationId, Sku } from '../shared/ids.ts'
import type { StockRefusal } from './stock-refusal.ts'

/**
 * Shopify's inventory states at one position. `onHand = available + committed + reserved + damaged + safetyStock +
 * qualityControl`, nothing negative. `backordered`: committed units that nothing on hand covers any more.
 */
export type InventoryStates = {
  readonly available: number
  readonly committed: number
  readonly reserved: number
  readonly damaged: number
  readonly safetyStock: number
  readonly qualityControl: number
  readonly onHand: number
  readonly incoming: number
  readonly backordered: number
}

export type ReservationStatus = 'held' | 'committed' | 'shipped' | 'released' | 'expired'

export type MovementType =
  | 'receipt'
  | 'shipment'
  | 'adjustment'
  | 'transfer_out'
  | 'transfer_in'
  | 'return'
  | 'count'
  | 'hold'
  | 'release'
/** The state a movement's units enter or leave; `hold`/`release` move between available and this state. */
export type MovementState = 'available' | 'damaged' | 'quality_control' | 'safety_stock' | 'incoming'

/** Units of one lot, as a report names them. `goodUntilMs` is the first instant at which they no longer keep. */
export type LotUnits = {
  readonly lotId: string
  readonly quantity: number
  /** Null: they keep, or the report does not say. */
  readonly goodUntilMs: number | null
}
export type LotStatus = 'sellable' | 'quality_hold' | 'recalled'

/** A difference within either figure is recorded and opens no case. */
export type DriftTolerance = { readonly units: number; readonly percent: number }

/** Protected units that another group may take, `quantityMax` of them in all. */
export type Loan = { readonly group: string; readonly quantityMax: number }

/** Base units until `expiresAtMs` (exclusive); null never expires (the order saga's own holds carry a time as well). */
type NewClaim = {
  readonly reservationId: ReservationId
  readonly quantity: number
  readonly expiresAtMs: number | null
  readonly orderId: OrderId | null
  readonly allowPartial: boolean
  /** The channel group that claims: it may take its own protected units. Absent or null: nobody's. */
  readonly group?: string | null
  /** The units have to keep until then (minimum shelf life at delivery). */
  readonly goodUntilMs?: number | null
  /** Safety stock by rule: units to leave, where that is more than the position's own. */
  readonly keepBack?: number
  /** A claim for a later date: supply due by then covers it. Absent or null: now. */
  readonly dueAtMs?: number | null
  /** Lower keeps its cover longer when units go missing; absent: `waiterPriorityDefault`. */
  readonly priority?: number
}

export type StockCommandBody =
  | ({ readonly type: 'hold' } & NewClaim)
  /** Moves units of the claim `source` to the new one; what it has too few of is claimed as by `hold`. */
  | ({ readonly type: 'take_over'; readonly source: ReservationId } & NewClaim)
  | { readonly type: 'extend'; readonly reservationId: ReservationId; readonly expiresAtMs: number }
  | {
      readonly type: 'commit'
      readonly reservationId: ReservationId
      /** A cart became a sale, of this channel; null: of nobody in particular. Absent: an order's claim was one before. */
      readonly soldBy?: string | null
    }
  /** Gives back `quantity` units of the reservation (null: all that is not shipped). */
  | { readonly type: 'release'; readonly reservationId: ReservationId; readonly quantity: number | null }
  /** Units of a committed reservation left the building. `shipmentId` makes it idempotent beyond the command id. */
  | {
      readonly type: 'ship'
      readonly reservationId: ReservationId
      readonly shipmentId: string
      readonly quantity: number
      /** When they left, for snapshots that already saw it; absent: now, after everything known. */
      readonly occurredAtMs?: number
      /** The lots they came from; what is not named is taken first expired, first out. */
      readonly lots?: readonly LotUnits[]
    }
  | {
      readonly type: 'move'
      readonly movementId: string
      readonly movement: MovementType
      readonly state: MovementState
      readonly quantity: number
      readonly occurredAtMs: number
      readonly reference: string | null
      /** The lots that came or left, of the available state. Units that left and are not named: first expired, first out. */
      readonly lots?: readonly LotUnits[]
      /** Of a count. */
      readonly tolerance?: DriftTolerance
    }
  /** An absolute figure. Older than the newest one held: recorded and ignored. Movements after `asOfMs` are added on top. */
  | {
      readonly type: 'snapshot'
      readonly snapshotId: string
      readonly source: AccountId
      readonly sourceSequence: number | null
      readonly asOfMs: number
      readonly onHand: number
      readonly damaged: number | null
      readonly qualityControl: number | null
      /** All lots of the sellable stock; absent: not spoken of. */
      readonly lots?: readonly LotUnits[]
      readonly tolerance?: DriftTolerance
    }
  /** What is to come, in all, received units included. The newest source version re-dates, enlarges or shrinks. */
  | {
      readonly type: 'announce_supply'
      readonly supplyId: string
      readonly supplyType: SupplyType
      readonly quantity: number
      readonly dueAtMs: number
      readonly confidencePercent: number
      readonly goodUntilMs: number | null
      readonly sourceVersion: number
      /** Of `quantity`, received units included, what is known to be of a lot. */
      readonly lots?: readonly LotUnits[]
      /** While overdue it is expected this much later than now. Absent: `overdueDelayDefaultMs`. */
      readonly overdueDelayMs?: number
    }
  /** Units of a supply arrived, announced or not. `final`: no more will come. */
  | {
      readonly type: 'receive_supply'
      readonly supplyId: string
      readonly receiptId: string
      readonly quantity: number
      readonly lots: readonly LotUnits[]
      /** A full position books units without their lot, instead of refusing. */
      readonly nameWhatFits?: true
      readonly final: boolean
      readonly occurredAtMs: number
    }
  /** Nothing more will come under this id, whatever is announced later. */
  | { readonly type: 'cancel_supply'; readonly supplyId: string; readonly reason: string }
  | { readonly type: 'set_lot_status'; readonly lotId: string; readonly status: LotStatus; readonly reason: string }
  /**
   * `quantity` units in all are for one channel group; what the group has taken since it was first set counts against
   * it, so saying the same again changes nothing. Zero ends it.
   */
  | {
      readonly type: 'set_protection'
      readonly group: string
      readonly quantity: number
      readonly releaseAtMs: number | null
      readonly consume: 'protected_first' | 'unprotected_first'
      readonly lendsTo: readonly Loan[]
    }
  | { readonly type: 'set_safety_stock'; readonly quantity: number }
  /** The order waits here: it is woken when units become available. */
  | {
      readonly type: 'await_stock'
      readonly orderId: OrderId
      readonly quantity: number
      /** Lower goes first; absent: `waiterPriorityDefault`. */
      readonly priority?: number
      /** Since when the order waits: among equals the oldest goes first. Absent: in the order in which they ask. */
      readonly sinceMs?: number
      /** The channel group whose protected units it may take. Absent: none. */
      readonly group?: string
    }
  | { readonly type: 'forget_waiter'; readonly orderId: OrderId }

export type StockCommand = StockCommandBody & {
  readonly commandId: CommandId
  readonly cause: Cause
  /**
   * The id is new and no second command will carry it, so its verdict is not remembered. Whoever sends it lives with
   * what a repetition is answered by the reservation's, movement's or snapshot's own id.
   */
  readonly unrepeated?: true
}

export type StockVerdict =
  | {
      readonly ok: true
      readonly effect: 'applied' | 'unchanged' | 'stale'
      readonly granted: number
      readonly available: number
      readonly version: number
      /** Of a `transfer_out`: the lots that its units were of, as far as they are of any. */
      readonly lots?: readonly LotUnits[]
      readonly shards?: number
    }
  | { readonly ok: false; readonly error: StockRefusal; readonly shards?: number }

/** What one position says of itself. `known` is false for a position that nothing ever happened at. */
export type PositionView = {
  readonly sku: Sku
  readonly location: LocationId
  readonly known: boolean
  readonly version: number
  readonly asOfMs: number
  readonly states: InventoryStates
  readonly snapshot: {
    readonly source: AccountId
    readonly asOfMs: number
    readonly sourceSequence: number | null
  } | null
}

/** What there is of a lot. `isBlocked`: on hand, and promised to nobody. */
export type LotView = {
  readonly lotId: string
  readonly units: number
  readonly goodUntilMs: number | null
  readonly status: LotStatus | 'expired'
  readonly isBlocked: boolean
}

export type ReservationView = {
  readonly reservationId: ReservationId
  readonly quantity: number
  readonly shipped: number
  readonly status: ReservationStatus
  readonly expiresAtMs: number | null
  readonly orderId: OrderId | null
}

/** A row of the position's ledger: what changed on hand or between states, when, and why. */
export type LedgerEntry = {
  readonly seq: number
  readonly atMs: number
  readonly occurredAtMs: number
  readonly type: string
  readonly quantity: number
  readonly reference: string | null
  readonly onHandAfter: number
  readonly availableAfter: number
  readonly correlationId: string
}
