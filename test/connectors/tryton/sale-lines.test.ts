import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pricedLinesOf } from '../../../src/connectors/tryton/sale-lines.ts'
import { createRequest } from './tryton-requests.ts'

const noCharges = { shipping: null, tax: null }
const worth = (lines: ReturnType<typeof pricedLinesOf>) =>
  lines.reduce((total, line) => total + line.quantity * line.unitPriceMinor, 0)

const lineArbitrary = fc.record({
  quantity: fc.integer({ min: 1, max: 500 }),
  unitPriceMinor: fc.integer({ min: 0, max: 100_000 }),
  discountMinor: fc.integer({ min: 0, max: 5_000 }),
  taxMinor: fc.integer({ min: 0, max: 5_000 }),
})
const orderArbitrary = fc.record({
  lines: fc.array(lineArbitrary, { minLength: 1, maxLength: 5 }),
  shippingMinor: fc.integer({ min: 0, max: 5_000 }),
  shippingTaxMinor: fc.integer({ min: 0, max: 500 }),
  otherMinor: fc.integer({ min: -500, max: 500 }),
  taxesIncluded: fc.boolean(),
})

describe('the lines of a sale', () => {
  it('add up to the order to the minor unit, with and without tax, whatever the discounts', () => {
    fc.assert(
      fc.property(orderArbitrary, (drawn) => {
        const lines = drawn.lines.map((line, index) => ({
          ...line,
          lineId: `L${index}`,
          externalSku: `SKU-${index}`,
          title: 'thing',
        }))
        const sum = (of: (line: (typeof lines)[number]) => number) => lines.reduce((total, line) => total + of(line), 0)
        const taxMinor = sum((line) => line.taxMinor) + drawn.shippingTaxMinor
        const goods = sum((line) => line.quantity * line.unitPriceMinor - line.discountMinor)
        const beforeTax = goods + drawn.shippingMinor + drawn.otherMinor
        const totalMinor = drawn.taxesIncluded ? beforeTax : beforeTax + taxMinor
        const { shippingMinor, otherMinor, taxesIncluded } = drawn
        const totals = { subtotalMinor: goods, shippingMinor, otherMinor, taxMinor, totalMinor }
        const request = createRequest('1', { lines, totals, taxesIncluded })
        expect(worth(pricedLinesOf(request, noCharges))).toBe(totalMinor - taxMinor)
        expect(worth(pricedLinesOf(request, { shipping: 'SHIP', tax: 'TAX' }))).toBe(totalMinor)
      }),
    )
  })

  it('split a discount that does not divide evenly over two prices, one minor unit apart', () => {
    const lines = [
      { lineId: 'L1', externalSku: 'ROPE-10', title: 'Rope', quantity: 3, unitPriceMinor: 1_999, discountMinor: 100 },
    ]
    const request = createRequest('1', {
      lines,
      totals: { subtotalMinor: 5_997, discountMinor: 100, totalMinor: 5_897 },
    })
    expect(pricedLinesOf(request, noCharges)).toEqual([
      { lineId: 'L1', code: 'ROPE-10', description: 'Rope', quantity: 1, unitPriceMinor: 1_965 },
      { lineId: 'L1', code: 'ROPE-10', description: 'Rope', quantity: 2, unitPriceMinor: 1_966 },
    ])
  })

  it('count base units where the channel sells packs, at the same worth', () => {
    const lines = [{ lineId: 'L1', externalSku: 'ROPE-10', title: 'Rope, six', quantity: 2, unitPriceMinor: 1_000 }]
    const request = createRequest('1', { lines, totals: { subtotalMinor: 2_000, totalMinor: 2_000 } })
    const packed = { ...request, lines: request.lines.map((line) => ({ ...line, packQuantity: 6 })) }
    expect(pricedLinesOf(packed, noCharges)).toEqual([
      { lineId: 'L1', code: 'ROPE-10', description: 'Rope, six', quantity: 4, unitPriceMinor: 166 },
      { lineId: 'L1', code: 'ROPE-10', description: 'Rope, six', quantity: 8, unitPriceMinor: 167 },
    ])
  })

  it('leave out what was cancelled away and what costs nothing beside the goods', () => {
    const lines = [
      { lineId: 'L1', externalSku: 'ROPE-10', title: 'Rope', quantity: 0, unitPriceMinor: 1_000 },
      { lineId: 'L2', externalSku: 'BUOY-R', title: 'Gift', quantity: 1, unitPriceMinor: 0 },
    ]
    const request = createRequest('1', { lines, totals: { subtotalMinor: 0, totalMinor: 0 } })
    expect(pricedLinesOf(request, noCharges)).toEqual([
      { lineId: 'L2', code: 'BUOY-R', description: 'Gift', quantity: 1, unitPriceMinor: 0 },
    ])
  })

  it('carry shipping and tax on the products that the account names for them', () => {
    const lines = [
      { lineId: 'L1', externalSku: 'ROPE-10', title: 'Rope', quantity: 1, unitPriceMinor: 1_000, taxMinor: 80 },
    ]
    const totals = { subtotalMinor: 1_000, shippingMinor: 500, taxMinor: 120, totalMinor: 1_620 }
    const charges = pricedLinesOf(createRequest('1', { lines, totals }), { shipping: 'SHIP', tax: 'TAX' }).slice(1)
    expect(charges).toEqual([
      { lineId: null, code: 'SHIP', description: 'Shipping', quantity: 1, unitPriceMinor: 500 },
      { lineId: null, code: 'TAX', description: 'Tax', quantity: 1, unitPriceMinor: 120 },
    ])
  })
})
