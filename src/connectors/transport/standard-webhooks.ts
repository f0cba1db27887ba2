/**
 * The Standard Webhooks scheme, both ways: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
 * The library computes the signature; its `verify` reads the system clock, so tolerance and comparison are here.
 */
import { Webhook } from 'standardwebhooks'
import { constantTimeEqual } from './hmac.ts'

/** The tolerance of the reference libraries. */
const toleranceSeconds = 300
/** A sender rotating secrets sends two; a longer list is somebody trying. */
const signaturesConsidered = 10

export type SignedHeaders = {
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/** Null for a secret that is empty or not base64 after `whsec_`. */
function webhookOf(secret: string): Webhook | null {
  try {
    return new Webhook(secret)
  } catch {
    return null
  }
}

/** A secret that cannot sign is a deployment fault and throws. */
export function signStandardWebhook(secret: string, id: string, nowMs: number, body: string): SignedHeaders {
  const seconds = Math.floor(nowMs / 1000)
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': new Webhook(secret).sign(id, new Date(seconds * 1000), body),
  }
}

/** Fails closed: an unusable secret, a missing header, a foreign clock, a body that is not UTF-8 are `false`. */
export async function verifyStandardWebhook(
  request: { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array },
  secret: string | undefined,
  nowMs: number,
): Promise<boolean> {
  const id = request.headers['webhook-id']
  const timestamp = request.headers['webhook-timestamp']
  const signatures = request.headers['webhook-signature']
  const webhook = secret ? webhookOf(secret) : null
  const body = decodeUtf8(request.body)
  if (!id || !timestamp || !signatures || !webhook || body === null) return false
  if (!/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > toleranceSeconds) return false
  const expected = webhook.sign(id, new Date(Number(timestamp) * 1000), body)
  return matchesAny(expected, signatures)
}

async function matchesAny(expected: string, signatures: string): Promise<boolean> {
  let matched = false
  for (const candidate of signatures.split(' ').slice(0, signaturesConsidered)) {
    if (await constantTimeEqual(expected, candidate)) matched = true
  }
  return matched
}

/** The library signs text, so the bytes must survive the way there and back: a byte order mark does, bad UTF-8 not. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
