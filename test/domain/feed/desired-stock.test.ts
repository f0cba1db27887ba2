import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AtsRules, atsOf } from '../../../src/domain/atp/ats-of.ts'
import type { PositionSummary } from '../../../src/domain/atp/position-figures.ts'
import { bundlesByPlace, desiredPrices, desiredStock, unitsByPlace } from '../../../src/domain/feed/desired-stock.ts'
import { accountId, locationId, sku } from '../../../src/domain/shared/ids.ts'

const summary = (location: string, sellable: number): PositionSummary => ({
  ...{ sku: sku('ROPE-10'), location: locationId(location), version: 1, asOfMs: 1 },
  states: {
    ...{ available: sellable, committed: 0, reserved: 0, damaged: 0, safetyStock: 0, qualityControl: 0 },
    ...{ onHand: sellable, incoming: 0, backordered: 0 },
  },
  figures: {
    ...{ sellable, committed: 0, held: 0, safetyStock: 0 },
    ...{ lots: [], needs: [], supplies: [], demands: [], protections: [] },
  },
})
const rules = { excluded: false, threshold: 0, unrouted: 0, cap: null, buffer: 0, keepBackAt: () => 0 }
const terms = (units: Readonly<Record<string, number>>, change: Partial<AtsRules> = {}) =>
  atsOf({
    summaries: Object.entries(units).map(([location, sellable]) => summary(location, sellable)),
    ask: { nowMs: 2, group: null, goodUntilMs: null },
    rules: { ...rules, ...change },
  })
const places = [
  { externalLocationId: 'L1', locations: ['east', 'south'] },
  { externalLocationId: 'L2', locations: ['west'] },
]
const listing = {
  ...{ account: accountId('shop'), externalSku: 'R', sku: sku('ROPE-10') },
  ...{ packQuantity: 3, externalItemId: '8089' as string | null },
}

describe('what a channel shows at its own locations', () => {
  it('is what lies behind each of them', () => {
    expect(unitsByPlace(terms({ east: 4, south: 3, west: 5 }), places)).toEqual([7, 5])
  })

  it('is kept back from each in proportion when the network keeps something back', () => {
    const units = { east: 10, south: 10, west: 10 }
    expect(unitsByPlace(terms(units, { threshold: 15 }), places)).toEqual([10, 5])
    expect(unitsByPlace(terms(units, { buffer: 29 }), places)).toEqual([1, 0])
    expect(unitsByPlace(terms(units, { cap: 3 }), places)).toEqual([2, 1])
  })

  it('is nothing of what is excluded', () => {
    expect(unitsByPlace(terms({ east: 10, south: 0, west: 10 }, { excluded: true }), places)).toEqual([0, 0])
  })

  it('never adds up to more than the channel may sell, nor to less', () => {
    const units = fc.integer({ min: 0, max: 1_000 })
    fc.assert(
      fc.property(units, units, units, units, units, (east, south, west, threshold, buffer) => {
        const found = terms({ east, south, west }, { threshold, buffer })
        const shown = unitsByPlace(found, places)
        expect(shown.reduce((sum, each) => sum + each, 0)).toBe(found.ats)
        expect(shown.every((each, index) => each <= ([east + south, west][index] ?? 0))).toBe(true)
      }),
    )
  })

  it('is in whole packs, for every listing whose item the channel has told', () => {
    expect(desiredStock([listing, { ...listing, externalItemId: null }], places, [7, 5])).toEqual([
      { kind: 'stock', item: '8089', place: 'L1', value: 2 },
      { kind: 'stock', item: '8089', place: 'L2', value: 1 },
    ])
  })

  it('is its price as well, in the currency of the channel, once that has named what the price is set on', () => {
    const named = { ...listing, externalProductId: '7', externalVariantId: '8' }
    const inDollars = { ...named, price: { amountMinor: 1_990, currency: 'USD' } }
    const inEuros = { ...named, price: { amountMinor: 1_790, currency: 'EUR' } }
    const unnamed = { ...listing, price: inDollars.price }
    expect(desiredPrices([named, inDollars, inEuros, unnamed], 'USD')).toEqual([
      { kind: 'price', item: '8', place: '7', value: 1_990 },
    ])
    expect(desiredPrices([inDollars], null)).toEqual([])
  })

  it('is what the scarcest component of a bundle allows', () => {
    const components = [
      { terms: terms({ east: 4, south: 3, west: 5 }), quantity: 1 },
      { terms: terms({ east: 40, south: 40, west: 40 }, { cap: 6 }), quantity: 2 },
    ]
    expect(bundlesByPlace(components, places)).toEqual([2, 1])
  })

  it('counts of a bundle only what one location has whole, also behind the same place', () => {
    const components = [
      { terms: terms({ east: 8, south: 0, west: 9 }), quantity: 2 },
      { terms: terms({ east: 1, south: 7, west: 3 }), quantity: 1 },
    ]
    expect(bundlesByPlace(components, places)).toEqual([1, 3])
  })
})
