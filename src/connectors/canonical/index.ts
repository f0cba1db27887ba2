/** Portals and warehouses without an adapter: they call our own REST API, so there is nothing to verify or translate here. */
import type { Connector } from '../ports.ts'

export const canonical: Connector = {
  partner: 'canonical',
  account: { roles: ['channel', 'warehouse'], needs: [] },
  inbound: null,
  outbound: {},
  poll: null,
  publishers: {},
  settleMs: 0,
}
