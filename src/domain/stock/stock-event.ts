/** What happened at a position: the rows of its log. Stored for ever, so members are added, never renamed or removed. */
import type { AccountId, OrderId, ReservationId } from '../shared/ids.ts'
import type { PoolUnits } from './position.ts'
import type { MovementState, MovementType } from './stock-command.ts'

export type ReservationEvent =
  | {
      readonly type: 'held'
      readonly reservationId: ReservationId
      readonly requested: number
      readonly quantity: number
      readonly expiresAtMs: number | null
      readonly orderId: OrderId | null
    }
  | { readonly type: 'extended'; readonly reservationId: ReservationId; readonly expiresAtMs: number }
  | { readonly type: 'committed'; readonly reservationId: ReservationId; readonly quantity: number }
  | {
      readonly type: 'released'
      readonly reservationId: ReservationId
      readonly quantity: number
      readonly from: 'held' | 'committed'
    }
  | { readonly type: 'expired'; readonly reservationId: ReservationId; readonly quantity: number }
  | {
      readonly type: 'shipped'
      readonly reservationId: ReservationId
      readonly shipmentId: string
      readonly quantity: number
      readonly occurredAtMs: number
      readonly change: StockChange
    }

/** Units set aside for the shards of a hot position, and what became of them. */
export type EscrowEvent =
  | { readonly type: 'shards_set'; readonly shards: number }
  | { readonly type: 'escrow_granted'; readonly shard: number; readonly quantity: number }
  /** One batch of a shard: units of its claims, which are held from now on, and units that came back. */
  | {
      readonly type: 'escrow_settled'
      readonly shard: number
      readonly batch: number
      readonly adopted: number
      readonly returned: number
    }

/** What a report does to the figures, after fencing and flooring: applying an event is plain addition. */
export type StockChange = {
  readonly sellable: number
  readonly missing: number
  readonly damaged: number
  readonly qualityControl: number
  readonly incoming: number
  readonly safetyTarget: number
}

type MovedEvent = {
  readonly type: 'moved'
  readonly movementId: string
  readonly movement: MovementType
  readonly state: MovementState
  readonly quantity: number
  readonly occurredAtMs: number
  readonly reference: string | null
  readonly change: StockChange
  /** True when a newer absolute figure contained it already. */
  readonly stale: boolean
}

/** An absolute figure that became the new base: `figures` as told, `stock` with the movements since then added. */
export type RebasedEvent = {
  readonly type: 'rebased'
  readonly by: 'snapshot' | 'count'
  readonly reference: string
  readonly source: AccountId | null
  readonly sourceSequence: number | null
  readonly asOfMs: number
  readonly figures: { readonly [name: string]: number | null }
  /** Null: this pool was not spoken of and keeps its figure and its instant. */
  readonly stock: {
    readonly sellable: number | null
    readonly missing: number
    readonly damaged: number | null
    readonly qualityControl: number | null
  }
}

export type DriftedEvent = {
  readonly type: 'drifted'
  readonly by: 'snapshot' | 'count' | 'shortage'
  /** The snapshot, movement or shipment that showed it. */
  readonly reference: string
  readonly asOfMs: number
  readonly believed: number
  readonly found: number
  /** `found − believed`, on-hand units. */
  readonly difference: number
  /** Net units moved after `asOfMs` that were added on top, so that a person can check the figure. */
  readonly movedSince: PoolUnits
}

export type StockEvent =
  | ReservationEvent
  | EscrowEvent
  | MovedEvent
  | RebasedEvent
  | DriftedEvent
  /** An absolute figure older than the one held. */
  | {
      readonly type: 'figure_ignored'
      readonly by: 'snapshot' | 'count'
      readonly reference: string
      readonly source: AccountId | null
      readonly sourceSequence: number | null
      readonly asOfMs: number
      readonly newestAsOfMs: number
      readonly figures: { readonly [name: string]: number | null }
    }
  | { readonly type: 'safety_stock_set'; readonly quantity: number }
  | { readonly type: 'waiter_registered'; readonly orderId: OrderId; readonly quantity: number }
  /** `quantity`: what it is offered now, with what it was offered before and has not answered. */
  | { readonly type: 'waiter_woken'; readonly orderId: OrderId; readonly quantity: number }
  | { readonly type: 'waiter_forgotten'; readonly orderId: OrderId }

/** As stored: the figures after it make the log readable as a ledger without replaying it. */
export type LoggedStockEvent = StockEvent & {
  readonly after: { readonly onHand: number; readonly available: number }
}
