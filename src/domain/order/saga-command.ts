/**
 * What the saga tells the order: results of its own effects. Decided against present state like any other command, so
 * a result that comes late, twice, or after the order was cancelled does no harm.
 */
import type { StockPart } from '../catalog/stock-parts.ts'
import type { IntentOutcome } from '../outbox/intent-outcome.ts'
import type { AccountId, LineId, LocationId, ReservationId, Sku } from '../shared/ids.ts'
import type { StockVerdict } from '../stock/stock-command.ts'
import type { OrderPolicy } from './saga-state.ts'
import type { StockStepType } from './saga-step.ts'

/** What the catalogue says of one line. `listing` null: nobody knows this SKU. */
export type LineFinding = {
  readonly lineId: LineId
  readonly externalSku: string | null
  readonly listing: {
    readonly sku: Sku
    readonly packQuantity: number
    readonly stocked: boolean
    /** A bundle: base units of each component in one base unit of it. */
    readonly parts?: readonly StockPart[]
  } | null
}

/** `policy` null: the configuration does not know the order's account as a channel. */
export type ChannelFinding = {
  readonly policy: OrderPolicy | null
  readonly currencies: readonly string[]
}

/** One position as it was a moment ago, in base units. */
export type Figure = { readonly sku: Sku; readonly location: LocationId; readonly available: number }

export type CandidateLocation = {
  readonly location: LocationId
  readonly priority: number
  /** The warehouse account that picks there; null: released by hand. */
  readonly warehouse: AccountId | null
  /** The account that reports what ships by hand there; absent: anybody may. */
  readonly reporter?: AccountId
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
      readonly figures: readonly Figure[]
      readonly candidates: readonly CandidateLocation[]
      readonly configVersion: string
    }
  | {
      readonly type: 'record_stock'
      readonly step: StockStepType
      readonly attempt: number
      readonly answers: readonly StockAnswer[]
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
