/** What happened at a position: the rows of its log. Stored for ever, so members are added, never renamed or removed. */

import type { SupplyType } from '../atp/position-figures.ts'
import type { AccountId, OrderId, ReservationId } from '../shared/ids.ts'
import type { PoolUnits } from './position.ts'
import type { Loan, LotStatus, LotUnits, MovementState, MovementType } from './stock-command.ts'

/** Whose turn it is in the line: lower priority first, then who has waited longest. */
export type WaiterTurn = { readonly priority?: number; readonly sinceMs?: number; readonly group?: string }

/** What makes a claim more than units for now; left out where nothing does. */
export type ClaimTerms = {
  /** Null: for now. */
  readonly dueAtMs: number | null
  readonly goodUntilMs: number | null
}
/** Units that a claim took from one place: a group's protected ones (`by` its own or a borrower), or nobody's (null). */
export type Draw = {
  readonly from: { readonly group: string; readonly since: number } | null
  readonly by: string | null
  readonly units: number
}
/** Of a claim or of the part of it that an event speaks of, in the order in which they were taken. */
type Claimed = { readonly terms?: ClaimTerms; readonly draws?: readonly Draw[] }
/** Units that came to a lot, or left it. */
export type LotChange = { readonly lotId: string; readonly units: number; readonly goodUntilMs: number | null }

export type ReservationEvent =
  | (Claimed & {
      readonly type: 'held'
      readonly reservationId: ReservationId
      readonly requested: number
      readonly quantity: number
      readonly expiresAtMs: number | null
      readonly orderId: OrderId | null
      /** Left out where it is as most (`waiterPriorityDefault`). */
      readonly priority?: number
    })
  | { readonly type: 'extended'; readonly reservationId: ReservationId; readonly expiresAtMs: number }
  | (Claimed & { readonly type: 'committed'; readonly reservationId: ReservationId; readonly quantity: number })
  | (Claimed & {
      readonly type: 'released'
      readonly reservationId: ReservationId
      readonly quantity: number
      readonly from: 'held' | 'committed'
    })
  /** Units that became another claim's (`taken_over`, which follows): what they are to the position changes with that. */
  | {
      readonly type: 'handed_over'
      readonly reservationId: ReservationId
      readonly to: ReservationId
      readonly quantity: number
    }
  /** Units of the claim `source`, as they were: they begin this one, or join what was held for it just before. */
  | (Claimed & {
      readonly type: 'taken_over'
      readonly reservationId: ReservationId
      readonly source: ReservationId
      readonly requested: number
      readonly quantity: number
      readonly was: 'held' | 'committed'
      readonly status: 'held' | 'committed'
      readonly expiresAtMs: number | null
      readonly orderId: OrderId | null
      /** Left out where it is as most (`waiterPriorityDefault`). */
      readonly priority?: number
      /** The version that the units were first claimed with. */
      readonly since: number
    })
  | (Claimed & { readonly type: 'expired'; readonly reservationId: ReservationId; readonly quantity: number })
  /** Of the claim's open units so many are not there, or so many fewer than before (`was`): `cover.ts`. */
  | {
      readonly type: 'cover_changed'
      readonly reservationId: ReservationId
      readonly orderId: OrderId | null
      readonly uncovered: number
      readonly was: number
    }
  | (Claimed & {
      readonly type: 'shipped'
      readonly reservationId: ReservationId
      readonly shipmentId: string
      readonly quantity: number
      readonly occurredAtMs: number
      readonly change: StockChange
      readonly lots?: readonly LotChange[]
    })

export type ClaimEventOf<Type extends ReservationEvent['type']> = Extract<ReservationEvent, { readonly type: Type }>

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
  /** A batch that contradicts what is known of the shard: it stays with the shard, which hands it over again. */
  | { readonly type: 'escrow_refused'; readonly shard: number; readonly batch: number; readonly because: string }
  /** The shard was refused before, and is understood now. */
  | { readonly type: 'escrow_mended'; readonly shard: number; readonly batch: number }

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
  readonly lots?: readonly LotChange[]
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
  /** Every lot with what moved since; left out: the figure told none, and lots lose what the pool does not hold. */
  readonly lots?: readonly LotChange[]
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
  /** The movements behind `movedSince`, newest first, no more than `driftMovementsMax` of them. */
  readonly movements?: readonly MovementAfter[]
  /** False: within what the source is known to be off by. Left out in old events: every difference counted. */
  readonly beyondTolerance?: boolean
}
/** `units` on hand. */
export type MovementAfter = { readonly id: string; readonly occurredAtMs: number; readonly units: number }

type SupplyEvent =
  | {
      readonly type: 'supply_announced'
      readonly supplyId: string
      readonly supplyType: SupplyType
      readonly quantity: number
      readonly dueAtMs: number
      readonly confidencePercent: number
      readonly goodUntilMs: number | null
      readonly overdueDelayMs: number
      readonly sourceVersion: number
      readonly lots?: readonly LotUnits[]
      /** Of `quantity`, what is still to come. */
      readonly open: number
    }
  | {
      readonly type: 'supply_received'
      readonly supplyId: string
      readonly receiptId: string
      readonly quantity: number
      readonly final: boolean
      readonly occurredAtMs: number
      readonly change: StockChange
      readonly lots?: readonly LotChange[]
      readonly stale: boolean
      readonly open: number
    }
  | { readonly type: 'supply_cancelled'; readonly supplyId: string; readonly reason: string; readonly quantity: number }
export type SupplyEventOf<Type extends SupplyEvent['type']> = Extract<SupplyEvent, { readonly type: Type }>

type TermsEvent =
  | { readonly type: 'lot_status_set'; readonly lotId: string; readonly status: LotStatus; readonly reason: string }
  | { readonly type: 'lot_expired'; readonly lotId: string; readonly goodUntilMs: number; readonly units: number }
  /** The date of these later claims has come: they are claims for now. */
  | { readonly type: 'demand_due'; readonly dueAtMs: number; readonly quantity: number }
  | {
      readonly type: 'protection_set'
      readonly group: string
      readonly quantity: number
      readonly releaseAtMs: number | null
      readonly consume: 'protected_first' | 'unprotected_first'
      readonly lendsTo: readonly Loan[]
    }
  /** Its date has come: what was left of it is everybody's. */
  | { readonly type: 'protection_released'; readonly group: string; readonly quantity: number }

export type StockEvent =
  | ReservationEvent
  | EscrowEvent
  | MovedEvent
  | RebasedEvent
  | DriftedEvent
  | SupplyEvent
  | TermsEvent
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
  | ({ readonly type: 'waiter_registered'; readonly orderId: OrderId; readonly quantity: number } & WaiterTurn)
  /** `quantity`: what it is offered now, with what it was offered before and has not answered. */
  | { readonly type: 'waiter_woken'; readonly orderId: OrderId; readonly quantity: number }
  | { readonly type: 'waiter_forgotten'; readonly orderId: OrderId }

/** As stored: the figures after it make the log readable as a ledger without replaying it. */
export type LoggedStockEvent = StockEvent & {
  readonly after: { readonly onHand: number; readonly available: number }
}
