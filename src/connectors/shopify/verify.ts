/**
 * Is this delivery from Shopify, and for this shop? HMAC-SHA256 over the raw bytes with the app's client secret,
 * base64, in `X-Shopify-Hmac-Sha256`. The headers are not signed and nothing signed carries a time.
 */
import type { Account } from '../../domain/config/config.ts'
import type { RawRequest, Secrets } from '../ports.ts'
import { accountSecret } from '../transport/account-secret.ts'
import { verifyHmac } from '../transport/hmac.ts'

export async function verify(request: RawRequest, account: Account, secrets: Secrets): Promise<boolean> {
  if (request.body.byteLength === 0 || isOfAnotherShop(request, account)) return false
  const signature = request.headers['x-shopify-hmac-sha256']
  // For a while after a rotation Shopify still signs with the older secret.
  const candidates = [accountSecret(account, secrets, 'webhook'), accountSecret(account, secrets, 'webhookPrevious')]
  let verified = false
  for (const secret of candidates) {
    if (await verifyHmac({ secret, signature, body: request.body, encoding: 'base64' })) verified = true
  }
  return verified
}

/** One app secret signs for every shop that installed the app: a misrouted shop would verify. */
function isOfAnotherShop(request: RawRequest, account: Account): boolean {
  const expected = account.settings.shopDomain
  const received = request.headers['x-shopify-shop-domain']
  if (typeof expected !== 'string' || received === undefined) return false
  return expected.toLowerCase() !== received.toLowerCase()
}
