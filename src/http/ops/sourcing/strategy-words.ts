/** A strategy in words: which orders it is for, what it insists on, what it prefers. What asks for nothing is not told. */
import type {
  Strategy,
  StrategyConditions,
  StrategyConstraints,
  StrategyWeights,
} from '../../../domain/sourcing/profile.ts'
import { moneyText } from '../design/money-text.ts'
import { count, words } from '../design/words.ts'
import type { NamePlace } from '../routing/line-names.ts'
import { termNames } from './term-names.ts'

/** One string a condition, all of which an order has to meet; none: any order. */
export function conditionWords({ when }: Pick<Strategy, 'when'>): readonly string[] {
  const { channels, channelGroups, shipTo, orderValue, skus, classes, requirements, tags } = when
  const money = (minor: number) => moneyText(minor, orderValue?.currency ?? '')
  const { minMinor, maxMinor } = orderValue ?? {}
  return [
    ...anyOf('of channel', channels),
    ...anyOf('of channel group', channelGroups),
    ...anyOf('to', shipTo.map(destinationWords)),
    ...(orderValue === undefined
      ? []
      : [`worth ${rangeWords(minMinor, maxMinor, money) ?? `any ${orderValue.currency}`}`]),
    ...anyOf('with SKU', skus),
    ...anyOf('with a SKU of class', classes),
    ...anyOf('with a SKU that requires', requirements),
    ...anyOf('tagged', tags),
    ...anyOf('delivery by', when.deliveryMethods.map(lower)),
    ...weightWords(when),
  ]
}

function destinationWords({ country, regions }: StrategyConditions['shipTo'][number]): string {
  return regions.length === 0 ? country : `${country} (${regions.join(', ')})`
}

function weightWords({ orderWeight }: StrategyConditions): readonly string[] {
  const range = rangeWords(
    orderWeight?.minGrams,
    orderWeight?.maxGrams,
    (grams) => `${grams.toLocaleString('en-US')} g`,
  )
  return range === null ? [] : [`weighing ${range}`]
}

function rangeWords(min: number | undefined, max: number | undefined, text: (figure: number) => string): string | null {
  if (min !== undefined && max !== undefined) return `${text(min)} to ${text(max)}`
  if (min !== undefined) return `${text(min)} or more`
  return max === undefined ? null : `${text(max)} or less`
}

/** Above the ordinary, which holds unless it is said: see `laxWords`. */
export function constraintWords(
  { constraints }: Pick<Strategy, 'constraints'>,
  namePlace: NamePlace,
): readonly string[] {
  const { dispatchWithinHours, onTimePercentMin, maxSplits, shipmentValueMin, zoneMax } = constraints
  return [
    ...only(constraints.wholeOrder, 'the whole order or nothing'),
    ...(maxSplits === null
      ? []
      : [maxSplits === 0 ? 'in one shipment' : `in at most ${count(maxSplits + 1, 'shipment')}`]),
    ...(dispatchWithinHours === null ? [] : [`dispatched within ${count(dispatchWithinHours, 'hour')}`]),
    ...only(onTimePercentMin > 0, `on time with ${onTimePercentMin} % probability`),
    ...(zoneMax === null ? [] : [`no farther than zone ${zoneMax}`]),
    ...(shipmentValueMin === null
      ? []
      : [`of several shipments each worth ${moneyText(shipmentValueMin.amountMinor, shipmentValueMin.currency)}`]),
    ...anyOf('from a', constraints.locationKinds),
    ...only(
      constraints.excludedLocations.length > 0,
      `not from ${constraints.excludedLocations.map(namePlace).join(' or ')}`,
    ),
    ...only(constraints.currencyMatches, 'carriage priced in the currency of the order'),
    ...laxWords(constraints),
  ]
}

/** What other strategies insist on as a matter of course, and this one does not. */
function laxWords(constraints: StrategyConstraints): readonly string[] {
  const { regionServed, requirementsMet, withinCapacity, shelfLife, entityMatches } = constraints
  return [
    ...only(!regionServed, 'also where the region is not served'),
    ...only(!requirementsMet, 'also without what the SKU requires'),
    ...only(!withinCapacity, "also beyond a day's capacity"),
    ...only(!shelfLife, 'however short it keeps'),
    ...only(!entityMatches, 'also for another entity'),
  ]
}

/** The heaviest first; none: whatever fits, by priority. */
export function preferenceWords({ weights }: { readonly weights: StrategyWeights }): readonly string[] {
  return termNames
    .filter(([term]) => weights[term] > 0)
    .toSorted(([left], [right]) => weights[right] - weights[left])
    .map(([term, name]) => `${name} × ${weights[term]}`)
}

const lower = (name: string): string => words(name).toLowerCase()
const only = (isSo: boolean, text: string): readonly string[] => (isSo ? [text] : [])
const anyOf = (what: string, names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : [`${what} ${names.join(' or ')}`]
