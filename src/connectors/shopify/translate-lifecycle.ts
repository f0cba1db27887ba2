/** The shop leaving, and the three privacy topics every app must take. Their payloads are personal: only ids go on. */
import { z } from 'zod'
import { ok, type Result } from '../../domain/shared/result.ts'
import type { CanonicalEvent, TranslateRefusal } from '../ports.ts'
import { parsePayload } from '../transport/parse-payload.ts'
import { numericId } from './payload-fields.ts'

const uninstalledPayload = z.object({ id: numericId })
const orderIds = z.array(numericId).max(10_000).nullish()
const privacyPayload = z.object({
  shop_id: numericId,
  customer: z.object({ id: numericId.nullish() }).nullish(),
  orders_requested: orderIds,
  orders_to_redact: orderIds,
})

export function translateUninstalled(
  payload: unknown,
  receivedAtMs: number,
): Result<readonly CanonicalEvent[], TranslateRefusal> {
  const parsed = parsePayload(uninstalledPayload, payload)
  // The shop's own `updated_at` is when somebody last changed its settings, not when it left.
  return parsed.ok ? ok([{ type: 'account_uninstalled', atMs: receivedAtMs }]) : parsed
}

export function translatePrivacy(
  payload: unknown,
  topic: string,
  receivedAtMs: number,
): Result<readonly CanonicalEvent[], TranslateRefusal> {
  const parsed = parsePayload(privacyPayload, payload)
  if (!parsed.ok) return parsed
  const request = requestOf(topic)
  const { customer, orders_requested: requested, orders_to_redact: redacted } = parsed.value
  return ok([
    {
      type: 'privacy_request',
      request,
      externalCustomerId: customer?.id ?? null,
      externalOrderIds: (request === 'customer_data' ? requested : redacted) ?? [],
      atMs: receivedAtMs,
    },
  ])
}

function requestOf(topic: string): 'customer_data' | 'customer_redact' | 'shop_redact' {
  if (topic === 'customers/data_request') return 'customer_data'
  return topic === 'customers/redact' ? 'customer_redact' : 'shop_redact'
}
