import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sku } from '../../../src/domain/shared/ids.ts'
import { type PlaceLine, placeLines } from '../../../src/domain/stock/place-lines.ts'

const line = (id: string, quantity: number, parts: Readonly<Record<string, number>>, only?: string[]): PlaceLine => ({
  id,
  quantity,
  parts: Object.entries(parts).map(([name, units]) => ({ sku: sku(name), units })),
  only: only ?? null,
})
const placed = (lines: readonly PlaceLine[], stock: Readonly<Record<string, number>>) =>
  placeLines(lines, ['x', 'y'], new Map(Object.entries(stock))).placed.map(
    ({ id, quantity, location }) => `${id}:${quantity}@${location}`,
  )

describe('placing lines', () => {
  it('takes one location for all of them before it takes the first for a part', () => {
    const lines = [line('a', 2, { R: 1 }), line('b', 1, { H: 1 })]
    expect(placed(lines, { 'R@x': 2, 'R@y': 2, 'H@y': 1 })).toEqual(['a:2@y', 'b:1@y'])
  })

  it('keeps a line whole where it can, and spreads it where it must', () => {
    expect(placed([line('a', 3, { R: 1 }), line('b', 2, { R: 1 })], { 'R@x': 3, 'R@y': 2 })).toEqual(['a:3@x', 'b:2@y'])
    expect(placed([line('a', 4, { R: 1 })], { 'R@x': 3, 'R@y': 2 })).toEqual(['a:3@x', 'a:1@y'])
  })

  it('makes a bundle of what lies at one location, never of two', () => {
    const kit = line('kit', 2, { R: 2, H: 1 })
    expect(placed([kit], { 'R@x': 4, 'H@x': 1, 'R@y': 1, 'H@y': 1 })).toEqual(['kit:1@x'])
  })

  it('sums what lines take of one component', () => {
    const lines = [line('kit', 1, { R: 2, H: 1 }), line('rope', 1, { R: 1 })]
    expect(placeLines(lines, ['x'], new Map(Object.entries({ 'R@x': 2, 'H@x': 1 }))).missing).toEqual([
      { id: 'rope', quantity: 1 },
    ])
  })

  it('asks nobody else for a line that names its locations', () => {
    expect(placed([line('a', 1, { R: 1 }, ['y'])], { 'R@x': 9, 'R@y': 1 })).toEqual(['a:1@y'])
  })

  const lines = fc.array(
    fc.record({ units: fc.integer({ min: 1, max: 5 }), R: fc.integer({ min: 1, max: 3 }), H: fc.nat(2) }),
    { minLength: 1, maxLength: 4 },
  )
  const stock = fc.record({ 'R@x': fc.nat(9), 'R@y': fc.nat(9), 'H@x': fc.nat(9), 'H@y': fc.nat(9) })

  it('never places more than there is, nor more or less than was asked', () => {
    fc.assert(
      fc.property(lines, stock, (asked, there) => {
        const wanted = asked.map(({ units, R, H }, index) => line(`${index}`, units, H === 0 ? { R } : { R, H }))
        const placing = placeLines(wanted, ['x', 'y'], new Map(Object.entries(there)))
        const used = new Map<string, number>()
        for (const { id, location, quantity } of placing.placed) {
          for (const part of wanted[Number(id)]?.parts ?? []) {
            const key = `${part.sku}@${location}`
            used.set(key, (used.get(key) ?? 0) + part.units * quantity)
          }
        }
        for (const [key, units] of used) expect(units).toBeLessThanOrEqual(there[key as keyof typeof there])
        for (const { id, quantity } of wanted) {
          const all = [...placing.placed, ...placing.missing].filter((each) => each.id === id)
          expect(all.reduce((sum, each) => sum + each.quantity, 0)).toBe(quantity)
        }
      }),
    )
  })
})
