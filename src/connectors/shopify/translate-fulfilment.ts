/** A fulfilment as Shopify shows it: ours coming back, or one made by hand in its console. */
import { z } from 'zod'
import { ok, type Result } from '../../domain/shared/result.ts'
import type { CanonicalEvent, TranslateRefusal } from '../ports.ts'
import { parsePayload } from '../transport/parse-payload.ts'
import { cleanText } from './clean-text.ts'
import { instant, looseText, numericId, quantityField } from './payload-fields.ts'

const trackingNumbersMax = 50
const trackingNumberLengthMax = 100

const fulfilmentPayload = z.object({
  id: numericId,
  order_id: numericId,
  status: looseText,
  created_at: instant,
  updated_at: instant.nullish(),
  tracking_number: looseText,
  tracking_numbers: z.array(looseText).nullish().catch(null),
  line_items: z
    .array(z.object({ id: numericId, quantity: quantityField }))
    .max(500)
    .nullish(),
})

export function translateFulfilment(payload: unknown): Result<readonly CanonicalEvent[], TranslateRefusal> {
  const parsed = parsePayload(fulfilmentPayload, payload)
  if (!parsed.ok) return parsed
  const fulfilment = parsed.value
  return ok([
    {
      type: 'channel_fulfilment_observed',
      externalOrderId: fulfilment.order_id,
      externalFulfilmentId: fulfilment.id,
      trackingNumbers: trackingNumbersOf(fulfilment),
      lines: (fulfilment.line_items ?? []).map((line) => ({ lineId: line.id, quantity: line.quantity })),
      status: cleanText(fulfilment.status, 64) ?? 'unknown',
      atMs: fulfilment.updated_at ?? fulfilment.created_at,
    },
  ])
}

/** Older payloads carry only the single number; newer ones carry both, the single one first in the list. */
function trackingNumbersOf(fulfilment: z.output<typeof fulfilmentPayload>): readonly string[] {
  const all = [...(fulfilment.tracking_numbers ?? []), fulfilment.tracking_number]
  const clean = all.map((number) => cleanText(number, trackingNumberLengthMax)).filter((number) => number !== null)
  return [...new Set(clean)].slice(0, trackingNumbersMax)
}
