import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineId, locationId, sku } from '../../../src/domain/shared/ids.ts'
import {
  type Available,
  type DemandLine,
  planOrder,
  type SourceLocation,
} from '../../../src/domain/sourcing/plan-order.ts'

const line = (id: string, quantity: number, change: Partial<DemandLine> = {}): DemandLine => ({
  lineId: lineId(id),
  sku: sku('ROPE'),
  quantity,
  packQuantity: 1,
  excluded: [],
  ...change,
})
const places = (...ids: string[]): SourceLocation[] =>
  ids.map((id, index) => ({ location: locationId(id), priority: index }))
const stock = (figures: Readonly<Record<string, number>>, what = 'ROPE'): Available[] =>
  Object.entries(figures).map(([id, available]) => ({ sku: sku(what), location: locationId(id), available }))

const planned = (...input: Parameters<typeof planOrder>) =>
  planOrder(...input).allocations.map((each) => `${each.lineId}:${each.quantity}@${each.location}`)

describe('the basic plan', () => {
  it('takes the location of highest priority that has everything', () => {
    expect(planned([line('A', 2)], places('x', 'y', 'z'), stock({ x: 1, y: 5, z: 9 }), true)).toEqual(['A:2@y'])
  })

  it('breaks ties by id, not by the order in which locations are named', () => {
    const equal = ['z', 'a', 'm'].map((id) => ({ location: locationId(id), priority: 5 }))
    expect(planned([line('A', 1)], equal, stock({ z: 1, a: 1, m: 1 }), true)).toEqual(['A:1@a'])
  })

  it('prefers one location of low priority to two of high', () => {
    expect(planned([line('A', 4)], places('x', 'y', 'z'), stock({ x: 2, y: 2, z: 4 }), true)).toEqual(['A:4@z'])
  })

  it('splits over as few locations as it can, keeping lines whole where possible', () => {
    const lines = [line('A', 3), line('B', 2)]
    expect(planned(lines, places('x', 'y', 'z'), stock({ x: 2, y: 3, z: 1 }), true)).toEqual(['A:3@y', 'B:2@x'])
  })

  it('counts lines of one SKU against the same stock', () => {
    const plan = planOrder([line('A', 3), line('B', 3)], places('x'), stock({ x: 4 }), true)
    expect(plan.unplanned).toEqual([{ lineId: 'B', quantity: 2 }])
  })

  it('plans whole packs only', () => {
    const plan = planOrder([line('A', 2, { packQuantity: 6 })], places('x', 'y'), stock({ x: 11, y: 5 }), true)
    expect(plan).toMatchObject({ allocations: [{ quantity: 1 }], unplanned: [{ quantity: 1 }] })
  })

  it('plans nothing, rather than a part, for an order that may not go in part', () => {
    const plan = planOrder([line('A', 4)], places('x', 'y'), stock({ x: 2, y: 2 }), false)
    expect(plan).toEqual({ allocations: [], unplanned: [{ lineId: 'A', quantity: 4 }] })
  })

  it('passes over a place for the line that was turned down there', () => {
    const lines = [line('A', 1, { excluded: [locationId('x')] }), line('B', 1)]
    expect(planned(lines, places('x', 'y'), stock({ x: 9, y: 9 }), true)).toEqual(['A:1@y', 'B:1@y'])
    expect(planned([line('A', 1, { excluded: [locationId('x')] })], places('x'), stock({ x: 9 }), true)).toEqual([])
  })

  it('stays within its bound on five hundred lines and forty locations', () => {
    const lines = Array.from({ length: 500 }, (_, index) => line(`L${index}`, 10, { sku: sku(`S${index % 40}`) }))
    const ids = Array.from({ length: 40 }, (_, index) => `loc-${index}`)
    const figures = ids.flatMap((id, index) => stock({ [id]: 60 }, `S${index}`))
    const plan = planOrder(lines, places(...ids), figures, true)
    const units = plan.allocations.reduce((sum, each) => sum + each.quantity, 0)
    expect(units).toBe(40 * 60)
  })

  const figures = fc.array(
    fc.record({ at: fc.constantFrom('x', 'y', 'z', 'w'), of: fc.constantFrom('S', 'T'), units: fc.nat(8) }),
    { maxLength: 8 },
  )
  const demand = fc.array(
    fc.record({ of: fc.constantFrom('S', 'T'), units: fc.integer({ min: 1, max: 6 }), pack: fc.constantFrom(1, 1, 2) }),
    { minLength: 1, maxLength: 4 },
  )

  it('plans no more than there is or was asked, misses no single unit, and repeats itself', () => {
    fc.assert(
      fc.property(demand, figures, fc.boolean(), (asked, told, allowPartial) => {
        const lines = asked.map(({ of, units, pack }, index) =>
          line(`L${index}`, units, { sku: sku(of), packQuantity: pack }),
        )
        const known = new Map(told.map(({ at, of, units }) => [`${of}@${at}`, { of, at, units }]))
        const positions = [...known.values()].flatMap(({ of, at, units }) => stock({ [at]: units }, of))
        const plan = planOrder(lines, places('x', 'y', 'z', 'w'), positions, allowPartial)
        const taken = new Map<string, number>()
        for (const { lineId: id, sku: of, location, quantity } of plan.allocations) {
          const pack = lines.find((each) => each.lineId === id)?.packQuantity ?? 1
          taken.set(`${of}@${location}`, (taken.get(`${of}@${location}`) ?? 0) + quantity * pack)
        }
        for (const [key, units] of taken) expect(units).toBeLessThanOrEqual(known.get(key)?.units ?? 0)
        for (const { lineId: id, quantity } of lines) {
          const parts = [...plan.allocations, ...plan.unplanned].filter((each) => each.lineId === id)
          expect(parts.reduce((sum, each) => sum + each.quantity, 0)).toBe(quantity)
        }
        if (!allowPartial) expect(plan.allocations.length === 0 || plan.unplanned.length === 0).toBe(true)
        if (allowPartial && lines.every(({ packQuantity }) => packQuantity === 1)) {
          for (const of of ['S', 'T']) {
            const wanted = lines.filter((each) => each.sku === of).reduce((sum, each) => sum + each.quantity, 0)
            const there = positions.filter((each) => each.sku === of).reduce((sum, each) => sum + each.available, 0)
            const got = plan.allocations.filter((each) => each.sku === of).reduce((sum, each) => sum + each.quantity, 0)
            expect(got).toBe(Math.min(wanted, there))
          }
        }
        expect(planOrder(lines, places('x', 'y', 'z', 'w').toReversed(), positions.toReversed(), allowPartial)).toEqual(
          plan,
        )
      }),
    )
  })
})
