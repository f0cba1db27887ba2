/** Backorders as they go over the wire: what is waited for, and the supply it is matched to. */
import { z } from '@hono/zod-openapi'
import type { MatchedUnits } from '../../domain/atp/match-backorders.ts'
import { instantOutSchema, rfc3339, rfc3339OrNull } from './instant.ts'

const matchedSchema = z
  .object({
    location: z.string(),
    supplyId: z.string().nullable().openapi({ description: 'Null: units on hand, offered to it now' }),
    quantity: z.int().openapi({ description: 'Base units' }),
    dueAt: instantOutSchema.nullable().openapi({ description: 'As it is announced' }),
    expectedAt: instantOutSchema.openapi({ description: 'Later than announced while it is overdue' }),
    confidencePercent: z.int(),
  })
  .openapi('MatchedSupply')

export const lineBackorderSchema = z
  .object({
    matched: z.array(matchedSchema.extend({ sku: z.string() })),
    missing: z
      .int()
      .openapi({ description: 'Base units that nothing which is announced, and keeps long enough, covers' }),
    expectedAt: instantOutSchema.nullable().openapi({ description: 'Of the last unit; null while some are missing' }),
  })
  .openapi('LineBackorder')

export const backorderSchema = z
  .object({
    orderId: z.string(),
    quantity: z.int().openapi({ description: 'Base units' }),
    priority: z.int(),
    since: instantOutSchema,
    locations: z.array(z.string()).openapi({ description: 'Where it stands in line' }),
    matched: z.array(matchedSchema),
    missing: z.int(),
    expectedAt: instantOutSchema.nullable(),
  })
  .openapi('Backorder')

export const matchedDocument = ({ location, supplyId, units, dueAtMs, ...matched }: MatchedUnits) => ({
  ...{ location, supplyId, quantity: units, confidencePercent: matched.confidencePercent },
  dueAt: rfc3339OrNull(dueAtMs),
  expectedAt: rfc3339(matched.expectedAtMs),
})
