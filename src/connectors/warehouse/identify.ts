/**
 * What a verified message is about. A warehouse that sends the same thing again under a new message id is still
 * recognised: the second key is made of the message's own content, without its envelope's time.
 */

import { orderOfFulfilmentOrder } from '../../domain/shared/ids.ts'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { Identified, RawRequest, TranslateRefusal } from '../ports.ts'
import { sha256Hex } from '../transport/hmac.ts'
import { parseJsonBytes } from '../transport/json.ts'
import { memberOf, textAt } from '../transport/member-of.ts'

const keptLengthMax = 200

export async function identify(request: RawRequest): Promise<Result<Identified, TranslateRefusal>> {
  const id = request.headers['webhook-id']
  if (!id) return err({ reason: 'missing_field', field: 'webhook-id', detail: 'the header is absent' })
  const parsed = parseJsonBytes(request.body)
  const body = parsed.ok ? parsed.value : null
  const topic = textAt(body, 'type') ?? 'unreadable'
  const data = memberOf(body, 'data')
  const digest = await sha256Hex(parsed.ok && data !== undefined ? JSON.stringify(data) : request.body)
  const headers: Record<string, string> = { 'webhook-id': id.slice(0, keptLengthMax) }
  const timestamp = request.headers['webhook-timestamp']
  if (timestamp !== undefined) headers['webhook-timestamp'] = timestamp.slice(0, keptLengthMax)
  return ok({
    kind: 'delivery',
    domain: topic.startsWith('inventory.') ? 'inventory' : 'shipments',
    topic,
    shardKey: subjectOf(data) ?? digest.slice(0, 16),
    dedupeKeys: [`webhook:${id.slice(0, keptLengthMax)}`, `${topic}:${digest}`],
    headers,
  })
}

/** Messages about one order, or about one SKU, go through one shard and so keep their order. */
function subjectOf(data: unknown): string | null {
  const fulfilmentOrder = textAt(data, 'fulfilmentOrderId')
  if (fulfilmentOrder !== null) return orderOfFulfilmentOrder(fulfilmentOrder) ?? fulfilmentOrder
  return textAt(data, 'sku')
}
