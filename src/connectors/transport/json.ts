/**
 * JSON from a stranger: bytes and depth are bounded before `JSON.parse` sees the text, and integers that a double
 * cannot hold arrive as their digits, never rounded.
 */
import { err, ok, type Result } from '../../domain/shared/result.ts'

export type JsonRefusal = { readonly reason: 'too_large' | 'too_deep' | 'malformed_json' }

/**
 * Shopify's largest payloads stay under 1 MB and 10 levels; the limits leave room and stop a bomb. In UTF-16 units of
 * text, and in bytes of bytes.
 */
export const jsonLengthMax = 2_000_000
const depthMax = 40

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

/** 2^53 has 16 digits: text without such a run needs no look at the source of its numbers. */
const mayHoldUnsafeInteger = /\d{16}/

export function parseJson(text: string): Result<unknown, JsonRefusal> {
  if (text.length > jsonLengthMax) return err({ reason: 'too_large' })
  if (nestsTooDeep(text)) return err({ reason: 'too_deep' })
  try {
    return ok(mayHoldUnsafeInteger.test(text) ? JSON.parse(text, keepUnsafeIntegers) : JSON.parse(text))
  } catch {
    return err({ reason: 'malformed_json' })
  }
}

/** The same over bytes; bytes that are not UTF-8 are malformed. A leading byte order mark is dropped. */
export function parseJsonBytes(bytes: Uint8Array): Result<unknown, JsonRefusal> {
  if (bytes.byteLength > jsonLengthMax) return err({ reason: 'too_large' })
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
  } catch {
    return err({ reason: 'malformed_json' })
  }
}

/** Ids beyond 2^53 are numbers on the wire; their digits are kept as text, as ids are inside. */
function keepUnsafeIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  return source !== undefined && /^-?\d+$/.test(source) ? source : value
}

/** Counts brackets outside strings; whether they match is `JSON.parse`'s business. */
function nestsTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === backslash) at++
      else if (code === quote) inString = false
    } else if (code === quote) inString = true
    else if (code === openBrace || code === openBracket) {
      depth++
      if (depth > depthMax) return true
    } else if (code === closeBrace || code === closeBracket) depth--
  }
  return false
}
