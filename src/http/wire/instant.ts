/** Times are epoch milliseconds inside and RFC 3339 on the wire. */
import { z } from '@hono/zod-openapi'

/** Parses to epoch milliseconds; a time without an offset is refused, because nobody knows whose clock it is. */
export const instantSchema = z.iso
  .datetime({ offset: true, message: 'an RFC 3339 time with its offset' })
  .transform((text) => Date.parse(text))
  .refine((ms) => Number.isSafeInteger(ms) && ms >= 0, 'a time between 1970 and 275760')
  .openapi({ type: 'string', format: 'date-time', example: '2026-03-14T09:26:53.000Z' })

export const instantOutSchema = z.string().openapi({ format: 'date-time', example: '2026-03-14T09:26:53.000Z' })

export const rfc3339 = (ms: number): string => new Date(ms).toISOString()
export const rfc3339OrNull = (ms: number | null): string | null => (ms === null ? null : rfc3339(ms))
