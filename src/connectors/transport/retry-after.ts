/** `Retry-After` as a delay: seconds or an HTTP date. */

/** A partner that asks for more than a day is asking for an operator. */
const retryAfterMaxMs = 86_400_000

/** Undefined when the header is absent or unreadable; never negative. */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const text = headers['retry-after']?.trim()
  if (!text) return undefined
  const delayMs = /^\d{1,10}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(delayMs) ? undefined : Math.min(Math.max(delayMs, 0), retryAfterMaxMs)
}
