/**
 * The answer to "what can be promised of this SKU". A bundle answers by its components: as many as can be made whole at
 * one location each, and never more than the scarcest component allows over the network, at every date.
 */
import { combined, type Step } from './network-curve.ts'
import { type Asker, channelRules, type Part, type PartAvailability, partAvailability } from './part-availability.ts'
import { type PromiseAsk, promiseOf, type QuotedPromise } from './promise-date.ts'
import { wholeBundles, wholeBundlesByDate } from './whole-bundles.ts'

export type SkuQuestion = {
  readonly sku: Part['sku']
  readonly class: string | null
  /** The SKU itself, or the components of a bundle, each once. */
  readonly parts: readonly Part[]
  readonly asker: Asker
  /** Null: no quantity was named. */
  readonly wanted: Pick<PromiseAsk, 'quantity' | 'byMs' | 'deliver'> | null
}
export type SkuAnswer = {
  /** What can leave stock now, whoever sells it. */
  readonly available: number
  /** What the channel may show as sellable; without a channel, what anybody may. */
  readonly ats: number
  readonly curve: readonly Step[]
  /** Null: nothing was wanted, or it cannot be had with what is announced so far. */
  readonly promise: QuotedPromise | null
  readonly parts: readonly PartAvailability[]
}

export function skuAvailability({ sku, class: ofClass, parts: asked, asker, wanted }: SkuQuestion): SkuAnswer {
  const parts = asked.map((part) => partAvailability(part, asker))
  const own = channelRules({ sku, class: ofClass }, asker)
  const most = own.excluded ? 0 : (own.cap ?? Number.POSITIVE_INFINITY)
  const scarcest = (units: readonly number[]) =>
    Math.min(...units.map((each, index) => Math.floor(each / (parts[index]?.part.units ?? 1))))
  const whole = isSoldForItself(parts) ? null : wholeOf(parts)
  const curve = combined([...parts.map((part) => part.curve), ...(whole === null ? [] : [whole.curve])], (units) =>
    Math.min(most, scarcest(units.slice(0, parts.length)), units[parts.length] ?? Number.POSITIVE_INFINITY),
  )
  const together = whole?.now ?? Number.POSITIVE_INFINITY
  return {
    available: Math.min(together, scarcest(parts.map(({ ats }) => ats.network))),
    ats: Math.min(most, together, scarcest(parts.map(({ ats }) => ats.ats))),
    curve,
    promise: wanted === null ? null : promiseOf(curve, parts, { ...wanted, nowMs: asker.nowMs }),
    parts,
  }
}

const isSoldForItself = (parts: readonly PartAvailability[]): boolean =>
  parts.length === 1 && parts[0]?.part.units === 1

function wholeOf(parts: readonly PartAvailability[]): { readonly now: number; readonly curve: readonly Step[] } {
  return {
    now: wholeBundles(
      parts.map(({ part, ats }) => {
        return { each: part.units, at: new Map(ats.locations.map(({ location, terms }) => [location, terms.units])) }
      }),
    ),
    curve: wholeBundlesByDate(
      parts.map(({ part, locations }) => {
        return { each: part.units, at: new Map(locations.map(({ location, curve }) => [location, curve])) }
      }),
    ),
  }
}
