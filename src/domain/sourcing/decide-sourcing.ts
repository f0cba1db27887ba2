/**
 * From a request to a decision: strategies are tried in order, the first that is for this order and finds a feasible
 * plan decides. Pure: the same request gives the same decision, in whatever order its members are named.
 */
import { refusalsKeptMax, statesMax, statesMin } from './bounds.ts'
import type { SourcingDecision, StrategyAttempt } from './decision.ts'
import { shipmentsOf } from './plan-terms.ts'
import type { Strategy } from './profile.ts'
import { inOrder } from './refuse-locations.ts'
import type { SourcingRequest } from './request.ts'
import { planRefusal, type Weighed } from './score-plans.ts'
import { type Draft, type Field, fieldOf } from './search-field.ts'
import { searchPlans } from './search-plans.ts'
import { unmetCondition } from './unmet-condition.ts'
import { weighCurrent, weighFixed, weighFree } from './weigh-held.ts'

export function decideSourcing(asked: SourcingRequest): SourcingDecision {
  const request = inOrder(asked)
  const attempts: StrategyAttempt[] = []
  let states = statesMax
  for (const strategy of request.profile.strategies) {
    const attempt = attemptWith(strategy, request, states)
    attempts.push(attempt)
    if (attempt.unmet === null) states = Math.max(statesMin, states / 2)
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

function attemptWith(
  { id, when, constraints, weights }: Strategy,
  request: SourcingRequest,
  states: number,
): StrategyAttempt {
  const unmet = unmetCondition(when, request)
  if (unmet !== null) return { strategy: id, unmet, ...nothingTried }
  const { field, refusals } = fieldOf(request, constraints)
  const isFeasible = (draft: Draft) => planRefusal(field, draft, shipmentsOf(field, draft)) === null
  const { drafts, explored, boundReached } = searchPlans(field, weights, isFeasible, states)
  const found = weigh(field, weights, drafts)
  return { strategy: id, unmet, refusals: refusals.slice(0, refusalsKeptMax), ...found, explored, boundReached }
}

function weigh(field: Field, weights: Strategy['weights'], drafts: readonly Draft[]): Weighed {
  const { fixed, current } = field.request
  if (fixed !== undefined) return weighFixed(field, weights, drafts, fixed)
  return current === undefined ? weighFree(field, weights, drafts) : weighCurrent(field, weights, drafts, current)
}

const nothingTried = {
  refusals: [],
  plans: [],
  feasible: 0,
  tied: 0,
  refusedPlans: {},
  explored: 0,
  boundReached: false,
} as const
