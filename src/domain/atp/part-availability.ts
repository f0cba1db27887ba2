/**
 * What one SKU's positions have for an asker: now, by date, and with every term. The SKU may be asked for itself or as
 * a component of a bundle.
 */
import { goodUntil } from '../catalog/shelf-life.ts'
import type { DeliveryMethod, Promising } from '../config/promising.ts'
import type { LocationId, Sku } from '../shared/ids.ts'
import { type AtsRules, type AtsTerms, atsOf } from './ats-of.ts'
import { type CurveAsk, combined, curveOf, type Step, summed } from './network-curve.ts'
import type { PositionFigures, PositionSummary } from './position-figures.ts'
import { capFor, isExcluded, safetyStockFor, thresholdFor } from './promise-rules.ts'

export const dayMs = 86_400_000

export type Asker = {
  readonly nowMs: number
  /** Null: nobody in particular, so that no channel's rule holds. */
  readonly channel: string | null
  readonly group: string | null
  readonly methods: readonly DeliveryMethod[]
  /** Days that the units have to keep, where that is more than the SKU itself asks for. */
  readonly keepDays: number
  readonly promising: Promising
}

/** A SKU that is asked for, or a component of it. */
export type Part = {
  readonly sku: Sku
  readonly class: string | null
  readonly shelfLifeDays: number
  /** Base units in one of what is asked for. */
  readonly units: number
  /** Of the locations that count. */
  readonly summaries: readonly PositionSummary[]
  readonly unrouted: number
  /** What the channel is not shown because it is told late. */
  readonly buffer: number
}

export type PartAvailability = {
  readonly part: Part
  readonly keepMs: number | null
  readonly ats: AtsTerms
  /** What may be promised by date over the whole network, the channel's rules applied. */
  readonly curve: readonly Step[]
  readonly locations: readonly {
    readonly location: LocationId
    readonly version: number
    readonly figures: PositionFigures
    readonly curve: readonly Step[]
  }[]
}

export function partAvailability(part: Part, asker: Asker): PartAvailability {
  const { nowMs, group, methods, promising } = asker
  const { sku, summaries } = part
  const days = Math.max(asker.keepDays, part.shelfLifeDays)
  const keepMs = days === 0 ? null : days * dayMs
  const keepBackAt = (location: LocationId) => safetyStockFor(promising, { sku, class: part.class, location, methods })
  const rules = { ...channelRules(part, asker), unrouted: part.unrouted, buffer: part.buffer, keepBackAt }
  const goodUntilMs = goodUntil(nowMs, days)
  const locations = summaries.map(({ location, version, figures }) => {
    const ask: CurveAsk = { nowMs, group, keepMs, keepBack: keepBackAt(location) }
    return { location, version, figures, curve: curveOf(figures, ask) }
  })
  const curve = combined([summed(locations.map((each) => each.curve))], ([units = 0]) => promisable(units, rules))
  return { part, keepMs, ats: atsOf({ summaries, ask: { nowMs, group, goodUntilMs }, rules }), curve, locations }
}

type Rules = Pick<AtsRules, 'excluded' | 'threshold' | 'cap'>

export function channelRules(asked: Pick<Part, 'sku' | 'class'>, { channel, promising }: Asker): Rules {
  if (channel === null) return { excluded: false, threshold: 0, cap: null }
  const question = { sku: asked.sku, class: asked.class, channel }
  const excluded = isExcluded(promising, question)
  return { excluded, threshold: thresholdFor(promising, question), cap: capFor(promising, question) }
}

/** As `atsOf` has it, without the buffer: whoever asks here is told at once. */
function promisable(units: number, { excluded, threshold, unrouted, cap }: Omit<AtsRules, 'keepBackAt'>): number {
  if (excluded) return 0
  return Math.min(Math.max(0, units - threshold - unrouted), cap ?? Number.POSITIVE_INFINITY)
}
