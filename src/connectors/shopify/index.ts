/** Shopify as a sales channel. */
import type { Connector } from '../ports.ts'

export const shopify: Connector = {
  partner: 'shopify',
  inbound: null,
  outbound: {},
  poll: null,
  publishStock: null,
  settleMs: 5_000,
}
