import { describe, expect, it } from 'vitest'
import { locationId, sku } from '../../../src/domain/shared/ids.ts'
import { decideSourcing } from '../../../src/domain/sourcing/decide-sourcing.ts'
import type { SourcingCandidate, SourcingLine, SourcingOrder } from '../../../src/domain/sourcing/request.ts'
import { dayMs, lane, lineOf, nowMs, placeOf, profileOf, requestOf } from '../../fixtures/sourcing.ts'

type Constraints = Readonly<Record<string, unknown>>
const here = { ROPE: 10 }
const two = (change: Partial<SourcingCandidate>) => [placeOf('a', here, { priority: 1, ...change }), placeOf('b', here)]

function decided(
  candidates: readonly SourcingCandidate[],
  constraints: Constraints = {},
  lines: readonly SourcingLine[] = [lineOf('A', 2)],
  order: Partial<SourcingOrder> = {},
) {
  const decision = decideSourcing(
    requestOf(lines, candidates, profileOf({ constraints, weights: { split: 1 } }), order),
  )
  const [attempt] = decision.attempts
  return {
    taken: decision.plan?.allocations.map(({ location, quantity }) => `${quantity}@${location}`) ?? null,
    refusals: attempt?.refusals.map(
      ({ location, lineId, constraint }) => `${lineId ?? '*'}@${location}: ${constraint}`,
    ),
    refusedPlans: attempt?.refusedPlans,
  }
}

describe('what a location is refused for', () => {
  it.each<[string, Partial<SourcingCandidate>, Constraints, string]>([
    ['is excluded by name', {}, { excludedLocations: ['a'] }, 'excluded_location'],
    [
      'is of a kind that the strategy does not use',
      { kind: 'store' },
      { locationKinds: ['warehouse'] },
      'location_kind',
    ],
    ['is down', { isUp: false }, {}, 'location_down'],
    ['does not answer', { isReached: false }, {}, 'location_silent'],
    ['does not work for the entity that sells', { servesEntity: false }, {}, 'entity'],
    ['does not serve the destination', { servesDestination: false }, {}, 'region'],
    ['does not ship in the way that is asked for', { servesMethod: false }, {}, 'delivery_method'],
    ['is farther than the strategy allows', { zone: 4 }, { zoneMax: 3 }, 'zone'],
    [
      'prices carriage in another currency',
      { lanes: [lane({ currency: 'USD' })] },
      { currencyMatches: true },
      'currency',
    ],
    ['is closed for good', { dispatchAtMs: null }, {}, 'calendar'],
    ['dispatches too late', { dispatchAtMs: nowMs + dayMs + 1 }, { dispatchWithinHours: 24 }, 'dispatch_time'],
    [
      'has no hands left that day',
      { capacity: { dayKey: '2026-01-05', unitsMax: 50, unitsUsed: 50, ordersMax: null, ordersUsed: 9 } },
      {},
      'capacity',
    ],
    [
      'has taken all the orders of that day',
      { capacity: { dayKey: '2026-01-05', unitsMax: null, unitsUsed: 50, ordersMax: 9, ordersUsed: 9 } },
      {},
      'capacity',
    ],
    ['has nothing of it', { figures: [] }, {}, 'stock'],
  ])('one that %s', (_, change, constraints, constraint) => {
    const { taken, refusals } = decided(two(change), constraints)
    expect(taken).toEqual(['2@b'])
    expect(refusals).toEqual([`*@a: ${constraint}`])
  })

  it.each<[string, Partial<SourcingCandidate>, Constraints]>([
    ['the region', { servesDestination: false }, { regionServed: false }],
    ['the entity', { servesEntity: false }, { entityMatches: false }],
    [
      'capacity',
      { capacity: { dayKey: '2026-01-05', unitsMax: 1, unitsUsed: 1, ordersMax: null, ordersUsed: 0 } },
      { withinCapacity: false },
    ],
    ['how far it is', { zone: 9 }, {}],
    ['the currency of carriage', { lanes: [lane({ currency: 'USD' })] }, {}],
  ])('not for %s where the strategy does not ask', (_, change, constraints) => {
    expect(decided(two(change), constraints)).toMatchObject({ taken: ['2@a'], refusals: [] })
  })
})

describe('what a line is refused for at a location', () => {
  it('lacking what the goods require, when they require it', () => {
    const acid = lineOf('A', 1, { requirements: ['hazmat'] })
    const places = [placeOf('a', here, { priority: 1 }), placeOf('b', here, { capabilities: ['hazmat', 'cold'] })]
    expect(decided(places, {}, [acid])).toMatchObject({ taken: ['1@b'], refusals: ['A@a: requirements'] })
    expect(decided(places, { requirementsMet: false }, [acid]).taken).toEqual(['1@a'])
  })

  it('having turned it down before', () => {
    const line = lineOf('A', 1, { excluded: [locationId('a')] })
    expect(decided(two({}), {}, [line])).toMatchObject({ taken: ['1@b'], refusals: ['A@a: turned_down'] })
  })

  it('having only units that do not keep long enough', () => {
    const old = two({ figures: [{ sku: sku('ROPE'), available: 0, anyAge: 8, pace: 0 }] })
    expect(decided(old)).toMatchObject({ taken: ['2@b'], refusals: ['A@a: shelf_life'] })
    expect(decided(old, { shelfLife: false }).taken).toEqual(['2@a'])
  })

  it('having none of it, though it has other goods of the order', () => {
    const lines = [lineOf('A', 1), lineOf('B', 1, { needs: [{ sku: sku('HOOK'), units: 1 }] })]
    const places = [placeOf('a', { ROPE: 5 }), placeOf('b', { ROPE: 5, HOOK: 5 })]
    expect(decided(places, {}, lines).refusals).toEqual(['B@a: stock'])
  })
})

describe('what a plan is refused for', () => {
  const scattered = [placeOf('a', { ROPE: 3 }), placeOf('b', { ROPE: 2 }), placeOf('c', { ROPE: 2 })]
  const five = [lineOf('A', 5)]

  it('going in more shipments than the strategy allows', () => {
    const answer = decided(scattered, { maxSplits: 0, wholeOrder: true }, five)
    expect(answer).toMatchObject({ taken: null, refusedPlans: { max_splits: expect.any(Number) } })
    expect(decided(scattered, { maxSplits: 1, wholeOrder: true }, five).taken).toEqual(['3@a', '2@b'])
  })

  it('going in several shipments when the order may not be split', () => {
    expect(decided(scattered, {}, five, { allowPartial: false }).taken).toBeNull()
  })

  it('leaving units out where every unit is asked for', () => {
    const eight = [lineOf('A', 8)]
    expect(decided(scattered, { wholeOrder: true }, eight)).toMatchObject({
      taken: null,
      refusedPlans: { whole_order: expect.any(Number) },
    })
    expect(decided(scattered, {}, eight).taken).toEqual(['3@a', '2@b', '2@c'])
  })

  it('a part that is worth too little, on whichever side of the split it is', () => {
    const least = (amountMinor: number, currency = 'EUR') => ({ shipmentValueMin: { currency, amountMinor } })
    expect(decided(scattered, least(2_000), five).taken).toEqual(['3@a', '2@b'])
    expect(decided(scattered, least(2_001), five)).toMatchObject({
      taken: ['3@a'],
      refusedPlans: { shipment_value: expect.any(Number) },
    })
    expect(decided(scattered, least(2_001, 'USD'), five).taken).toEqual(['3@a', '2@b'])
  })

  it('being on time less likely than is asked for', () => {
    const slow = { lanes: [lane({ p50Days: 3, p90Days: 5 })] }
    const places = [placeOf('a', here, { priority: 1, ...slow }), placeOf('b', here, { lanes: [lane()] })]
    const order = { promisedByMs: nowMs + 4 * dayMs }
    expect(decided(places, {}, undefined, order).taken).toEqual(['2@a'])
    expect(decided(places, { onTimePercentMin: 90 }, undefined, order)).toMatchObject({
      taken: ['2@b'],
      refusedPlans: { on_time: 1 },
    })
  })

  it('serving fewer units than another', () => {
    expect(decided(scattered, {}, five).refusedPlans).toMatchObject({ coverage: expect.any(Number) })
  })

  it('never takes more than the hands of a day, and takes the rest elsewhere', () => {
    const capacity = { dayKey: '2026-01-05', unitsMax: 20, unitsUsed: 17, ordersMax: null, ordersUsed: 0 }
    const places = [placeOf('a', here, { priority: 1, capacity }), placeOf('b', { ROPE: 4 })]
    expect(decided(places, {}, five).taken).toEqual(['3@a', '2@b'])
  })
})

describe('which strategy decides', () => {
  const strategies = (when: object) => profileOf({ when, weights: { split: 1 } }, { weights: { split: 1 } })
  const chosen = (when: object, order: Partial<SourcingOrder> = {}, lines = [lineOf('A', 2)]) => {
    const decision = decideSourcing(requestOf(lines, two({}), strategies(when), order))
    return decision.strategy === 's1' ? 'primary' : decision.attempts[0]?.unmet
  }

  it.each<[string, object, Partial<SourcingOrder>, string]>([
    ['channel', { channels: ['webshop'] }, { channel: 'b2b' }, 'channels'],
    ['channel group', { channelGroups: ['contract'] }, { channelGroup: null }, 'channelGroups'],
    ['country', { shipTo: [{ country: 'DE' }] }, { shipTo: null }, 'shipTo'],
    [
      'region',
      { shipTo: [{ country: 'DE', regions: ['BE'] }] },
      { shipTo: { country: 'DE', region: 'BY', postalCode: null } },
      'shipTo',
    ],
    ['value', { orderValue: { currency: 'EUR', minMinor: 9_000 } }, { valueMinor: 8_999 }, 'orderValue'],
    ['currency of the value', { orderValue: { currency: 'EUR' } }, { currency: 'USD' }, 'orderValue'],
    ['tag', { tags: ['express'] }, { tags: ['gift'] }, 'tags'],
    ['delivery method', { deliveryMethods: ['ship'] }, { deliveryMethod: 'freight' }, 'deliveryMethods'],
  ])('the first whose condition on the %s holds', (_, when, other, unmet) => {
    const fitting = { channelGroup: 'contract', tags: ['express'] }
    expect(chosen(when, fitting)).toBe('primary')
    expect(chosen(when, { ...fitting, ...other })).toBe(unmet)
  })

  it.each<[string, object, Partial<SourcingLine>, string]>([
    ['SKU', { skus: ['ROPE'] }, { needs: [{ sku: sku('HOOK'), units: 1 }] }, 'skus'],
    ['class', { classes: ['rigging'] }, { class: 'paint' }, 'classes'],
    ['requirement', { requirements: ['hazmat'] }, { requirements: [] }, 'requirements'],
    ['weight', { orderWeight: { maxGrams: 1_000 } }, { grams: 501 }, 'orderWeight'],
  ])('the first whose condition on the %s of the lines holds', (_, when, other, unmet) => {
    const fitting = lineOf('A', 2, { class: 'rigging', requirements: ['hazmat'] })
    expect(chosen(when, {}, [fitting])).not.toBe(unmet)
    expect(chosen(when, {}, [{ ...fitting, ...other }])).toBe(unmet)
  })

  it('falls back when the primary finds no plan, and says why it found none', () => {
    const profile = profileOf(
      { constraints: { locationKinds: ['store'] }, weights: { split: 1 } },
      { constraints: {}, weights: { split: 1 } },
    )
    const decision = decideSourcing(requestOf([lineOf('A', 2)], two({}), profile))
    expect(decision.strategy).toBe('s2')
    expect(decision.attempts.map(({ feasible }) => feasible > 0)).toEqual([false, true])
    expect(decision.attempts[0]?.refusals.map(({ constraint }) => constraint)).toEqual([
      'location_kind',
      'location_kind',
    ])
  })

  it('decides nothing when no strategy finds a plan', () => {
    const decision = decideSourcing(requestOf([lineOf('A', 2)], [placeOf('a', {})], strategies({})))
    expect(decision).toMatchObject({ strategy: null, plan: null })
  })
})
