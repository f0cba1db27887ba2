/** What `GET /v1/atp` may be asked, and how it is read. */
import { z } from '@hono/zod-openapi'
import { deliveryMethods } from '../../domain/config/promising.ts'
import type { ShipToRegion } from '../../domain/config/serves-region.ts'
import { slugSchema } from '../../domain/config/slug.ts'
import { skuSchema } from '../../domain/order/canonical-order.ts'
import { instantSchema } from './instant.ts'
import { wholeNumber } from './whole-number.ts'

const skusMax = 100
/** Positions push each change, so this only limits what a lost push may cost. */
const stalenessDefaultMs = 5_000

const oneOrMany = (value: unknown) => (Array.isArray(value) ? value : [value])
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')

/** `US` or `US-94107`: the country, then the postal code as it is written. */
const shipToSchema = z
  .string()
  .regex(/^[A-Z]{2}(-[A-Za-z0-9][A-Za-z0-9 -]{0,31})?$/, 'a country, or country-postal code, such as US-94107')
  .transform((text): ShipToRegion => {
    const postalCode = text.slice(3)
    return { country: text.slice(0, 2), region: null, postalCode: postalCode === '' ? null : postalCode }
  })

export const atpQuerySchema = z.strictObject({
  sku: z
    .preprocess(oneOrMany, z.array(skuSchema).min(1).max(skusMax))
    .openapi({ type: 'array', items: { type: 'string' }, description: 'Repeat for several', example: ['ROPE-10'] }),
  channel: slugSchema.optional().openapi({
    description: 'Only locations of its network count, and its thresholds, exclusions, caps and group hold',
  }),
  quantity: wholeNumber(1, 1_000_000)
    .optional()
    .openapi({
      description:
        'Asks for a promise of so many. By itself it costs one call a SKU and reckons with calendars only; with `by` or ' +
        '`shipTo` also with the room of the locations’ days and with locations that are out of service',
    }),
  by: instantSchema
    .optional()
    .openapi({ description: 'When they are wanted at the latest; `quantity` is 1 if absent' }),
  shipTo: shipToSchema
    .optional()
    .openapi({ type: 'string', description: 'Only locations that serve it count', example: 'US-94107' }),
  deliveryMethod: z
    .preprocess(oneOrMany, z.array(z.enum(deliveryMethods)).min(1).max(deliveryMethods.length))
    .optional()
    .openapi({
      type: 'array',
      items: { type: 'string', enum: [...deliveryMethods] },
      description: 'Of several, the one that needs the most safety stock decides',
    }),
  goodForDays: wholeNumber(0, 36_500)
    .default(0)
    .openapi({ description: 'How long the units have to keep after the date' }),
  explain: flag.openapi({ type: 'string', enum: ['true', 'false'], description: 'Every term, with its source' }),
  maxStalenessMs: wholeNumber(0, 3_600_000)
    .default(stalenessDefaultMs)
    .openapi({ description: '0 reads the positions themselves' }),
  asOf: instantSchema.optional().openapi({ description: 'By the stock and the configuration of then' }),
})
export type AtpQuery = z.infer<typeof atpQuerySchema>
