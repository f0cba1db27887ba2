/**
 * Which of the configured rules holds. A rule fits when every member it names is the one asked about; of those that fit
 * the most specific holds: one that names the SKU before one that names its class, then the location or channel, then
 * the delivery method. Of equally specific ones the more careful figure holds.
 */
import type { DeliveryMethod, Promising } from '../config/promising.ts'

type Asked = {
  readonly sku: string
  readonly class: string | null
  readonly location?: string
  readonly channel?: string
  readonly deliveryMethod?: DeliveryMethod
}
type Scope = {
  readonly sku?: string | undefined
  readonly class?: string | undefined
  readonly location?: string | undefined
  readonly channel?: string | undefined
  readonly deliveryMethod?: DeliveryMethod | undefined
}

/** Units to keep back at a location, for the method that needs the most; without methods, by rules that name none. */
export function safetyStockFor(
  { safetyStock }: Promising,
  {
    methods,
    ...asked
  }: {
    readonly sku: string
    readonly class: string | null
    readonly location: string
    readonly methods: readonly DeliveryMethod[]
  },
): number {
  const questions: readonly Asked[] =
    methods.length === 0 ? [asked] : methods.map((method) => ({ ...asked, deliveryMethod: method }))
  return Math.max(...questions.map((question) => Math.max(0, ...mostSpecific(safetyStock, question).map(quantityOf))))
}

type ChannelQuestion = { readonly sku: string; readonly class: string | null; readonly channel: string }

/** Units of the whole network that the channel does not show. */
export function thresholdFor({ networkThreshold }: Promising, asked: ChannelQuestion): number {
  return Math.max(0, ...mostSpecific(networkThreshold, asked).map(quantityOf))
}

export function isExcluded({ exclusions }: Promising, asked: ChannelQuestion): boolean {
  return exclusions.some((rule) => fits(rule, asked))
}

/** Which of these the channel never sells, the first of them; null: none, or nobody in particular asks. */
export function excludedAmong(
  promising: Promising,
  channel: string | null,
  named: readonly Omit<ChannelQuestion, 'channel'>[],
): string | null {
  if (channel === null) return null
  return named.find(({ sku, class: ofClass }) => isExcluded(promising, { sku, class: ofClass, channel }))?.sku ?? null
}

/** The most the channel ever shows; null: no cap. */
export function capFor({ caps }: Promising, asked: ChannelQuestion): number | null {
  const holding = mostSpecific(caps, asked).map(quantityOf)
  return holding.length === 0 ? null : Math.min(...holding)
}

const quantityOf = ({ quantity }: { readonly quantity: number }) => quantity

const members = ['deliveryMethod', 'location', 'channel', 'class', 'sku'] as const

function mostSpecific<Rule extends Scope>(rules: readonly Rule[], asked: Asked): readonly Rule[] {
  const fitting = rules.filter((rule) => fits(rule, asked))
  const most = Math.max(...fitting.map(weightOf))
  return fitting.filter((rule) => weightOf(rule) === most)
}

function fits(rule: Scope, asked: Asked): boolean {
  return members.every((member) => rule[member] === undefined || rule[member] === asked[member])
}

/** Each member weighs more than all the lesser ones together. */
function weightOf(rule: Scope): number {
  return members.reduce((weight, member, place) => weight + (rule[member] === undefined ? 0 : 2 ** place), 0)
}
