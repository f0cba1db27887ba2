/** What tells units of a position apart: lots, what is to come, what is promised for later, what is protected. */
import { z } from '@hono/zod-openapi'
import type { PositionFigures } from '../../domain/atp/position-figures.ts'
import type { LotView } from '../../domain/stock/stock-command.ts'
import { instantOutSchema, rfc3339, rfc3339OrNull } from './instant.ts'

const until = instantOutSchema.nullable()

export const tracedSchema = {
  lots: z
    .array(
      z.object({ lotId: z.string(), units: z.int(), goodUntil: until, status: z.string(), isBlocked: z.boolean() }),
    )
    .openapi({
      description: 'First expired first. Blocked units are on hand, in `qualityControl`, and promised to nobody',
    }),
  supply: z
    .array(
      z.object({
        supplyId: z.string(),
        type: z.string(),
        units: z.int(),
        dueAt: instantOutSchema,
        confidencePercent: z.int(),
        goodUntil: until,
      }),
    )
    .openapi({ description: 'Announced and still to come' }),
  demand: z
    .array(z.object({ dueAt: instantOutSchema, goodUntil: until, units: z.int() }))
    .openapi({ description: 'Promised for a later date' }),
  protections: z
    .array(
      z.object({
        group: z.string(),
        units: z.int(),
        releaseAt: until,
        lendsTo: z.array(z.object({ group: z.string(), units: z.int() })),
      }),
    )
    .openapi({ description: 'What is left for each channel group, and what of it others may still borrow' }),
}
type Traced = { [Name in keyof typeof tracedSchema]: z.infer<(typeof tracedSchema)[Name]> }

export function tracedDocument(lots: readonly LotView[], figures: PositionFigures | null): Traced {
  return {
    lots: lots.map(({ goodUntilMs, ...lot }) => ({ ...lot, goodUntil: rfc3339OrNull(goodUntilMs) })),
    supply: (figures?.supplies ?? []).map(({ supplyId, type, units, dueAtMs, confidencePercent, goodUntilMs }) => ({
      ...{ supplyId, type, units, confidencePercent },
      dueAt: rfc3339(dueAtMs),
      goodUntil: rfc3339OrNull(goodUntilMs),
    })),
    demand: (figures?.demands ?? []).map(({ dueAtMs, goodUntilMs, units }) => {
      return { dueAt: rfc3339(dueAtMs), goodUntil: rfc3339OrNull(goodUntilMs), units }
    }),
    protections: (figures?.protections ?? []).map(({ group, units, releaseAtMs, lendsTo }) => {
      return { group, units, releaseAt: rfc3339OrNull(releaseAtMs), lendsTo: lendsTo.map((loan) => ({ ...loan })) }
    }),
  }
}
