import type { FailureClass } from '../outbox/intent.ts'

export type ExceptionCategory =
  | 'order_ingestion'
  | 'sku_mapping'
  | 'excluded_sku'
  | 'address_invalid'
  | 'credit_hold'
  | 'pricing_mismatch'
  | 'routing_failed'
  | 'out_of_stock'
  | 'stuck_order'
  | 'wms_rejected'
  | 'shipment_unconfirmed'
  | 'inventory_drift'
  | 'inventory_stale'
  | 'erp_post_failed'
  | 'partner_outage'
  | 'settlement_variance'
  | 'promise_at_risk'
  | 'listing_refused'
  | 'content_mismatch'

/** A case as the order itself knows it; D1's `exceptions` table mirrors it and adds who works on it. */
export type OrderException = {
  /** `<category>/<subject>`: one open case per cause and order. */
  readonly exceptionId: string
  readonly category: ExceptionCategory
  readonly class: FailureClass
  readonly message: string
  /** What a person should do next, in one sentence. */
  readonly remediation: string
  /** Equal causes cluster across orders. */
  readonly fingerprint: string
  readonly moneyAtRiskMinor: number
  readonly openedAtMs: number
  readonly resolvedAtMs: number | null
}
