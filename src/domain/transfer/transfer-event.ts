/** What happened to a transfer: the rows of its log. Stored for ever, so members are added, never renamed or removed. */
import type { CorrelationId, LocationId, Sku } from '../shared/ids.ts'
import type { LotUnits } from '../stock/stock-command.ts'

export type SkuUnits = { readonly sku: Sku; readonly quantity: number }
export type ReceivedUnits = SkuUnits & { readonly lots: readonly LotUnits[] }

export type TransferEvent =
  | {
      readonly type: 'requested'
      readonly transferId: string
      readonly from: LocationId
      readonly to: LocationId
      readonly dueAtMs: number
      readonly allowPartial: boolean
      readonly lines: readonly SkuUnits[]
      readonly content: string
      readonly correlationId: CorrelationId
    }
  | ({ readonly type: 'line_reserved'; readonly effectId: string } & SkuUnits)
  | { readonly type: 'line_refused'; readonly effectId: string; readonly sku: Sku; readonly available: number }
  | { readonly type: 'reserved' }
  | { readonly type: 'refused' }
  | {
      readonly type: 'shipped'
      readonly shipmentId: string
      readonly content: string
      readonly lines: readonly SkuUnits[]
      readonly occurredAtMs: number
    }
  | {
      readonly type: 'received'
      readonly receiptId: string
      readonly content: string
      readonly lines: readonly ReceivedUnits[]
      /** Nothing more will come: what is in transit after this is written off. */
      readonly final: boolean
      readonly occurredAtMs: number
    }
  | { readonly type: 'cancelled'; readonly reason: string }
  /** The source has booked it: which lots its units were of, as far as they were of any. */
  | {
      readonly type: 'line_left'
      readonly effectId: string
      readonly sku: Sku
      readonly lots: readonly LotUnits[]
      readonly refusal: string | null
    }
  /** The destination keeps no more supplies: it is told again until it has room. */
  | { readonly type: 'announcement_refused'; readonly sku: Sku; readonly reason: string }
  | { readonly type: 'announcement_settled'; readonly sku: Sku; readonly openedAtMs: number }
  | { readonly type: 'effect_done'; readonly effectId: string; readonly refusal: string | null }
  /** The destination keeps no more lots: the effect is asked for again, naming what it has room for. */
  | { readonly type: 'lots_left_out'; readonly effectId: string }
  | { readonly type: 'closed' }
