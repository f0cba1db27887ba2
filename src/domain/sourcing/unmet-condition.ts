/** Whether a strategy is for this order: the first condition that the order does not meet, or null. */
import type { ConditionName } from './decision.ts'
import type { StrategyConditions } from './profile.ts'
import type { SourcingRequest } from './request.ts'

type Meets = (when: StrategyConditions, request: SourcingRequest) => boolean

const conditions: Readonly<Record<ConditionName, Meets>> = {
  channels: ({ channels }, { order }) => isAmong(channels, order.channel),
  channelGroups: ({ channelGroups }, { order }) => isAmong(channelGroups, order.channelGroup),
  shipTo: goesTo,
  orderValue: isWorth,
  skus: ({ skus }, { lines }) =>
    skus.length === 0 || lines.some(({ needs }) => needs.some(({ sku }) => skus.includes(sku))),
  classes: ({ classes }, { lines }) => classes.length === 0 || lines.some((line) => isAmong(classes, line.class)),
  requirements: ({ requirements }, { lines }) =>
    requirements.length === 0 || lines.some((line) => line.requirements.some((each) => requirements.includes(each))),
  tags: ({ tags }, { order }) => tags.length === 0 || order.tags.some((tag) => tags.includes(tag)),
  deliveryMethods: ({ deliveryMethods }, { order }) => isAmong(deliveryMethods, order.deliveryMethod),
  orderWeight: weighs,
}
const names = Object.keys(conditions) as ConditionName[]

export function unmetCondition(when: StrategyConditions, request: SourcingRequest): ConditionName | null {
  return names.find((name) => !conditions[name](when, request)) ?? null
}

function isAmong(wanted: readonly string[], value: string | null): boolean {
  return wanted.length === 0 || (value !== null && wanted.includes(value))
}

function goesTo({ shipTo }: StrategyConditions, { order }: SourcingRequest): boolean {
  if (shipTo.length === 0) return true
  const to = order.shipTo
  return to !== null && shipTo.some(({ country, regions }) => country === to.country && isAmong(regions, to.region))
}

function isWorth({ orderValue }: StrategyConditions, { order }: SourcingRequest): boolean {
  if (orderValue === undefined) return true
  const { currency, minMinor = 0, maxMinor = Number.POSITIVE_INFINITY } = orderValue
  return currency === order.currency && order.valueMinor >= minMinor && order.valueMinor <= maxMinor
}

/** What is still to be planned; a line of unknown weight weighs nothing. */
function weighs({ orderWeight }: StrategyConditions, { lines }: SourcingRequest): boolean {
  const { minGrams = 0, maxGrams = Number.POSITIVE_INFINITY } = orderWeight ?? {}
  const grams = lines.reduce((sum, line) => sum + (line.grams ?? 0) * line.quantity, 0)
  return grams >= minGrams && grams <= maxGrams
}
