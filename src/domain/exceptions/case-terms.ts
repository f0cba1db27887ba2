/** Who owns a case of each category, and how soon it must be settled. */
import type { ExceptionCategory } from './order-exception.ts'

export type Team =
  | 'integration'
  | 'catalog'
  | 'customer_service'
  | 'finance'
  | 'pricing'
  | 'operations'
  | 'warehouse'
  | 'inventory'

export type CaseTerms = { readonly team: Team; readonly dueWithinMs: number }

const hour = 60 * 60_000

/** Half an hour where orders pile up behind the cause, a working day where only money is late. */
export const caseTerms = {
  order_ingestion: { team: 'integration', dueWithinMs: 1 * hour },
  sku_mapping: { team: 'catalog', dueWithinMs: 4 * hour },
  address_invalid: { team: 'customer_service', dueWithinMs: 4 * hour },
  credit_hold: { team: 'finance', dueWithinMs: 8 * hour },
  pricing_mismatch: { team: 'pricing', dueWithinMs: 8 * hour },
  routing_failed: { team: 'operations', dueWithinMs: 2 * hour },
  out_of_stock: { team: 'operations', dueWithinMs: 24 * hour },
  stuck_order: { team: 'operations', dueWithinMs: 2 * hour },
  wms_rejected: { team: 'warehouse', dueWithinMs: 2 * hour },
  shipment_unconfirmed: { team: 'warehouse', dueWithinMs: 24 * hour },
  inventory_drift: { team: 'inventory', dueWithinMs: 8 * hour },
  inventory_stale: { team: 'inventory', dueWithinMs: 8 * hour },
  erp_post_failed: { team: 'integration', dueWithinMs: 1 * hour },
  partner_outage: { team: 'integration', dueWithinMs: 0.5 * hour },
  settlement_variance: { team: 'finance', dueWithinMs: 24 * hour },
} as const satisfies Record<ExceptionCategory, CaseTerms>
