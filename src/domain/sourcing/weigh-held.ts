/**
 * Plans whose units are claimed already, weighed beside what else could be done. A fixed one decides whatever the
 * others come to; a current one stays unless another scores higher, is better by the margin, and breaks no promise that
 * it keeps.
 */
import { arrivalOf } from '../atp/deliver-at.ts'
import { canonicalJson } from '../shared/canonical-json.ts'
import type { CandidatePlan, ConstraintName, SourcedAllocation, SourcedShipment } from './decision.ts'
import { shipmentsOf } from './plan-terms.ts'
import type { StrategyWeights } from './profile.ts'
import type { CurrentPlan } from './request.ts'
import { gainPercent, planRefusal, scorePlans, type Weighed } from './score-plans.ts'
import { type Draft, draftOf, type Field, type Take } from './search-field.ts'

/** Nothing is claimed yet: the best plan first. */
export function weighFree(field: Field, weights: StrategyWeights, drafts: readonly Draft[]): Weighed {
  const all = scorePlans(field, weights, drafts)
  return weighed(all, all.plans, all.feasible)
}

/** The fixed plan first. A strategy that would not have it decides nothing. */
export function weighFixed(
  field: Field,
  weights: StrategyWeights,
  drafts: readonly Draft[],
  fixed: readonly SourcedAllocation[],
): Weighed {
  const held = heldDraft(field, fixed)
  const all = scorePlans(field, weights, withHeld(held, drafts), planRefusal, held)
  const chosen = all.held
  if (chosen === null) return weighed(all, all.plans, 0)
  const plans = [chosen, ...all.plans.filter((plan) => plan !== chosen)]
  return weighed(all, plans, chosen.refused === null ? all.feasible : 0, true)
}

/** The best plan first, where it is better by enough; else the current one. */
export function weighCurrent(
  field: Field,
  weights: StrategyWeights,
  drafts: readonly Draft[],
  current: CurrentPlan,
): Weighed {
  const held = heldDraft(field, current.allocations)
  const refuses = moveRefusal(field, current, held)
  const all = scorePlans(field, weights, withHeld(held, drafts), refuses, held)
  // Where the strategy would not have it any more, whatever it would have is better.
  if (all.held === null || all.held.refused !== null) {
    const plans = all.plans.map((plan) => told(plan, all))
    return weighed(all, plans, all.feasible)
  }
  const from = all.held
  const plans = all.plans.map((plan) =>
    plan === from || plan.refused !== null
      ? told(plan, all)
      : { ...plan, gainPercent: gainPercent(from, plan, weights) },
  )
  const isBetter = ({ refused, score, gainPercent: gain = 0 }: CandidatePlan) =>
    refused === null && score > from.score && gain >= current.marginPercent
  const chosen = plans.find(isBetter) ?? plans.find(({ isCurrent }) => isCurrent === true)
  const chosenFirst = plans.toSorted((left, right) => Number(right === chosen) - Number(left === chosen))
  return weighed(all, chosenFirst, all.feasible, chosen?.isCurrent)
}

/** `plans`: the chosen one first. Ties are told of those that score as it does, and of no others. */
function weighed(
  { refusedPlans, scores }: ReturnType<typeof scorePlans>,
  plans: readonly CandidatePlan[],
  feasible: number,
  isHeld = false,
): Weighed {
  const [chosen] = plans
  const best = feasible === 0 ? undefined : chosen?.score
  const tieOf = (plan: CandidatePlan) => {
    if (plan === chosen || plan.refused !== null || plan.score !== best) return undefined
    return isHeld ? 'held' : plan.lostTieBy
  }
  return {
    plans: plans.map((plan) => {
      const { lostTieBy: _, ...rest } = plan
      const lostTieBy = tieOf(plan)
      return lostTieBy === undefined ? rest : { ...rest, lostTieBy }
    }),
    feasible,
    tied: Math.max(0, scores.filter((score) => score === best).length - 1),
    refusedPlans,
  }
}

const told = (plan: CandidatePlan, { held }: Pick<ReturnType<typeof scorePlans>, 'held'>): CandidatePlan =>
  plan === held ? { ...plan, isCurrent: true } : plan

function withHeld(held: Draft | null, drafts: readonly Draft[]): readonly Draft[] {
  if (held === null) return drafts
  const spelled = spell(held)
  return [held, ...drafts.filter((draft) => spell(draft) !== spelled)]
}

const spell = ({ takes }: Draft) =>
  canonicalJson(takes.map(({ line, place, quantity }) => [line.line.lineId, place, quantity]))

/** Null: one of its places serves the line no more. */
function heldDraft(field: Field, allocations: readonly SourcedAllocation[]): Draft | null {
  const takes = field.lines.flatMap((line) =>
    allocations
      .filter(({ lineId }) => lineId === line.line.lineId)
      .map(({ location, quantity }) => ({ line, quantity, place: placeOf(field, location) }))
      .toSorted((left, right) => left.place - right.place),
  )
  return takes.some(({ line, place }) => line.isOpen[place] !== true) ? null : draftOf(takes)
}

const placeOf = ({ places }: Field, location: string) => places.findIndex((place) => place.location === location)

/** Of a plan as a whole, and of leaving the current one for it. */
function moveRefusal(
  field: Field,
  { allocations, promises, closing }: CurrentPlan,
  held: Draft | null,
): (field: Field, draft: Draft, shipments: readonly SourcedShipment[]) => ConstraintName | null {
  const heldShipments = held === null ? null : shipmentsOf(field, held)
  const latest = promises.map((promise) => {
    const heldMs = held === null || heldShipments === null ? promise.byMs : dateOf(field, held, heldShipments, promise)
    return { ...promise, latestMs: Math.max(promise.byMs, heldMs) }
  })
  const isHeld = ({ line, place, quantity }: Take) =>
    allocations.some(
      (each) =>
        each.lineId === line.line.lineId && placeOf(field, each.location) === place && quantity <= each.quantity,
    )
  const isClosing = (take: Take) => closing.some((location) => placeOf(field, location) === take.place)
  return (_, draft, shipments) => {
    const refused = planRefusal(field, draft, shipments)
    if (refused !== null || draft === held) return refused
    if (draft.takes.some((take) => isClosing(take) && !isHeld(take))) return 'cut_off'
    const breaks = latest.some((promise) => dateOf(field, draft, shipments, promise) > promise.latestMs)
    return breaks ? 'promised_date' : null
  }
}

/** When the last unit of the line is there, or has left; where no service is known it is there when it leaves. */
function dateOf(
  field: Field,
  { takes }: Draft,
  shipments: readonly SourcedShipment[],
  { lineId, dateOf: dateKind }: CurrentPlan['promises'][number],
): number {
  const dates = takes
    .filter(({ line }) => line.line.lineId === lineId)
    .map(({ place }) => {
      const { location, lanes } = field.places[place] ?? { location: null, lanes: [] }
      const shipment = shipments.find((each) => each.location === location)
      if (shipment === undefined || shipment.dispatchAtMs === null) return Number.POSITIVE_INFINITY
      const lane = lanes.find(({ service }) => service === shipment.service)
      if (dateKind === 'departure' || lane === undefined) return shipment.dispatchAtMs
      return arrivalOf(lane, shipment.dispatchAtMs).atMs
    })
  return Math.max(0, ...dates)
}
