/** Whole numbers in queries are written in digits: what is empty, or a number to JavaScript alone, is refused. */
import { z } from '@hono/zod-openapi'

export function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER) {
  return z
    .string()
    .regex(/^\d{1,16}$/, 'a whole number, in digits')
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum))
    .openapi({ type: 'integer', minimum, maximum })
}
