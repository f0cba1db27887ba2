/**
 * An order as it was planned beside what another profile would have made of exactly the same request. Pure: it has no
 * effect on the order, and doing it again gives the same figures.
 */
import { canonicalJson } from '../shared/canonical-json.ts'
import { shardOf } from '../shared/shard-of.ts'
import { decideSourcing } from './decide-sourcing.ts'
import type { CandidatePlan, SourcingDecision } from './decision.ts'
import type { SourcingProfile } from './profile.ts'
import type { SourcingRequest } from './request.ts'

/** Null: unknown, or nothing could be planned. Money in the order's currency. */
export type PlanFigures = {
  readonly strategy: string | null
  readonly costMinor: number | null
  readonly splits: number | null
  /** Probability that everything arrives on time. */
  readonly onTime: number | null
  readonly marginMinor: number | null
  readonly unplannedUnits: number
}
export type ShadowComparison = {
  readonly samePlan: boolean
  readonly currency: string
  readonly active: PlanFigures
  readonly shadow: PlanFigures
}

/** By the order's id: an order that is planned again stays in the sample or out of it. */
export const isSampled = (orderId: string, samplePercent: number): boolean => shardOf(orderId, 100) < samplePercent

export function compareShadow(request: SourcingRequest, profile: SourcingProfile): ShadowComparison {
  const active = decideSourcing(request)
  const shadow = decideSourcing({ ...request, profile, profileVersion: null })
  return {
    samePlan: canonicalJson(pieces(active.plan)) === canonicalJson(pieces(shadow.plan)),
    currency: request.order.currency,
    active: figuresOf(active, request),
    shadow: figuresOf(shadow, request),
  }
}

function pieces(plan: CandidatePlan | null) {
  return plan === null ? null : { allocations: plan.allocations, unplanned: plan.unplanned }
}

function figuresOf({ plan, strategy }: SourcingDecision, { lines }: SourcingRequest): PlanFigures {
  const nothing = { strategy, costMinor: null, splits: null, onTime: null, marginMinor: null }
  if (plan === null) return { ...nothing, unplannedUnits: lines.reduce((sum, { quantity }) => sum + quantity, 0) }
  const { ship, split, sla, margin } = plan.terms
  return {
    strategy,
    costMinor: ship.raw,
    splits: split.raw,
    onTime: sla.raw,
    marginMinor: margin.raw,
    unplannedUnits: plan.unplanned.reduce((sum, { quantity }) => sum + quantity, 0),
  }
}
