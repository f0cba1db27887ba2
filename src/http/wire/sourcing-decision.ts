/** A sourcing decision as it is told: every plan with its terms, every refusal with what was in the way. */
import { z } from '@hono/zod-openapi'
import type { CandidatePlan, SourcingDecision, StrategyAttempt } from '../../domain/sourcing/decision.ts'
import { instantOutSchema, rfc3339, rfc3339OrNull } from './instant.ts'

const termSchema = z
  .object({
    raw: z.number().nullable().openapi({ description: 'Null: unknown, which counts as the worst that is known' }),
    normalised: z
      .number()
      .openapi({ description: '0 to 1 over the feasible plans; of a refused one over the refused that are told' }),
    weighted: z.number().openapi({ description: 'What the score takes of it' }),
  })
  .openapi('SourcingTerm')

const unitsSchema = z.object({ lineId: z.string(), quantity: z.int() })

const planSchema = z
  .object({
    allocations: z.array(unitsSchema.extend({ location: z.string() })),
    unplanned: z.array(unitsSchema).openapi({ description: 'Units that the plan leaves out' }),
    shipments: z.array(
      z.object({
        location: z.string(),
        service: z.string().nullable(),
        costMinor: z.int().nullable(),
        grams: z.int(),
        valueMinor: z.int(),
        dispatchAt: instantOutSchema.nullable(),
        onTime: z.number().openapi({ description: 'Probability of arriving by the promised date' }),
      }),
    ),
    terms: z.object({
      sla: termSchema,
      margin: termSchema,
      ship: termSchema,
      split: termSchema,
      capacity: termSchema,
      stockout: termSchema,
      priority: termSchema,
    }),
    score: z.number(),
    refused: z.string().nullable().openapi({ description: 'The binding constraint; null: the plan is feasible' }),
    current: z.boolean().openapi({ description: 'An earlier plan holds it, and this decision is whether it stays' }),
    gainPercent: z.number().nullable().openapi({ description: 'How much better it is than the current one' }),
    lostTieBy: z
      .enum(['held', 'fewest_parcels', 'priority', 'fewest_pieces', 'stable_order'])
      .nullable()
      .openapi({
        description:
          'It scores as the chosen plan does, which goes before it by this: `held` its units are claimed already, ' +
          '`fewest_parcels` fewer shipments, `priority` locations of lower priority figure, `fewest_pieces` fewer lines ' +
          'over several locations, `stable_order` nothing but the order of the ids. Null: another score, or the chosen one',
      }),
  })
  .openapi('SourcingPlan')

const attemptSchema = z
  .object({
    strategy: z.string(),
    unmet: z.string().nullable().openapi({ description: 'The condition that the order does not meet' }),
    refusals: z.array(z.object({ location: z.string(), lineId: z.string().nullable(), constraint: z.string() })),
    plans: z.array(planSchema).openapi({ description: 'The best feasible ones, best first, then some refused ones' }),
    feasible: z.int(),
    tied: z.int().openapi({ description: 'Feasible plans that score as the chosen one does, that one left out' }),
    refusedPlans: z.record(z.string(), z.int()).openapi({ description: 'Plans refused, by what was in the way' }),
    explored: z.int(),
    boundReached: z.boolean().openapi({ description: 'There were more plans than may be looked at' }),
  })
  .openapi('SourcingAttempt')

export const sourcingDecisionSchema = z
  .object({
    profile: z.object({ id: z.string(), version: z.int().nullable() }),
    configVersion: z.string(),
    decidedAt: instantOutSchema,
    strategy: z.string().nullable().openapi({ description: 'Null: no strategy found a plan' }),
    plan: planSchema.nullable(),
    attempts: z.array(attemptSchema),
  })
  .openapi('SourcingDecision')

export function sourcingDocument(decision: SourcingDecision): z.infer<typeof sourcingDecisionSchema> {
  const { profile, configVersion, decidedAtMs, strategy, plan, attempts } = decision
  return {
    profile: { id: profile.id, version: profile.version },
    configVersion,
    decidedAt: rfc3339(decidedAtMs),
    strategy,
    plan: plan === null ? null : planDocument(plan),
    attempts: attempts.map(attemptDocument),
  }
}

function attemptDocument(attempt: StrategyAttempt): z.infer<typeof attemptSchema> {
  const refusedPlans: Record<string, number> = {}
  for (const [constraint, plans] of Object.entries(attempt.refusedPlans)) refusedPlans[constraint] = plans ?? 0
  const { refusals, plans, tied = 0 } = attempt
  return { ...attempt, tied, refusals: [...refusals], plans: plans.map(planDocument), refusedPlans }
}

function planDocument({ allocations, unplanned, shipments, terms, ...rest }: CandidatePlan) {
  const { score, refused, isCurrent = false, gainPercent = null, lostTieBy = null } = rest
  const told = shipments.map(({ dispatchAtMs, ...shipment }) => ({
    ...shipment,
    dispatchAt: rfc3339OrNull(dispatchAtMs),
  }))
  const where = { allocations: [...allocations], unplanned: [...unplanned], shipments: told }
  return { ...where, terms, score, refused, current: isCurrent, gainPercent, lostTieBy }
}
