/**
 * `X-Hmac-Signature: hmac-sha256-hex=<hex>` over the raw bytes. EasyPost normalises the secret to NFKD before it takes
 * its bytes, so a secret with an accent verifies only when we do the same.
 */
import type { Account } from '../../domain/config/config.ts'
import type { RawRequest, Secrets } from '../ports.ts'
import { accountSecret } from '../transport/account-secret.ts'
import { verifyHmac } from '../transport/hmac.ts'

const prefix = 'hmac-sha256-hex='

export async function verify(request: RawRequest, account: Account, secrets: Secrets): Promise<boolean> {
  const header = request.headers['x-hmac-signature']
  const secret = accountSecret(account, secrets, 'webhook')?.normalize('NFKD')
  if (!header?.startsWith(prefix)) return false
  const signature = header.slice(prefix.length)
  return verifyHmac({ secret, signature, body: request.body, encoding: 'hex' })
}
