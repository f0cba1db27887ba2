import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planFulfilments } from '../../../src/connectors/shopify/client/plan-fulfilments.ts'
import type { ChannelFulfilmentOrder } from '../../../src/connectors/shopify/client/read-fulfilments.ts'

const order = (
  name: string,
  lines: Readonly<Record<string, number>>,
  change: Partial<ChannelFulfilmentOrder> = {},
): ChannelFulfilmentOrder => ({
  gid: name,
  status: 'OPEN',
  mayFulfil: true,
  location: 'east',
  lines: Object.entries(lines).map(([lineId, remaining]) => ({ gid: `${name}/${lineId}`, lineId, remaining })),
  ...change,
})
const none = new Map<string, number>()
const item = (id: string, quantity: number) => ({ id, quantity })

describe('the units of a shipment', () => {
  it('are taken from several fulfilment orders of one location in one call', () => {
    const planned = planFulfilments(
      [{ lineId: 'a', quantity: 3 }],
      [order('F1', { a: 2 }), order('F2', { a: 2 })],
      none,
    )
    expect(planned).toEqual({
      ok: true,
      value: [
        [
          { fulfillmentOrderId: 'F1', fulfillmentOrderLineItems: [item('F1/a', 2)] },
          { fulfillmentOrderId: 'F2', fulfillmentOrderLineItems: [item('F2/a', 1)] },
        ],
      ],
    })
  })

  it('are split into one call per location', () => {
    const orders = [order('F1', { a: 1 }), order('F2', { b: 1 }, { location: 'west' })]
    const lines = ['a', 'b'].map((lineId) => ({ lineId, quantity: 1 }))
    const planned = planFulfilments(lines, orders, none)
    expect(planned.ok && planned.value.map((group) => group.map((each) => each.fulfillmentOrderId))).toEqual([
      ['F1'],
      ['F2'],
    ])
  })

  it.each([
    ['closed', { status: 'CLOSED' }, 'nothing_left'],
    ['cancelled', { status: 'CANCELLED' }, 'nothing_left'],
    ['on hold', { status: 'ON_HOLD' }, 'held'],
    ['scheduled', { status: 'SCHEDULED' }, 'held'],
    ["another service's", { mayFulfil: false }, 'not_ours'],
  ])('cannot be taken from a fulfilment order that is %s', (_what, change, reason) => {
    const planned = planFulfilments([{ lineId: 'a', quantity: 1 }], [order('F1', { a: 1 }, change)], none)
    expect(planned).toEqual({ ok: false, error: { reason, lineId: 'a' } })
  })

  it('may be fewer than remain, never more', () => {
    const lines = [{ lineId: 'a', quantity: 2 }]
    expect(planFulfilments(lines, [order('F1', { a: 5 })], none).ok).toBe(true)
    expect(planFulfilments(lines, [order('F1', { a: 1 })], none)).toMatchObject({ error: { reason: 'nothing_left' } })
  })

  it('that an earlier attempt recorded are forgiven, and only so many', () => {
    const lines = [{ lineId: 'a', quantity: 2 }]
    expect(planFulfilments(lines, [order('F1', {})], new Map([['a', 2]]))).toEqual({ ok: true, value: [] })
    expect(planFulfilments(lines, [order('F1', {})], new Map([['a', 1]])).ok).toBe(false)
  })

  it('are always all planned, within what remains, or refused', () => {
    const lineIds = fc.constantFrom('a', 'b', 'c')
    const orders = fc.array(
      fc.record({ lines: fc.dictionary(lineIds, fc.nat(4)), location: fc.constantFrom('east', 'west') }),
      { maxLength: 5 },
    )
    const wanted = fc.uniqueArray(fc.record({ lineId: lineIds, quantity: fc.integer({ min: 1, max: 6 }) }), {
      selector: (line) => line.lineId,
    })
    fc.assert(
      fc.property(wanted, orders, (lines, drafts) => {
        const known = drafts.map((draft, at) => order(`F${at}`, draft.lines, { location: draft.location }))
        const planned = planFulfilments(lines, known, none)
        const remaining = new Map(known.flatMap((each) => each.lines).map((line) => [line.gid, line.remaining]))
        const has = (lineId: string) =>
          known
            .flatMap((each) => each.lines)
            .filter((line) => line.lineId === lineId)
            .reduce((sum, line) => sum + line.remaining, 0)
        expect(planned.ok).toBe(lines.every((line) => line.quantity <= has(line.lineId)))
        if (!planned.ok) return
        const items = planned.value.flat().flatMap((each) => each.fulfillmentOrderLineItems)
        expect(items.every((each) => each.quantity > 0 && each.quantity <= (remaining.get(each.id) ?? 0))).toBe(true)
        expect(items.reduce((sum, each) => sum + each.quantity, 0)).toBe(
          lines.reduce((sum, line) => sum + line.quantity, 0),
        )
      }),
    )
  })
})
