/** Whatever a profile says, an order is planned, waits for what may come, or is somebody's case. */
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fewestSplits, profileSchema } from '../../../src/domain/sourcing/profile.ts'
import { testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

let rig = new OrderRig()
const stocked = () => {
  rig = new OrderRig()
  rig.stock.receive('ROPE-10', 'east', 10)
  rig.stock.receive('ROPE-10', 'west', 10)
}
beforeEach(stocked)
afterEach(() => rig.check())

const forOthers = { when: { tags: ['nobody-has-it'] } }
const nowhere = { constraints: { excludedLocations: ['east', 'west'] } }
const storesOnly = { constraints: { locationKinds: ['store' as const] } }

const taking = (unitsByPlace: Readonly<Record<string, number>>) =>
  Object.entries(unitsByPlace).map(([location, unitsMax]) => {
    const capacity = { dayKey: '2026-03-02', unitsMax, unitsUsed: 0, ordersMax: null, ordersUsed: 0 }
    return { location, isUp: true, dispatchAtMs: rig.nowMs, capacity }
  })

async function sourcedBy(quantity: number, ...strategies: readonly object[]) {
  const named = strategies.map((strategy, at) => ({ id: `s${at + 1}`, ...strategy }))
  rig.profile = { profile: profileSchema.parse({ id: 'odd', strategies: named }), version: 3 }
  rig.accept({ type: 'observe', order: testOrder([{ quantity }], { allowPartial: true }) })
  await rig.advance()
}

describe('a profile that has no way for an order', () => {
  it.each([
    ['for other orders', [forOthers], /strategy 's1' is for orders of other tags/],
    ['refuses every location', [nowhere], /strategy 's1' refuses every location \(excluded_location\)/],
    [
      'in none of its strategies',
      [forOthers, nowhere, storesOnly],
      /'s2' .*'s3' refuses every location \(location_kind\)/,
    ],
  ] as const)('is a case, not stock that is waited for: %s', async (_, strategies, message) => {
    await sourcedBy(2, ...strategies)
    expect(rig.units()).toEqual({ backordered: 2 })
    expect(rig.openCases).toEqual(['routing_failed/units'])
    expect(rig.state.exceptions[0]?.message).toMatch(message)
    rig.profile = { profile: fewestSplits, version: null }
    rig.nowMs = rig.state.wakeAtMs ?? 0
    await rig.settle()
    expect(rig.units()).toEqual({ released: 2 })
    expect(rig.openCases).toEqual([])
  })

  it.each([
    [{ wholeOrder: true }, 7],
    [{ wholeOrder: true, maxSplits: 0 }, 4],
  ])('is a case where all must go at once and no day takes so much, until one does: %j', async (constraints, most) => {
    rig.locations = taking({ east: 3, west: 4 })
    await sourcedBy(8, { constraints })
    expect(rig.openCases).toEqual(['routing_failed/units'])
    expect(rig.state.exceptions[0]?.message).toContain(
      `has to ship 8 units at once, and its locations take ${most} a day`,
    )
    rig.locations = taking({ east: 3, west: 8 })
    rig.nowMs = rig.state.wakeAtMs ?? 0
    await rig.settle()
    expect(rig.units()).toEqual({ released: 8 })
    expect(rig.openCases).toEqual([])
  })

  it('is none where what is too much for a day may go in part', async () => {
    rig.locations = taking({ east: 3, west: 4 })
    await sourcedBy(8, {})
    expect(rig.openCases).toEqual([])
    expect(rig.units()).toMatchObject({ backordered: 1 })
  })

  it('is none where a location may have it tomorrow: stock is waited for in silence', async () => {
    rig.stock.receive('ROPE-10', 'east', -10)
    await sourcedBy(2, forOthers, { constraints: { excludedLocations: ['west'] } })
    expect(rig.units()).toEqual({ backordered: 2 })
    expect(rig.openCases).toEqual([])
  })
})

describe('any profile', () => {
  const weight = fc.constantFrom(0, Number.MIN_VALUE, 1e-9, 1, 999.999, 1_000)
  const names = ['sla', 'margin', 'ship', 'split', 'capacity', 'stockout', 'priority']
  const strategy = fc.record({
    weights: fc.record(Object.fromEntries(names.map((name) => [name, weight]))),
    constraints: fc.record({
      excludedLocations: fc.constantFrom([], ['east'], ['east', 'west'], ['gone']),
      locationKinds: fc.constantFrom([], ['store' as const], ['3pl' as const]),
      maxSplits: fc.constantFrom(null, 0, 99),
      wholeOrder: fc.boolean(),
      onTimePercentMin: fc.constantFrom(0, 100),
      dispatchWithinHours: fc.constantFrom(null, 1, 2_160),
      shipmentValueMin: fc.constantFrom(null, { currency: 'EUR', amountMinor: 1_000_000_000_000 }),
      zoneMax: fc.constantFrom(null, 0),
    }),
    when: fc.record({
      orderWeight: fc.constantFrom(undefined, { minGrams: 2, maxGrams: 1 }, { maxGrams: 0 }),
      shipTo: fc.constantFrom([], [{ country: 'ZZ', regions: [] }]),
    }),
  })

  it('leaves no order without a plan, a time at which it looks again, or a case', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(strategy, { minLength: 1, maxLength: 4 }), async (strategies) => {
        stocked()
        await sourcedBy(2, ...strategies)
        const { lines, wakeAtMs, saga } = rig.state
        const waits = lines.some(({ quantities }) => quantities.backordered > 0)
        expect(waits ? wakeAtMs !== null || rig.openCases.length > 0 : saga.holding || rig.state.plan !== null).toBe(
          true,
        )
        expect(lines.every(({ quantities }) => quantities.open === 0)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})
