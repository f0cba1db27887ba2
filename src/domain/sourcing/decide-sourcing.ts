/**
 * From a request to a decision: strategies are tried in order, the first that is for this order and finds a feasible
 * plan decides. Pure: the same request gives the same decision, in whatever order its members are named.
 */
import { canonicalJson } from '../shared/canonical-json.ts'
import { refusalsKeptMax } from './bounds.ts'
import type { CandidatePlan, SourcedAllocation, SourcingDecision, StrategyAttempt } from './decision.ts'
import { shipmentsOf } from './plan-terms.ts'
import type { Strategy } from './profile.ts'
import { inOrder } from './refuse-locations.ts'
import type { SourcingRequest } from './request.ts'
import { planRefusal, scorePlans, type Weighed } from './score-plans.ts'
import { type Draft, draftOf, type Field, fieldOf } from './search-field.ts'
import { searchPlans } from './search-plans.ts'
import { unmetCondition } from './unmet-condition.ts'

export function decideSourcing(asked: SourcingRequest): SourcingDecision {
  const request = inOrder(asked)
  const attempts: StrategyAttempt[] = []
  for (const strategy of request.profile.strategies) {
    const attempt = attemptWith(strategy, request)
    attempts.push(attempt)
    if (attempt.feasible > 0) break
  }
  const last = attempts.at(-1)
  const plan = last !== undefined && last.feasible > 0 ? (last.plans[0] ?? null) : null
  return {
    profile: { id: request.profile.id, version: request.profileVersion },
    configVersion: request.configVersion,
    decidedAtMs: request.nowMs,
    strategy: plan === null ? null : (last?.strategy ?? null),
    plan,
    attempts,
  }
}

function attemptWith({ id, when, constraints, weights }: Strategy, request: SourcingRequest): StrategyAttempt {
  const unmet = unmetCondition(when, request)
  if (unmet !== null) return { strategy: id, unmet, ...nothingTried }
  const { field, refusals } = fieldOf(request, constraints)
  const isFeasible = (draft: Draft) => planRefusal(field, draft, shipmentsOf(field, draft)) === null
  const { drafts, explored, boundReached } = searchPlans(field, weights, isFeasible)
  const found = request.fixed === undefined ? scorePlans(field, weights, drafts) : weighFixed(field, weights, drafts)
  return { strategy: id, unmet, refusals: refusals.slice(0, refusalsKeptMax), ...found, explored, boundReached }
}

/** The fixed plan first. A strategy that would not have it decides nothing. */
function weighFixed(field: Field, weights: Strategy['weights'], drafts: readonly Draft[]): Weighed {
  const fixed = fixedDraft(field)
  const others = scorePlans(field, weights, drafts)
  if (fixed === null) return { ...others, feasible: 0 }
  const spelled = spell(fixed)
  const all = scorePlans(field, weights, [fixed, ...drafts.filter((draft) => spell(draft) !== spelled)])
  const isFixed = (plan: CandidatePlan) => canonicalJson(plan.allocations) === canonicalJson(inLineOrder(field))
  const chosen = all.plans.find(isFixed) ?? scorePlans(field, weights, [fixed]).plans[0]
  if (chosen === undefined) return { ...all, feasible: 0 }
  const plans = [chosen, ...all.plans.filter((plan) => !isFixed(plan))]
  return { ...all, plans, feasible: chosen.refused === null ? all.feasible : 0 }
}

/** Null: one of its places serves the line no more. */
function fixedDraft(field: Field): Draft | null {
  const takes = field.lines.flatMap((line) =>
    inLineOrder(field)
      .filter(({ lineId }) => lineId === line.line.lineId)
      .map(({ location, quantity }) => ({
        line,
        quantity,
        place: field.places.findIndex((place) => place.location === location),
      })),
  )
  return takes.some(({ line, place }) => line.isOpen[place] !== true) ? null : draftOf(takes)
}

/** As plans name their pieces. */
function inLineOrder({ request, places }: Field): readonly SourcedAllocation[] {
  const rank = ({ location }: SourcedAllocation) => places.findIndex((place) => place.location === location)
  return (request.fixed ?? []).toSorted((left, right) =>
    left.lineId < right.lineId ? -1 : left.lineId > right.lineId ? 1 : rank(left) - rank(right),
  )
}

const spell = ({ takes }: Draft) =>
  canonicalJson(takes.map(({ line, place, quantity }) => [line.line.lineId, place, quantity]))

const nothingTried = {
  refusals: [],
  plans: [],
  feasible: 0,
  refusedPlans: {},
  explored: 0,
  boundReached: false,
} as const
