/** Judges every plan found, weighs those that are feasible, and says which is best. */
import { feasibleKeptMax, refusedKeptMax } from './bounds.ts'
import type { CandidatePlan, ConstraintName, SourcedShipment, StrategyAttempt, Term, TermValue } from './decision.ts'
import { normalised, rounded } from './normalised.ts'
import { type RawTerms, rawTerms, shipmentsOf } from './plan-terms.ts'
import type { StrategyConstraints, StrategyWeights } from './profile.ts'
import { byRank, tieBreak } from './rank-plans.ts'
import type { Draft, Field } from './search-field.ts'

/** `score = w_sla·P(on time) + w_margin·margin − w_ship·cost − w_split·(n−1) − w_cap·utilisation² − …` */
const effects: Readonly<Record<Term, { readonly sign: 1 | -1; readonly better: 'more' | 'less' }>> = {
  sla: { sign: 1, better: 'more' },
  margin: { sign: 1, better: 'more' },
  ship: { sign: -1, better: 'less' },
  split: { sign: -1, better: 'less' },
  capacity: { sign: -1, better: 'less' },
  stockout: { sign: -1, better: 'less' },
  priority: { sign: -1, better: 'less' },
}
const terms = Object.keys(effects) as Term[]

type Judged = {
  readonly draft: Draft
  readonly shipments: readonly SourcedShipment[]
  readonly refused: ConstraintName | null
}
type Scored = Judged & { readonly values: CandidatePlan['terms']; readonly score: number }

/** The constraint that a plan as a whole breaks, or null. */
export function planRefusal(field: Field, draft: Draft, shipments: readonly SourcedShipment[]): ConstraintName | null {
  const { constraints, request } = field
  if (!field.partial && draft.units < field.demanded) return 'whole_order'
  if (shipments.length > field.placesMax) return 'max_splits'
  if (isWorthTooLittle(constraints, request.order.currency, shipments)) return 'shipment_value'
  const onTime = shipments.reduce((product, shipment) => product * shipment.onTime, 1)
  return rounded(onTime) * 100 < constraints.onTimePercentMin ? 'on_time' : null
}

export type Weighed = Pick<StrategyAttempt, 'plans' | 'feasible' | 'refusedPlans' | 'tied'>

/**
 * `held`, one of the drafts or null, is among the plans kept, whatever it comes to. `scores` are those of all that are
 * feasible, best first.
 */
export function scorePlans(
  field: Field,
  weights: StrategyWeights,
  drafts: readonly Draft[],
  refuses = planRefusal,
  held: Draft | null = null,
): Omit<Weighed, 'tied'> & { readonly held: CandidatePlan | null; readonly scores: readonly number[] } {
  const judged = drafts.map((draft): Judged => {
    const shipments = shipmentsOf(field, draft)
    return { draft, shipments, refused: refuses(field, draft, shipments) }
  })
  const most = Math.max(0, ...judged.map(({ draft, refused }) => (refused === null ? draft.units : 0)))
  const all = judged.map((plan): Judged => {
    return plan.refused === null && plan.draft.units < most ? { ...plan, refused: 'coverage' } : plan
  })
  const feasible = all.filter(({ refused }) => refused === null)
  const refused = all.filter((plan) => plan.refused !== null)
  const ranked = ordered(scored(field, weights, feasible))
  const why = Map.groupBy(refused, (plan) => plan.refused)
  const first = ranked.filter(({ draft }, at) => at < feasibleKeptMax || draft === held)
  const kept = [...first, ...refusedKept(field, weights, refused, held)]
  const [leader] = ranked
  const plans = kept.map((plan) =>
    leader === undefined || plan === leader || plan.refused !== null || plan.score < leader.score
      ? told(field, plan)
      : { ...told(field, plan), lostTieBy: tieBreak(field, leader.draft, plan.draft) },
  )
  return {
    plans,
    scores: ranked.map(({ score }) => score),
    held: plans[kept.findIndex(({ draft }) => draft === held)] ?? null,
    feasible: feasible.length,
    refusedPlans: Object.fromEntries([...why].map(([constraint, plans]) => [constraint, plans.length]).sort()),
  }
}

/** Those that came nearest: most units, and what a person would try first. */
function refusedKept(
  field: Field,
  weights: StrategyWeights,
  refused: readonly Judged[],
  held: Draft | null,
): readonly Scored[] {
  const nearest = refused.toSorted(
    (left, right) => right.draft.units - left.draft.units || byRank(left.draft, right.draft),
  )
  const kept = nearest.filter(({ draft }, at) => at < refusedKeptMax || draft === held)
  return scored(field, weights, kept)
}

function scored(field: Field, weights: StrategyWeights, plans: readonly Judged[]): readonly Scored[] {
  const raws = plans.map(({ draft, shipments }) => rawTerms(field, draft, shipments))
  const columns = Object.fromEntries(
    terms.map((term) => [
      term,
      normalised(
        raws.map((raw) => raw[term]),
        effects[term].better,
      ),
    ]),
  )
  return plans.map((plan, at) => {
    const values = valuesOf(raws[at], weights, (term) => columns[term]?.[at] ?? 0)
    return { ...plan, values, score: rounded(terms.reduce((sum, term) => sum + values[term].weighted, 0)) }
  })
}

function valuesOf(
  raws: RawTerms | undefined,
  weights: StrategyWeights,
  share: (term: Term) => number,
): CandidatePlan['terms'] {
  const value = (term: Term): TermValue => {
    const size = rounded(weights[term] * share(term))
    // Zero has no sign, so that it reads the same everywhere.
    return { raw: raws?.[term] ?? null, normalised: share(term), weighted: size === 0 ? 0 : effects[term].sign * size }
  }
  return {
    sla: value('sla'),
    margin: value('margin'),
    ship: value('ship'),
    split: value('split'),
    capacity: value('capacity'),
    stockout: value('stockout'),
    priority: value('priority'),
  }
}

/** Term by term against the larger of the two figures, each by its share of the weights. What is unknown is worst. */
export function gainPercent(from: CandidatePlan, to: CandidatePlan, weights: StrategyWeights): number {
  const all = terms.reduce((sum, term) => sum + weights[term], 0)
  const gain = terms.reduce((sum, term) => sum + weights[term] * gainOf(term, from, to), 0)
  return all === 0 ? 0 : rounded((100 * gain) / all)
}

function gainOf(term: Term, from: CandidatePlan, to: CandidatePlan): number {
  const [before, after] = [from.terms[term].raw, to.terms[term].raw]
  if (before === null || after === null) return Number(before === null) - Number(after === null)
  const most = Math.max(Math.abs(before), Math.abs(after))
  const change = most === 0 ? 0 : Math.max(-1, Math.min(1, (after - before) / most))
  return effects[term].better === 'more' ? change : -change
}

function ordered(plans: readonly Scored[]): readonly Scored[] {
  return plans.toSorted((left, right) => right.score - left.score || byRank(left.draft, right.draft))
}

function isWorthTooLittle(
  { shipmentValueMin }: StrategyConstraints,
  currency: string,
  shipments: readonly SourcedShipment[],
): boolean {
  if (shipmentValueMin === null || shipmentValueMin.currency !== currency || shipments.length < 2) return false
  return shipments.some(({ valueMinor }) => valueMinor < shipmentValueMin.amountMinor)
}

function quantityOf(draft: Draft, lineId: string): number {
  return draft.takes.reduce((sum, { line, quantity }) => sum + (line.line.lineId === lineId ? quantity : 0), 0)
}

function told(field: Field, { draft, shipments, refused, values, score }: Scored): CandidatePlan {
  const allocations = draft.takes
    .map(({ line, place, quantity }) => ({ lineId: line.line.lineId, place, quantity }))
    .toSorted((left, right) =>
      left.lineId < right.lineId ? -1 : left.lineId > right.lineId ? 1 : left.place - right.place,
    )
    .flatMap(({ lineId, place, quantity }) => {
      const location = field.places[place]?.location
      return location === undefined ? [] : [{ lineId, location, quantity }]
    })
  const unplanned = field.request.lines.flatMap(({ lineId, quantity }) => {
    const left = quantity - quantityOf(draft, lineId)
    return left > 0 ? [{ lineId, quantity: left }] : []
  })
  return { allocations, unplanned, shipments, terms: values, score, refused }
}
