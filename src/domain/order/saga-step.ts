/** The effects the saga wants next: everything that needs the catalogue, the configuration or a position. */
import type { LineId, LocationId, Sku } from '../shared/ids.ts'
import type { StockCommand } from '../stock/stock-command.ts'
import type { CanonicalOrder } from './canonical-order.ts'
import type { LocationCall } from './capacity-claims.ts'
import type { OutlookAsk } from './look-ahead.ts'

export type StockStepType =
  | 'hold_stock'
  | 'extend_stock'
  | 'commit_stock'
  | 'release_stock'
  | 'ship_stock'
  | 'await_stock'
  | 'forget_waiter'

export type LocationStepType = 'claim_capacity' | 'release_capacity'

/** All commands for one position travel together: one call per position, all positions in parallel. */
export type StockCall = {
  readonly sku: Sku
  readonly location: LocationId
  readonly commands: readonly StockCommand[]
}

export type PlanAsk = {
  readonly order: CanonicalOrder
  /** Base units of everything that is to be planned. */
  readonly demand: readonly { readonly sku: Sku; readonly units: number }[]
  /** SKUs of the lines themselves: a bundle has facts of its own although it lies nowhere. */
  readonly skus: readonly Sku[]
  /** Figures of now: what was told a moment ago has misled this order before. */
  readonly isFresh: boolean
}

export type LineQuestion = {
  readonly lineId: LineId
  readonly externalSku: string | null
  /** A unit of measure to be converted; absent: none is named. */
  readonly unit?: string
}

export type SagaStep =
  /** Look up lines in the catalogue and the account in the configuration. */
  | {
      readonly type: 'review'
      readonly account: string
      readonly lines: readonly LineQuestion[]
    }
  /** Look up what a plan rests on: configuration, catalogue, and the figures of every candidate position. */
  | { readonly type: 'plan'; readonly ask: PlanAsk }
  /** Look up the same for what is held: another plan may have become better. */
  | { readonly type: 'review_plan'; readonly ask: PlanAsk }
  /** Ask what promised units still wait for. */
  | { readonly type: 'look_ahead'; readonly order: CanonicalOrder; readonly lines: readonly OutlookAsk[] }
  /** The order names a cart: make it the order's, and say what it claims. */
  | { readonly type: 'take_cart'; readonly reservationId: string; readonly ask: PlanAsk }
  /** Give back what is left of it. */
  | { readonly type: 'settle_cart'; readonly reservationId: string }
  | { readonly type: LocationStepType; readonly calls: readonly LocationCall[] }
  | { readonly type: StockStepType; readonly attempt: number; readonly calls: readonly StockCall[] }
