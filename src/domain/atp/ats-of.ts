/** What a channel may show as sellable over its network of locations, with every term of it. */
import type { LocationId } from '../shared/ids.ts'
import { type PromiseTerms, promiseTerms } from './atp-of.ts'
import type { PositionSummary, UnitsAsk } from './position-figures.ts'

export type AtsRules = {
  readonly excluded: boolean
  readonly threshold: number
  /** Units of orders that are captured and not planned yet: promised, but at no position. */
  readonly unrouted: number
  /** Null: no cap. */
  readonly cap: number | null
  readonly buffer: number
  /** Safety stock by rule at a location. */
  readonly keepBackAt: (location: LocationId) => number
}
export type AtsQuestion = {
  /** Of the locations that serve the channel. */
  readonly summaries: readonly PositionSummary[]
  readonly ask: Omit<UnitsAsk, 'keepBack'>
  readonly rules: AtsRules
}
export type AtsTerms = Omit<AtsRules, 'keepBackAt'> & {
  readonly ats: number
  /** Sum of what each location has available to fulfil. */
  readonly network: number
  readonly locations: readonly {
    readonly location: LocationId
    readonly version: number
    readonly asOfMs: number
    readonly terms: PromiseTerms
  }[]
}

/** `clamp(network − threshold − unrouted, 0, cap) − buffer`, at least 0; 0 for what the channel never sells. */
export function atsOf({ summaries, ask, rules }: AtsQuestion): AtsTerms {
  const { keepBackAt, ...told } = rules
  const locations = summaries.map(({ location, version, asOfMs, figures }) => {
    const terms = promiseTerms(figures, { ...ask, keepBack: keepBackAt(location) }, ask.nowMs)
    return { location, version, asOfMs, terms }
  })
  const network = locations.reduce((sum, { terms }) => sum + terms.units, 0)
  const { excluded, threshold, unrouted, cap, buffer } = rules
  const shown = Math.min(Math.max(0, network - threshold - unrouted), cap ?? Number.POSITIVE_INFINITY)
  return { ...told, ats: excluded ? 0 : Math.max(0, shown - buffer), network, locations }
}
