/** What a verified event is about: its tracker, so that one parcel's events keep their order. */
import { ok, type Result } from '../../domain/shared/result.ts'
import type { Identified, RawRequest, TranslateRefusal } from '../ports.ts'
import { sha256Hex } from '../transport/hmac.ts'
import { parseJsonBytes } from '../transport/json.ts'
import { memberOf, textAt } from '../transport/member-of.ts'

export async function identify(request: RawRequest): Promise<Result<Identified, TranslateRefusal>> {
  const parsed = parseJsonBytes(request.body)
  const body = parsed.ok ? parsed.value : null
  const digest = await sha256Hex(request.body)
  const eventId = textAt(body, 'id')
  const tracker = textAt(memberOf(body, 'result'), 'tracking_code')
  // A retry carries the same event id; the body's digest serves where there is none to read.
  return ok({
    kind: 'delivery',
    domain: 'shipments',
    topic: textAt(body, 'description') ?? 'unreadable',
    shardKey: tracker ?? eventId ?? digest.slice(0, 16),
    dedupeKeys: eventId === null ? [`body:${digest}`] : [`event:${eventId}`, `body:${digest}`],
    headers: {},
  })
}
