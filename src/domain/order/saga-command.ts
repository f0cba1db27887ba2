/**
 * What the saga tells the order: results of its own effects. Decided against present state like any other command, so
 * a result that comes late, twice, or after the order was cancelled does no harm.
 */
import type { StockPart } from '../catalog/stock-parts.ts'
import type { DeliveryMethod } from '../config/promising.ts'
import type { IntentOutcome } from '../outbox/intent-outcome.ts'
import type { AccountId, LineId, LocationId, ReservationId, Sku } from '../shared/ids.ts'
import type { SourcingProfile } from '../sourcing/profile.ts'
import type { SourcingCandidate } from '../sourcing/request.ts'
import type { StockVerdict } from '../stock/stock-command.ts'
import type { LocationAnswer } from './capacity-claims.ts'
import type { LineOutlook } from './look-ahead.ts'
import type { OrderCart, OrderPolicy } from './saga-state.ts'
import type { LocationStepType, StockStepType } from './saga-step.ts'

/** What the catalogue says of one line. `listing` null: nobody knows this SKU. */
export type LineFinding = {
  readonly lineId: LineId
  readonly externalSku: string | null
  /** As it was asked for: `packQuantity` counts base units in one of it. */
  readonly unit?: string
  readonly listing: {
    readonly sku: Sku
    readonly packQuantity: number
    readonly stocked: boolean
    /** A bundle: base units of each component in one base unit of it. */
    readonly parts?: readonly StockPart[]
    /** The SKU by which the channel does not sell it, itself or a component. Absent: it does. */
    readonly excluded?: string
  } | null
}

/** `policy` null: the configuration does not know the order's account as a channel. */
export type ChannelFinding = {
  readonly policy: OrderPolicy | null
  readonly currencies: readonly string[]
}

/** Who picks at a location. */
export type CandidateLocation = {
  readonly location: LocationId
  readonly priority: number
  /** The warehouse account that picks there; null: released by hand. */
  readonly warehouse: AccountId | null
  /** The account that reports what ships by hand there; absent: anybody may. */
  readonly reporter?: AccountId
}

/** What the catalogue says of a SKU, per base unit; null: unknown. */
export type SkuFacts = {
  readonly sku: Sku
  readonly class: string | null
  readonly requirements: readonly string[]
  readonly grams: number | null
  readonly costMinor: number | null
  readonly costCurrency: string | null
  /** Until when units have to keep that this order gets; null: they only have to be sellable. */
  readonly goodUntilMs: number | null
}

/** All that a plan rests on beside the order itself, as it was a moment ago. */
export type PlanInputs = {
  readonly configVersion: string
  readonly profile: SourcingProfile
  readonly profileVersion: number | null
  readonly channelGroup: string | null
  readonly deliveryMethod: DeliveryMethod
  readonly service: string | null
  readonly skus: readonly SkuFacts[]
  readonly candidates: readonly PlanCandidate[]
}
export type PlanCandidate = SourcingCandidate &
  CandidateLocation & {
    /** Units that its rules keep back, where there are any. */
    readonly keptBack: readonly { readonly sku: Sku; readonly units: number }[]
    /** Until when it takes orders that leave on its next day; absent: for as long as the day lasts. */
    readonly cutOffAtMs?: number
  }

export type StockAnswer = {
  readonly reservationId: ReservationId | null
  readonly effectId: string | null
  readonly sku: Sku
  readonly location: LocationId
  readonly verdict: StockVerdict
}

export type SagaCommand =
  | { readonly type: 'record_review'; readonly lines: readonly LineFinding[]; readonly channel: ChannelFinding }
  | {
      readonly type: 'propose_plan'
      readonly inputs: PlanInputs
    }
  | {
      readonly type: 'record_stock'
      readonly step: StockStepType
      readonly attempt: number
      readonly answers: readonly StockAnswer[]
    }
  | {
      readonly type: 'record_cart'
      /** False: it had ended or is another order's. */
      readonly isTaken: boolean
      readonly claims: OrderCart['claims']
      /** What the plan that takes the claims over is explained by; null: there are none. */
      readonly inputs: PlanInputs | null
    }
  /** `inputs` null: they could not be looked up. */
  | { readonly type: 'review_plan'; readonly inputs: PlanInputs | null }
  | { readonly type: 'record_cart_settled' }
  /** Its steps have failed for long. */
  | { readonly type: 'record_stuck'; readonly sinceMs: number; readonly reason: string }
  | { readonly type: 'record_recovery' }
  | { readonly type: 'record_outlook'; readonly lines: readonly LineOutlook[] }
  | {
      readonly type: 'record_capacity'
      readonly step: LocationStepType
      readonly answers: readonly LocationAnswer[]
    }
  | { readonly type: 'begin_attempt'; readonly intentId: string; readonly commandId: string }
  | {
      readonly type: 'record_outcome'
      readonly intentId: string
      readonly attempt: number
      readonly outcome: IntentOutcome
      readonly settleMs: number
    }
  | {
      readonly type: 'defer_intent'
      readonly intentId: string
      readonly retryAtMs: number
      readonly why: string
    }
