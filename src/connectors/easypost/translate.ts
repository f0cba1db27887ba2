/** EasyPost events in our words. Only trackers concern us; any other event is refused as unsupported and kept. */
import { z } from 'zod'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { StoredDelivery, TranslateRefusal, Translation } from '../ports.ts'
import { driftOf, type KnownFields } from '../transport/drift.ts'
import { parseJson } from '../transport/json.ts'
import { parsePayload } from '../transport/parse-payload.ts'
import { trackingStatusOf } from './status.ts'

/** `Z`, an offset, or neither: EasyPost's times without an offset are UTC. */
const instant = z
  .string()
  .max(40)
  .transform((text) => Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`))
  .refine((atMs) => Number.isSafeInteger(atMs) && atMs >= 0, 'not a time')
const word = z.string().regex(/^[a-z_]{1,60}$/)

const trackerEventSchema = z.object({
  description: z.enum(['tracker.created', 'tracker.updated']),
  created_at: instant.nullish(),
  result: z.object({
    object: z.literal('Tracker'),
    tracking_code: z.string().regex(/^[\x21-\x7e]{1,100}$/),
    status: word,
    status_detail: word.nullish(),
    carrier: z.string().max(100).nullish(),
    updated_at: instant.nullish(),
  }),
})

const known: KnownFields = {
  ...fieldsOf('id', 'object', 'description', 'mode', 'previous_attributes', 'created_at', 'updated_at', 'status'),
  ...fieldsOf('pending_urls', 'completed_urls', 'user_id', 'api_key_id'),
  result: {
    ...fieldsOf('id', 'object', 'mode', 'tracking_code', 'status', 'status_detail', 'created_at', 'updated_at'),
    ...fieldsOf('signed_by', 'weight', 'est_delivery_date', 'shipment_id', 'carrier', 'tracking_details', 'fees'),
    ...fieldsOf('carrier_detail', 'finalized', 'is_return', 'public_url'),
  },
}

function fieldsOf(...names: readonly string[]): KnownFields {
  return Object.fromEntries(names.map((name) => [name, true as const]))
}

export function translate(delivery: StoredDelivery): Result<Translation, TranslateRefusal> {
  const parsed = parseJson(delivery.body)
  if (!parsed.ok) return err({ reason: 'malformed_json', field: null, detail: parsed.error.reason })
  if (!delivery.topic.startsWith('tracker.')) {
    return err({ reason: 'unsupported_topic', field: 'description', detail: 'no translation for this event' })
  }
  const payload = parsePayload(trackerEventSchema, parsed.value)
  if (!payload.ok) return payload
  const { result, created_at: createdAtMs } = payload.value
  const detail = result.status_detail ?? null
  return ok({
    events: [
      {
        type: 'tracking_updated',
        trackingNumber: result.tracking_code,
        carrier: result.carrier ?? null,
        status: trackingStatusOf(result.status, detail),
        rawStatus: detail === null ? result.status : `${result.status}/${detail}`,
        atMs: result.updated_at ?? createdAtMs ?? delivery.receivedAtMs,
      },
    ],
    drift: driftOf(parsed.value, known),
  })
}
