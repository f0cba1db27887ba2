/**
 * What a verified delivery is about, without judging it: a body that cannot be read is kept all the same, and
 * translation refuses it with its reason.
 */
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { Identified, RawRequest, TranslateRefusal } from '../ports.ts'
import { sha256Hex } from '../transport/hmac.ts'
import { parseJsonBytes } from '../transport/json.ts'
import { domainOfUnknownTopics, shardFields, topicOf } from './topics.ts'

const keptHeaders = [
  'x-shopify-topic',
  'x-shopify-shop-domain',
  'x-shopify-api-version',
  'x-shopify-webhook-id',
  'x-shopify-event-id',
  'x-shopify-triggered-at',
] as const
const headerLengthMax = 200

export async function identify(request: RawRequest): Promise<Result<Identified, TranslateRefusal>> {
  const headers = headersOf(request)
  const name = headers['x-shopify-topic']
  if (!name) return err({ reason: 'missing_field', field: 'X-Shopify-Topic', detail: 'the header is absent' })
  const topic = topicOf(name)
  const parsed = parseJsonBytes(request.body)
  const body = parsed.ok ? parsed.value : null
  const digest = await sha256Hex(request.body)
  const entity = topic ? firstId(body, shardFields[topic.family]) : null
  return ok({
    kind: 'delivery',
    domain: topic?.domain ?? domainOfUnknownTopics,
    topic: name,
    shardKey: entity ?? digest.slice(0, 16),
    dedupeKeys: dedupeKeysOf(name, headers, body, digest),
    headers,
  })
}

/**
 * The event id is the same across subscriptions but comes in an unsigned header, so the content itself is a key too:
 * the same signed bytes under another event id are still the same delivery.
 */
function dedupeKeysOf(
  topic: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
  digest: string,
): readonly string[] {
  const id = firstId(body, ['id', 'inventory_item_id', 'shop_id']) ?? '-'
  const updatedAt = textField(body, 'updated_at') ?? '-'
  const content = `${topic}:${id}:${updatedAt}:${digest}`
  const eventId = headers['x-shopify-event-id']
  if (eventId) return [`${topic}:${eventId}`, content]
  const webhookId = headers['x-shopify-webhook-id']
  return webhookId ? [`${topic}:webhook:${webhookId}`, content] : [content]
}

function headersOf(request: RawRequest): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {}
  for (const name of keptHeaders) {
    const value = request.headers[name]
    if (value !== undefined) kept[name] = value.slice(0, headerLengthMax)
  }
  return kept
}

function firstId(body: unknown, names: readonly string[]): string | null {
  for (const name of names) {
    const value = field(body, name)
    if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
    if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return value
  }
  return null
}

function textField(body: unknown, name: string): string | null {
  const value = field(body, name)
  return typeof value === 'string' ? value.slice(0, 40) : null
}

function field(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined
  return Reflect.get(body, name)
}
