/** Shopify as a sales channel. */
import type { Connector } from '../ports.ts'
import { identify } from './identify.ts'
import { translate } from './translate.ts'
import { verify } from './verify.ts'

export const shopify: Connector = {
  partner: 'shopify',
  inbound: { verify, identify, translate },
  outbound: {},
  poll: null,
  publishStock: null,
  settleMs: 5_000,
}
