/** EasyPost, for what carriers say of parcels. It calls us; labels are the warehouses' business. */
import type { Connector } from '../ports.ts'
import { identify } from './identify.ts'
import { translate } from './translate.ts'
import { verify } from './verify.ts'

export const easypost: Connector = {
  partner: 'easypost',
  account: { roles: ['carrier'], needs: ['webhook'] },
  inbound: { verify, identify, translate },
  outbound: {},
  poll: null,
  publishers: {},
  settleMs: 0,
}
