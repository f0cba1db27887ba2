/** What may be asked of a transfer, and why it may say no. The reports' own ids make each of them happen once. */
import type { Cause } from '../shared/cause.ts'
import type { CorrelationId, LocationId, Sku } from '../shared/ids.ts'
import type { StockVerdict } from '../stock/stock-command.ts'
import type { Transfer, TransferStatus } from './transfer.ts'
import type { ReceivedUnits, SkuUnits } from './transfer-event.ts'

export type TransferRequest = {
  readonly type: 'request'
  readonly transferId: string
  readonly from: LocationId
  readonly to: LocationId
  /** A SKU once. */
  readonly lines: readonly SkuUnits[]
  readonly dueAtMs: number
  /** Take what there is, rather than nothing. */
  readonly allowPartial: boolean
  readonly correlationId: CorrelationId
}

export type TransferCommand =
  | TransferRequest
  /** `lines` null: everything that is claimed. */
  | {
      readonly type: 'ship'
      readonly shipmentId: string
      readonly lines: readonly SkuUnits[] | null
      readonly shippedAtMs: number
    }
  | {
      readonly type: 'receive'
      readonly receiptId: string
      readonly lines: readonly ReceivedUnits[]
      readonly final: boolean
      readonly receivedAtMs: number
    }
  | { readonly type: 'cancel'; readonly reason: string }
  /** What the positions answered to the effects. */
  | {
      readonly type: 'record'
      readonly answers: readonly { readonly effectId: string; readonly verdict: StockVerdict }[]
    }

export type TransferRefusal =
  | { readonly reason: 'transfer_not_found'; readonly transferId: string }
  /** `id` of the transfer, the shipment or the receipt. */
  | { readonly reason: 'transfer_conflict'; readonly id: string }
  | { readonly reason: 'transfer_not_reserved'; readonly status: TransferStatus }
  | { readonly reason: 'transfer_not_shipped'; readonly status: TransferStatus }
  | { readonly reason: 'transfer_closed'; readonly status: TransferStatus }
  | {
      readonly reason: 'transfer_exceeds_reserved'
      readonly sku: Sku
      readonly quantity: number
      readonly reserved: number
    }
  | { readonly reason: 'transfer_line_not_found'; readonly sku: Sku }
  | { readonly reason: 'transfer_shipped'; readonly inTransit: number }
  | { readonly reason: 'transfer_full'; readonly reports: number }
  | {
      readonly reason: 'lots_exceed_quantity'
      readonly sku: Sku
      readonly requested: number
      readonly named: number
    }

export type TransferVerdict =
  | { readonly ok: true; readonly effect: 'applied' | 'unchanged'; readonly transfer: Transfer }
  | { readonly ok: false; readonly error: TransferRefusal }

/** What the transfer's actor answers. */
export interface TransferApi {
  execute(transferId: string, command: TransferCommand, cause: Cause): Promise<TransferVerdict>
  read(): Promise<Transfer | null>
}
