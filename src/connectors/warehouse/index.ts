/** A warehouse or 3PL that speaks our own protocol (docs/warehouse-api.md): Standard Webhooks in both directions. */

import type { Account } from '../../domain/config/config.ts'
import type { Connector, RawRequest, Secrets } from '../ports.ts'
import { accountSecret } from '../transport/account-secret.ts'
import { verifyStandardWebhook } from '../transport/standard-webhooks.ts'
import { cancelFulfilment } from './cancel.ts'
import { identify } from './identify.ts'
import { pollMessages } from './poll.ts'
import { releaseFulfilment } from './release.ts'
import { translate } from './translate.ts'

const verify = (request: RawRequest, account: Account, secrets: Secrets, nowMs: number): Promise<boolean> =>
  verifyStandardWebhook(request, accountSecret(account, secrets, 'webhook'), nowMs)

export const warehouse: Connector = {
  partner: 'warehouse',
  account: { roles: ['warehouse'], needs: ['api', 'baseUrl'] },
  inbound: { verify, identify, translate },
  outbound: { warehouse_release: releaseFulfilment, warehouse_cancel: cancelFulfilment },
  poll: pollMessages,
  publishers: {},
  settleMs: 5_000,
}
