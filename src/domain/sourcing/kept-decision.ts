/**
 * A decision as an order keeps it: why, in a bounded size, and the request behind it, so that deciding again can be
 * compared. What cannot have mattered is dropped first.
 */
import { canonicalJson } from '../shared/canonical-json.ts'
import { decideSourcing } from './decide-sourcing.ts'
import type { CandidatePlan, SourcingDecision, StrategyAttempt } from './decision.ts'
import type { SourcingRequest } from './request.ts'

export type KeptDecision = SourcingDecision & {
  /** Null: too large to keep with every order. */
  readonly request: SourcingRequest | null
}

/** A wide order over a wide network; most are a tenth of it. */
const requestCharsMax = 60_000
const decisionCharsMax = 60_000

export function keptDecision(request: SourcingRequest, decision: SourcingDecision): KeptDecision {
  const needed = withoutBystanders(request)
  const fits = canonicalJson(needed).length <= requestCharsMax
  return { ...bounded(decision), request: fits ? needed : null }
}

/** `not_kept`: nothing to decide from. */
export function rerun({ request, ...kept }: KeptDecision): 'same' | 'different' | 'not_kept' {
  if (request === null) return 'not_kept'
  const again = decideSourcing(request)
  return again.strategy === kept.strategy && samePlan(again.plan, kept.plan) ? 'same' : 'different'
}

function samePlan(left: CandidatePlan | null, right: CandidatePlan | null): boolean {
  const spell = (plan: CandidatePlan | null) =>
    plan === null ? null : { allocations: plan.allocations, unplanned: plan.unplanned, score: plan.score }
  return canonicalJson(spell(left)) === canonicalJson(spell(right))
}

/** A place without stock of any line serves none: it is named in the refusals, and that is all there is to it. */
function withoutBystanders(request: SourcingRequest): SourcingRequest {
  const candidates = request.candidates
    .map((candidate) => ({ ...candidate, figures: candidate.figures.filter(hasUnits) }))
    .filter(({ figures }) => figures.length > 0)
  return { ...request, candidates }
}

function hasUnits({ available, anyAge = 0 }: SourcingRequest['candidates'][number]['figures'][number]): boolean {
  return available > 0 || anyAge > 0
}

/** Of a decision that is too large the chosen plan is kept, and what the others came to without their pieces. */
function bounded(decision: SourcingDecision): SourcingDecision {
  if (canonicalJson(decision).length <= decisionCharsMax) return decision
  const [attempts, plan] = [decision.attempts.map(withoutPieces), decision.plan]
  const lean = { ...decision, attempts }
  if (canonicalJson(lean).length <= decisionCharsMax || plan === null) return lean
  return { ...lean, plan: { ...plan, allocations: [], unplanned: [] } }
}

function withoutPieces(attempt: StrategyAttempt): StrategyAttempt {
  return { ...attempt, plans: attempt.plans.map((plan) => ({ ...plan, allocations: [], unplanned: [] })) }
}
