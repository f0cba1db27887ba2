/**
 * The ambiguous-outcome protocol, seen from the actor: an intent is one effect wanted at one partner.
 *
 * pending ──begin──▶ calling ──committed──▶ settled
 *    ▲                  │ ├─absent, retryable──▶ pending (later)
 *    │                  │ ├─absent, final──────▶ rejected
 *    └──probe: absent── │ └─unknown────────────▶ unknown ──begin (must probe)──▶ calling
 * A lease that ran out while `calling` counts as unknown: the process died and nobody knows what the partner did.
 */
import type { AccountId } from '../shared/ids.ts'

export type IntentKind =
  | 'erp_create_order'
  | 'erp_cancel_order'
  | 'erp_record_shipment'
  | 'warehouse_release'
  | 'warehouse_cancel'
  | 'channel_fulfil'

export type IntentStatus = 'pending' | 'calling' | 'unknown' | 'settled' | 'rejected' | 'withdrawn'

export type Intent = {
  /** Unique within its order, such as `erp_create_order/1` or `warehouse_release/F2`. */
  readonly intentId: string
  readonly kind: IntentKind
  readonly account: AccountId
  /** Our id at the partner: what a probe searches for. Unique for ever. */
  readonly externalId: string
  /** The fulfilment order or shipment concerned; null for the order itself. */
  readonly subject: string | null
  readonly status: IntentStatus
  readonly attempts: number
  readonly createdAtMs: number
  /** While `calling`: until when the caller may work. */
  readonly leaseUntilMs: number | null
  /** The command that holds the lease: asked again with it, the same attempt is answered. */
  readonly leasedBy: string | null
  /** An earlier attempt may have had its effect: look at the partner before calling again. */
  readonly mustProbe: boolean
  readonly notBeforeMs: number
  /** The partner's number for what it made. */
  readonly reference: string | null
  readonly lastError: string | null
}

/** Technical class of a failure (DESIGN.md §6). */
export type FailureClass =
  | 'value'
  | 'missing'
  | 'duplicate'
  | 'parse'
  | 'too_large'
  | 'connection'
  | 'intermittent'
  | 'rate_limit'
  | 'permission'
  | 'ambiguous_outcome'

/** What a connector's call came to. `absent` says for certain that the partner did nothing. */
export type CallOutcome =
  | { readonly outcome: 'committed'; readonly reference: string; readonly details?: Readonly<Record<string, string>> }
  | {
      readonly outcome: 'absent'
      readonly retryable: boolean
      readonly class: FailureClass
      readonly message: string
      readonly retryAfterMs?: number
    }
  | { readonly outcome: 'unknown'; readonly class: FailureClass; readonly message: string }

export type ProbeOutcome =
  | { readonly outcome: 'committed'; readonly reference: string; readonly details?: Readonly<Record<string, string>> }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'unknown'; readonly class: FailureClass; readonly message: string }
