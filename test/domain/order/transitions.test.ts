import { describe, expect, it } from 'vitest'
import { evolve } from '../../../src/domain/order/evolve.ts'
import { orderViolations, stateViolations } from '../../../src/domain/order/invariants.ts'
import type { OrderEvent } from '../../../src/domain/order/order-event.ts'
import type { OrderState } from '../../../src/domain/order/order-state.ts'
import { firstIllegalStep } from '../../../src/domain/order/transitions.ts'
import { shipmentReport, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

async function closedOrder(): Promise<OrderRig> {
  const rig = new OrderRig()
  rig.stock.receive('ROPE-10', 'east', 2)
  rig.accept({ type: 'observe', order: testOrder([{ quantity: 2 }]) })
  await rig.settle()
  rig.accept({ type: 'record_shipment', shipment: shipmentReport(1, 'a', { L1: 2 }) })
  await rig.settle()
  return rig
}

describe('the history of an order', () => {
  it('is a legal path', async () => {
    const rig = await closedOrder()
    const events = rig.history.map(({ event }) => event)
    expect(firstIllegalStep(events)).toBeNull()
    expect(orderViolations(rig.document, events, null)).toEqual([])
  })

  it('is no legal path when something happens before the order exists, twice, or out of turn', async () => {
    const events = (await closedOrder()).history.map(({ event }) => event)
    expect(firstIllegalStep(events.slice(1))).toBe(0)
    expect(firstIllegalStep([events[0], events[0]] as OrderEvent[])).toBe(1)
    const planned = events.findIndex((event) => event.type === 'planned')
    expect(firstIllegalStep(events.toSpliced(planned, 1))).not.toBeNull()
    const shipped = events.filter((event) => event.type === 'shipment_recorded')
    expect(firstIllegalStep([...events, ...shipped])).toBe(events.length)
  })

  it('cannot be folded further with an event that its stage does not allow', async () => {
    const rig = await closedOrder()
    const planned = rig.history.find(({ event }) => event.type === 'planned')
    expect(() => evolve(rig.document, planned?.event as OrderEvent, rig.nowMs)).toThrow('planned is not possible')
  })

  it('has as many events as the version says, and captures once', async () => {
    const rig = await closedOrder()
    const events = rig.history.map(({ event }) => event)
    expect(orderViolations(rig.document, events.slice(0, -1), null)).toContainEqual(expect.stringContaining('I6'))
    expect(orderViolations(rig.document, [events[0], ...events] as OrderEvent[], null)).toContain('I3: captured twice')
  })

  it('leaves no work without an alarm', async () => {
    const rig = new OrderRig()
    rig.accept({ type: 'observe', order: testOrder([{ quantity: 2 }]) })
    const events = rig.history.map(({ event }) => event)
    expect(orderViolations(rig.document, events, null)).toEqual(['I5: work is pending and no alarm is set'])
    expect(orderViolations(rig.document, events, rig.nowMs)).toEqual([])
  })
})

describe('the checker', () => {
  const breaches: readonly [string, (state: OrderState) => OrderState][] = [
    ['units that do not sum to ordered', (state) => onLine(state, (line) => ({ ...line, ordered: 5 }))],
    ['a negative quantity', (state) => onUnits(state, { open: -1, shipped: 3 })],
    ['more returned than shipped', (state) => onUnits(state, { returned: 3 })],
    [
      'a claim without units',
      (state) => ({ ...state, reservations: state.reservations.map((r) => ({ ...r, shipped: 0 })) }),
    ],
    [
      'a reservation that gives more than it has',
      (state) => ({ ...state, reservations: state.reservations.map((r) => ({ ...r, released: 9 })) }),
    ],
    ['released units that no warehouse holds', (state) => onUnits(state, { shipped: 1, released: 1 })],
    ['shipped units without a shipment', (state) => ({ ...state, shipments: [] })],
    ['two calls under one external id', (state) => ({ ...state, intents: [...state.intents, ...state.intents] })],
  ]
  const onLine = (state: OrderState, change: (line: OrderState['lines'][number]) => OrderState['lines'][number]) => ({
    ...state,
    lines: state.lines.map(change),
  })
  const onUnits = (state: OrderState, units: Partial<OrderState['lines'][number]['quantities']>) =>
    onLine(state, (line) => ({ ...line, quantities: { ...line.quantities, ...units } }))

  it.each(breaches)('catches %s', async (_what, breach) => {
    const { state } = await closedOrder()
    expect(stateViolations(state)).toEqual([])
    expect(stateViolations(breach(state))).not.toEqual([])
  })
})
