/** What a line was promised, and how that stands: one promise a line, the newest one taken. */
import type { DateOf } from '../atp/deliver-at.ts'
import type { BreachReason } from '../atp/predict-breach.ts'
import type { LineId } from '../shared/ids.ts'
import { pendingUnitsOf } from './line-moves.ts'
import type { LineState, OrderState } from './order-state.ts'

/** `withdrawn`: the units were cancelled before they left. */
export type PromiseStanding = 'open' | 'at_risk' | 'kept' | 'broken' | 'withdrawn'

export type TakenPromise = {
  readonly lineId: LineId
  /** Ordered units. */
  readonly quantity: number
  readonly byMs: number
  /** Whether the buyer has it by then, or it has left by then; absent: as it was said, by when it has left. */
  readonly dateOf?: DateOf
  /**
   * `quoted`: by an answer of ours, with a plan. `named`: the order came with the date alone. `planned`: nobody asked,
   * and it is what the first plan that was held comes to.
   */
  readonly source: 'quoted' | 'named' | 'planned'
  /** When the last of it was to leave; absent: nobody said. */
  readonly departsAtMs?: number
  /** Null: nobody has said. */
  readonly confidencePercent: number | null
  /** Base units by place, as it was promised; the position's version is what it rests on. */
  readonly plan: readonly {
    readonly sku: string
    readonly location: string
    readonly quantity: number
    readonly version: number
  }[]
  readonly configVersion: string | null
}
export type PromiseReview = {
  readonly lineId: LineId
  readonly standing: PromiseStanding
  readonly expectedAtMs: number | null
  readonly reason: BreachReason | null
  /** Null: settled for good. */
  readonly lookAtMs: number | null
}
export type LinePromise = TakenPromise & Omit<PromiseReview, 'lineId'> & { readonly takenAtMs: number }

export const dateOfPromise = ({ dateOf = 'departure' }: Pick<TakenPromise, 'dateOf'>): DateOf => dateOf

export const promisesOf = ({ promises = [] }: OrderState): readonly LinePromise[] => promises

export function unsettledPromises(state: OrderState): readonly LinePromise[] {
  return promisesOf(state).filter(({ standing }) => standing === 'open' || standing === 'at_risk')
}

/** Of the promised units, those that the buyer still wants. */
export function promisedUnits({ quantity }: LinePromise, line: LineState): number {
  return Math.min(quantity, pendingUnitsOf(line) + line.quantities.shipped)
}
