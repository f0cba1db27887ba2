/**
 * The field types of Shopify's REST resources, as they really arrive. What money, identity, quantity or time depends on
 * is strict; what only people read is taken when it is text and left out when it is not.
 */
import { z } from 'zod'

/** Numeric ids have 13 digits and more; above 2^53 the bounded parser hands over their digits as text. */
export const numericId = z.union([
  z.int().min(1).transform(String),
  z.string().regex(/^[1-9]\d{0,19}$/, 'a numeric id of at most 20 digits'),
])

/** A decimal as text. Older API versions sent some amounts as JSON numbers: their shortest form is what was written. */
export const decimalText = z.union([z.string().max(40), z.number().transform(String)])

const moneySchema = z.object({ amount: decimalText, currency_code: z.string().max(3) })
export const moneySet = z.object({ shop_money: moneySchema, presentment_money: moneySchema.nullish() }).nullish()
export type MoneySet = z.infer<typeof moneySet>

export const quantityField = z.int().min(0).max(1_000_000)

const isoPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/

/** RFC 3339 with its offset, as epoch milliseconds. A time without an offset names no instant and is refused. */
export const instant = z
  .string()
  .regex(isoPattern, 'an RFC 3339 time with an offset')
  .transform((text, context) => {
    const epochMs = Date.parse(text)
    if (epochMs >= 0) return epochMs
    context.issues.push({ code: 'custom', message: 'not a time after 1970', input: text })
    return z.NEVER
  })

/** Text for people: numbers are written out (postal codes), anything else is as good as absent. */
export const looseText = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(null)

export const looseFlag = z.boolean().nullish().catch(null)
