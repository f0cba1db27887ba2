/**
 * Takes a JSON body in: type, size, encoding and nesting are checked before anything is parsed. What passes is left in
 * Hono's body cache, where the schema validator of the route finds it.
 */
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './context.ts'
import { isWithinJsonLimits, jsonArrayItemsMax, jsonDepthMax, repeatsMember } from './json-limits.ts'
import { refuse } from './problem.ts'
import { decodeUtf8, readBody } from './read-body.ts'

/** The largest batch (1,000 listings) and the largest order (500 lines) fit several times. */
export const jsonBodyMaxBytes = 1_048_576

const jsonType = /^application\/(?:[\w.-]+\+)?json\s*(?:;\s*charset="?utf-8"?\s*)?$/i
/** A lone surrogate or a NUL can only arrive escaped: UTF-8 has no surrogates, raw JSON text no control characters. */
const suspiciousEscape = /\\u(?:d[89a-f]|0000)/i

export const jsonBody = createMiddleware<AppEnv>(async function jsonBody(c, next) {
  const encoding = c.req.header('content-encoding')
  if (!jsonType.test(c.req.header('content-type') ?? '') || (encoding !== undefined && encoding !== 'identity')) {
    return refuse(c, { reason: 'unsupported_media_type' })
  }
  const bytes = await readBody(c.req.raw, jsonBodyMaxBytes)
  if (!bytes.ok) return refuse(c, bytes.error)
  const text = decodeUtf8(bytes.value)
  if (text === null) return refuse(c, { reason: 'malformed_text' })
  if (!isWithinJsonLimits(text)) {
    return refuse(c, { reason: 'body_too_deep', depthMax: jsonDepthMax, arrayItemsMax: jsonArrayItemsMax })
  }
  const parsed = parse(text)
  if (parsed === undefined) return refuse(c, { reason: 'malformed_json' })
  if (repeatsMember(text, parsed.value)) return refuse(c, { reason: 'repeated_member' })
  if (suspiciousEscape.test(text) && !isStorableText(parsed.value)) return refuse(c, { reason: 'malformed_text' })
  // Hono keeps promises in this cache, whatever its type says.
  Object.assign(c.req.bodyCache, { text: Promise.resolve(text), json: Promise.resolve(parsed.value) })
  return await next()
})

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Lone surrogates and NUL do not survive storage unchanged, so an audit hash over them would not verify later. */
function isStorableText(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, member]) => isStorableText(key) && isStorableText(member))
}
