/** What was decided and why: every plan that was looked at with its terms, every refusal with what was in the way. */
import type { LineId, LocationId } from '../shared/ids.ts'
import type { StrategyConditions, StrategyWeights } from './profile.ts'

export type Term = keyof StrategyWeights
export type ConditionName = keyof StrategyConditions

/** What may stand in the way of a location, of a line at a location, or of a plan. */
export type ConstraintName =
  | 'excluded_location'
  | 'location_kind'
  | 'location_down'
  /** It does not answer; nothing else spoke against it. */
  | 'location_silent'
  | 'entity'
  | 'region'
  | 'delivery_method'
  | 'zone'
  | 'currency'
  | 'calendar'
  | 'dispatch_time'
  | 'capacity'
  | 'requirements'
  | 'turned_down'
  | 'shelf_life'
  | 'stock'
  | 'max_splits'
  | 'shipment_value'
  | 'on_time'
  | 'whole_order'
  /** Another plan serves more units. */
  | 'coverage'
  /** It would break a promise that the plan which is held keeps, or be later than both. */
  | 'promised_date'
  /** The day of a location that it would move to closes too soon. */
  | 'cut_off'

export type LocationRefusal = {
  readonly location: LocationId
  /** Null: the location as a whole. */
  readonly lineId: LineId | null
  readonly constraint: ConstraintName
}

export type SourcedAllocation = { readonly lineId: LineId; readonly location: LocationId; readonly quantity: number }

export type SourcedShipment = {
  readonly location: LocationId
  readonly service: string | null
  /** Null: no rate is known for it. */
  readonly costMinor: number | null
  readonly grams: number
  readonly valueMinor: number
  readonly dispatchAtMs: number | null
  readonly onTime: number
}

/** Why a plan goes before another of the same score, by what is asked first. */
export type TieBreak =
  /** Its units are claimed already. */
  | 'held'
  | 'fewest_parcels'
  /** Its locations have the lower priority figure. */
  | 'priority'
  /** Fewer lines are spread over several locations. */
  | 'fewest_pieces'
  /** Nothing speaks for either: the order of the ids, so that it is always the same one. */
  | 'stable_order'

/** `raw` null: unknown, which counts as the worst that is known. `weighted` is what the score takes of it. */
export type TermValue = { readonly raw: number | null; readonly normalised: number; readonly weighted: number }

export type CandidatePlan = {
  readonly allocations: readonly SourcedAllocation[]
  readonly unplanned: readonly { readonly lineId: LineId; readonly quantity: number }[]
  readonly shipments: readonly SourcedShipment[]
  readonly terms: Readonly<Record<Term, TermValue>>
  readonly score: number
  /** Null: feasible. */
  readonly refused: ConstraintName | null
  /** An earlier plan holds it. */
  readonly isCurrent?: true
  /** How much better it is than that one. */
  readonly gainPercent?: number
  /** It scores as the chosen one does, which goes before it by this. */
  readonly lostTieBy?: TieBreak
}

export type StrategyAttempt = {
  readonly strategy: string
  /** The first condition that the order does not meet; the strategy was then not tried. */
  readonly unmet: ConditionName | null
  readonly refusals: readonly LocationRefusal[]
  /** The best of the feasible ones, the chosen one first, then some of the refused ones. */
  readonly plans: readonly CandidatePlan[]
  readonly feasible: number
  /** Feasible plans that score as the chosen one does, that one left out. Absent: decided before ties were told. */
  readonly tied?: number
  /** Plans refused, by what was in the way. */
  readonly refusedPlans: Readonly<Partial<Record<ConstraintName, number>>>
  readonly explored: number
  /** True: there were more plans than the search may look at, and the best may be among those it did not. */
  readonly boundReached: boolean
}

export type SourcingDecision = {
  readonly profile: { readonly id: string; readonly version: number | null }
  readonly configVersion: string
  readonly decidedAtMs: number
  /** Null: no strategy found a plan. */
  readonly strategy: string | null
  readonly plan: CandidatePlan | null
  readonly attempts: readonly StrategyAttempt[]
}
