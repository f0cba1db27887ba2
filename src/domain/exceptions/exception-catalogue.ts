/** Every category of case: who owns it, how soon it should be settled, and what a person should do (DESIGN.md §6). */
import type { ExceptionCategory } from './order-exception.ts'

type OwnerTeam =
  | 'integration'
  | 'catalog'
  | 'customer_service'
  | 'finance'
  | 'pricing'
  | 'operations'
  | 'warehouse'
  | 'inventory'

export type ExceptionPolicy = {
  readonly owner: OwnerTeam
  /** From opening until it is overdue. */
  readonly dueMinutes: number
  readonly remediation: string
}

const hour = 60
const day = 24 * hour

export const exceptionCatalogue: Readonly<Record<ExceptionCategory, ExceptionPolicy>> = {
  order_ingestion: {
    owner: 'integration',
    dueMinutes: 2 * hour,
    remediation: 'Read the delivery, correct the cause at the channel or in the adapter, then replay the delivery.',
  },
  sku_mapping: {
    owner: 'catalog',
    dueMinutes: 4 * hour,
    remediation: 'Add a listing for the channel SKU; the order looks again by itself, or at once with retry.',
  },
  excluded_sku: {
    owner: 'catalog',
    dueMinutes: day,
    remediation:
      'Take the listing off the channel, or end the exclusion; the order is served unless its units are cancelled.',
  },
  address_invalid: {
    owner: 'customer_service',
    dueMinutes: 8 * hour,
    remediation: 'Correct the address in the channel, or release the hold if the parcel can be delivered as it is.',
  },
  credit_hold: {
    owner: 'finance',
    dueMinutes: day,
    remediation: 'Settle the payment in the channel, or release the hold.',
  },
  pricing_mismatch: {
    owner: 'pricing',
    dueMinutes: 8 * hour,
    remediation: 'Compare the totals with the lines in the channel, then correct the order or release the hold.',
  },
  routing_failed: {
    owner: 'operations',
    dueMinutes: 4 * hour,
    remediation:
      'Check which locations serve this channel and country, and whom its sourcing profile is for, then retry.',
  },
  out_of_stock: {
    owner: 'operations',
    dueMinutes: day,
    remediation: 'Replenish, substitute or cancel the missing units; retry plans them again.',
  },
  stuck_order: {
    owner: 'operations',
    dueMinutes: 4 * hour,
    remediation: 'See who owns the next action, speak to them, then retry.',
  },
  wms_rejected: {
    owner: 'warehouse',
    dueMinutes: 4 * hour,
    remediation: 'Read the warehouse’s reason, correct it there, then retry or cancel the units.',
  },
  shipment_unconfirmed: {
    owner: 'warehouse',
    dueMinutes: 8 * hour,
    remediation: 'Find out whether the goods left and from where, then correct the stock and the channel.',
  },
  inventory_drift: {
    owner: 'inventory',
    dueMinutes: day,
    remediation: 'Count the position and send a snapshot of the true figure.',
  },
  inventory_stale: {
    owner: 'inventory',
    dueMinutes: day,
    remediation: 'Find out why the location stopped reporting its stock.',
  },
  erp_post_failed: {
    owner: 'integration',
    dueMinutes: 4 * hour,
    remediation: 'Read the ERP’s answer, correct the cause there, then retry.',
  },
  partner_outage: {
    owner: 'integration',
    dueMinutes: hour,
    remediation: 'Check the partner’s status; calls resume by themselves when it answers again.',
  },
  settlement_variance: {
    owner: 'finance',
    dueMinutes: 3 * day,
    remediation: 'Compare the settlement with the order and book the difference.',
  },
  promise_at_risk: {
    owner: 'operations',
    dueMinutes: 2 * hour,
    remediation:
      'Hasten the supply, ship from another location, or agree on a new date; it is looked at again by itself.',
  },
  listing_refused: {
    owner: 'catalog',
    dueMinutes: day,
    remediation:
      'Read the channel’s reason and mend the listing there, or its item id here; it is tried again by itself.',
  },
  content_mismatch: {
    owner: 'catalog',
    dueMinutes: day,
    remediation: 'Find out who else writes this product at the channel; ours is sent again by itself.',
  },
}
