import { describe, expect, it } from 'vitest'
import {
  conditionsSchema,
  constraintsSchema,
  fewestSplits,
  strategySchema,
} from '../../../src/domain/sourcing/profile.ts'
import { conditionWords, constraintWords, preferenceWords } from '../../../src/http/ops/sourcing/strategy-words.ts'

const strategy = (members: object) => strategySchema.parse({ id: 's', ...members })
const named = (id: string) => ({ east: 'Newark', west: 'Reno' })[id] ?? id

it('says nothing of what asks for nothing', () => {
  const [plain] = fewestSplits.strategies
  if (plain === undefined) throw new Error('no strategy')
  expect(conditionWords(plain)).toEqual([])
  expect(constraintWords(plain, named)).toEqual([])
  expect(preferenceWords(plain)).toEqual(['Splits × 1'])
})

const orders = [
  [{ channels: ['shopify-us', 'b2b'] }, 'of channel shopify-us or b2b'],
  [{ channelGroups: ['contract'] }, 'of channel group contract'],
  [{ shipTo: [{ country: 'US', regions: ['NJ', 'NY'] }, { country: 'CA' }] }, 'to US (NJ, NY) or CA'],
  [{ orderValue: { currency: 'USD', minMinor: 50_000 } }, 'worth 500.00 USD or more'],
  [{ orderValue: { currency: 'JPY', minMinor: 1, maxMinor: 5_000 } }, 'worth 1 JPY to 5,000 JPY'],
  [{ orderValue: { currency: 'EUR' } }, 'worth any EUR'],
  [{ skus: ['ROPE-10'] }, 'with SKU ROPE-10'],
  [{ classes: ['a'] }, 'with a SKU of class a'],
  [{ requirements: ['hazmat'] }, 'with a SKU that requires hazmat'],
  [{ tags: ['VIP'] }, 'tagged VIP'],
  [{ deliveryMethods: ['ship', 'pickup'] }, 'delivery by ship or pickup'],
  [{ orderWeight: { maxGrams: 30_000 } }, 'weighing 30,000 g or less'],
] as const
const demands = [
  [{ wholeOrder: true }, 'the whole order or nothing'],
  [{ maxSplits: 0 }, 'in one shipment'],
  [{ maxSplits: 2 }, 'in at most 3 shipments'],
  [{ dispatchWithinHours: 24 }, 'dispatched within 24 hours'],
  [{ onTimePercentMin: 90 }, 'on time with 90 % probability'],
  [{ zoneMax: 4 }, 'no farther than zone 4'],
  [{ shipmentValueMin: { currency: 'USD', amountMinor: 2_500 } }, 'of several shipments each worth 25.00 USD'],
  [{ locationKinds: ['warehouse', 'store'] }, 'from a warehouse or store'],
  [{ excludedLocations: ['east', 'gone'] }, 'not from Newark or gone'],
  [{ currencyMatches: true }, 'carriage priced in the currency of the order'],
  [{ withinCapacity: false }, "also beyond a day's capacity"],
  [{ shelfLife: false }, 'however short it keeps'],
  [{ regionServed: false }, 'also where the region is not served'],
  [{ requirementsMet: false }, 'also without what the SKU requires'],
  [{ entityMatches: false }, 'also for another entity'],
] as const
const membersOf = (cases: readonly (readonly [object, string])[]) => cases.flatMap(([members]) => Object.keys(members))

describe('which orders it is for', () => {
  it.each(orders)('%j', (when, text) => expect(conditionWords(strategy({ when }))).toEqual([text]))
  it('tells of every condition', () => {
    expect(new Set(membersOf(orders))).toEqual(new Set(Object.keys(conditionsSchema.shape)))
  })
})

describe('what it insists on', () => {
  it.each(demands)('%j', (constraints, text) => {
    expect(constraintWords(strategy({ constraints }), named)).toEqual([text])
  })
  it('tells of every constraint', () => {
    expect(new Set(membersOf(demands))).toEqual(new Set(Object.keys(constraintsSchema.shape)))
  })
})

it('prefers the heaviest first', () => {
  expect(preferenceWords(strategy({ weights: { split: 0.5, sla: 2, margin: 2 } }))).toEqual([
    ...['On time × 2', 'Margin × 2', 'Splits × 0.5'],
  ])
})
