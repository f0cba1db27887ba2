/**
 * Units on their way from one of our locations to another. The source has a claim on them until they leave, the
 * destination is told of them while they are under way, and every unit that left is in transit, received or written
 * off: `shipped + over = in transit + received + written off`.
 *
 * requested ──all claimed──▶ reserved ──ship──▶ in_transit ──all received, or written off──▶ closed
 *     └──too few──▶ refused      └──cancel──▶ cancelled (what has not left goes back; what has left still arrives)
 */
import type { CorrelationId, LocationId, Sku } from '../shared/ids.ts'
import type { LotUnits } from '../stock/stock-command.ts'

export const transferStatuses = ['requested', 'refused', 'reserved', 'in_transit', 'closed', 'cancelled'] as const
export type TransferStatus = (typeof transferStatuses)[number]

/** One per SKU, in base units. */
export type TransferLine = {
  readonly sku: Sku
  readonly requested: number
  /** Claimed at the source, to be shipped. */
  readonly reserved: number
  /** Claimed once and given back. */
  readonly released: number
  readonly shipped: number
  readonly received: number
  readonly writtenOff: number
  /** What there was when the source refused; null unless it did. */
  readonly available: number | null
  /** Of `shipped`, what the source picked from lots. */
  readonly lots?: readonly LotUnits[]
  /** Since when the destination has no room to be told of what is on its way. */
  readonly unannouncedSinceMs?: number
}

/** Something still to be told to a position. Its id makes the stock commands' ids: asking twice is asking once. */
export type TransferEffect = { readonly effectId: string; readonly sku: Sku; readonly location: LocationId } & (
  | { readonly kind: 'reserve'; readonly quantity: number; readonly allowPartial: boolean }
  | { readonly kind: 'release' }
  | { readonly kind: 'ship'; readonly quantity: number; readonly shipmentId: string; readonly occurredAtMs: number }
  /** All that has left so far, by the source's own word; `version` grows with each. */
  | {
      readonly kind: 'announce'
      readonly quantity: number
      readonly dueAtMs: number
      readonly version: number
      readonly lots?: readonly LotUnits[]
    }
  | {
      readonly kind: 'receive'
      readonly quantity: number
      readonly receiptId: string
      readonly lots: readonly LotUnits[]
      /** The position had no room to name them all. */
      readonly nameWhatFits?: true
      readonly final: boolean
      readonly occurredAtMs: number
    }
)

/** A report by its own id: the content tells a repetition from a conflict. */
type Report = { readonly id: string; readonly content: string }

export type Transfer = {
  readonly transferId: string
  readonly from: LocationId
  readonly to: LocationId
  readonly dueAtMs: number
  readonly allowPartial: boolean
  readonly content: string
  readonly correlationId: CorrelationId
  readonly requestedAtMs: number
  /** Sequence number of the newest event. */
  readonly version: number
  readonly status: TransferStatus
  readonly lines: readonly TransferLine[]
  readonly shipments: readonly Report[]
  readonly receipts: readonly Report[]
  /** In the order in which each position has to hear of them. */
  readonly pending: readonly TransferEffect[]
  readonly effectsMade: number
}

/** Reports of one transfer: more are a sender gone wrong. */
export const reportsMax = 1_000

export const inTransit = ({ shipped, received, writtenOff }: TransferLine): number =>
  Math.max(0, shipped - received - writtenOff)
/** Received beyond what left. */
export const overOf = ({ shipped, received }: TransferLine): number => Math.max(0, received - shipped)

export const totalOf = (transfer: Transfer, units: (line: TransferLine) => number): number =>
  transfer.lines.reduce((sum, line) => sum + units(line), 0)
