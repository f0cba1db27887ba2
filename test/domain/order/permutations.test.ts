import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openHolds } from '../../../src/domain/order/holds.ts'
import type { OrderCommandBody } from '../../../src/domain/order/order-command.ts'
import type { OrderState } from '../../../src/domain/order/order-state.ts'
import { channelFulfilment, refundOf, startMs, testAddress, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

/** What is true of the order in the end, without when and in what steps it became so. */
function essenceOf(state: OrderState) {
  return {
    order: state.order,
    stage: state.stage,
    lines: state.lines.map(({ lineId, ordered, quantities, shippedExternally }) => ({
      lineId,
      ordered,
      quantities,
      shippedExternally,
    })),
    cancellation: state.cancellation && { ...state.cancellation, refused: null },
    refunds: state.refunds,
    fulfilments: state.channelFulfilments,
    holds: openHolds(state).map(({ kind, reason }) => ({ kind, reason })),
  }
}

const quantity = fc.integer({ min: 0, max: 4 })
const lines = fc
  .record({ A: quantity, B: fc.option(quantity, { nil: undefined }) })
  .map((asked) =>
    Object.entries(asked).flatMap(([id, units]) => (units === undefined ? [] : [{ id, quantity: units }])),
  )

const observation = fc
  .record({
    lines,
    version: fc.integer({ min: 0, max: 3 }),
    cancelled: fc.boolean(),
    payment: fc.constantFrom('paid', 'failed'),
    street: fc.constantFrom('1 Pier Road', '2 Pier Road'),
  })
  .map(({ lines, version, cancelled, payment, street }): OrderCommandBody => {
    const change = {
      sourceVersionMs: startMs + version,
      payment: payment as 'paid',
      shipTo: { ...testAddress, line1: street },
      cancelledAtMs: cancelled && version === 3 ? startMs + version : null,
    }
    return { type: 'observe', order: testOrder(lines, change) }
  })

const refund = fc
  .record({
    id: fc.constantFrom('r1', 'r2'),
    at: fc.integer({ min: 0, max: 4 }),
    units: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ id, at, units }): OrderCommandBody => {
    return { type: 'record_refund', refund: refundOf(id, startMs + at, { A: units }, 'cancel') }
  })

const fulfilment = fc
  .record({
    id: fc.constantFrom('f1', 'f2'),
    units: fc.integer({ min: 1, max: 3 }),
    status: fc.constantFrom('success', 'cancelled'),
    at: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ id, units, status, at }) => channelFulfilment(id, { A: units }, [], { status, atMs: startMs + at }))

const events = fc
  .tuple(observation, fc.array(fc.oneof(observation, refund, fulfilment), { minLength: 1, maxLength: 4 }))
  .map(([first, others]) => [first, ...others])

function* permutationsOf<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length <= 1) {
    yield items
    return
  }
  for (const [index, item] of items.entries()) {
    const rest = items.toSpliced(index, 1)
    for (const others of permutationsOf(rest)) yield [item, ...others]
  }
}

const paid = (body: OrderCommandBody): OrderCommandBody =>
  body.type === 'observe' ? { ...body, order: { ...body.order, payment: 'paid' } } : body

const started = () => {
  const rig = new OrderRig()
  rig.stock.receive('ROPE-10', 'east', 100)
  return rig
}

describe('the order of arrival leaves no trace', () => {
  it('every permutation of up to five events ends in the same state', () => {
    fc.assert(
      fc.property(events, (bodies) => {
        const endings = [...permutationsOf(bodies)].map((order) => {
          const rig = started()
          for (const body of order) rig.accept(body)
          rig.check()
          return essenceOf(rig.state)
        })
        for (const ending of endings) expect(ending).toEqual(endings[0])
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('also when the order is promised, posted and released in between', async () => {
    await fc.assert(
      fc.asyncProperty(events, async (drawn) => {
        // What a hold keeps back depends on when it came; everything else must not.
        const bodies = drawn.map(paid)
        const some = [...permutationsOf(bodies)].filter((_, index) => index % 7 === 0)
        const endings = []
        for (const order of some) {
          const rig = started()
          for (const body of order) {
            rig.accept(body)
            if (rig.document.state !== null) await rig.settle()
          }
          rig.check()
          endings.push(essenceOf(rig.state))
        }
        for (const ending of endings) expect(ending).toEqual(endings[0])
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})
