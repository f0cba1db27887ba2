/** What is held and waits looks again whether a better plan exists, and moves to it without ever being without units. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BetterPlanRules } from '../../../src/domain/config/better-plan.ts'
import { betterPlanDefault } from '../../../src/domain/config/better-plan.ts'
import { sourcingDefault } from '../../../src/domain/config/sourcing.ts'
import type { OrderEvent } from '../../../src/domain/order/order-event.ts'
import type { LocationFacts } from '../../../src/domain/order/plan-inputs.ts'
import { locationId } from '../../../src/domain/shared/ids.ts'
import { rerun } from '../../../src/domain/sourcing/kept-decision.ts'
import { profileSchema } from '../../../src/domain/sourcing/profile.ts'
import type { Lane } from '../../../src/domain/sourcing/request.ts'
import { startMs, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig, rigConfig } from '../../fixtures/order-rig.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const cheapest = profileSchema.parse({ id: 'cheapest', strategies: [{ id: 'cheapest', weights: { ship: 1 } }] })

let rig: OrderRig
/** What it costs to ship from there, and how long it takes at most. */
let costs: Record<string, number>
let days: Record<string, number>

function found(rules: Partial<BetterPlanRules> = {}): OrderRig {
  const betterPlan = { ...betterPlanDefault, ...rules }
  const made = new OrderRig(rigConfig({}, { sourcing: { ...sourcingDefault, betterPlan } }))
  made.profile = { profile: cheapest, version: 1 }
  made.locations = ['east', 'west'].map((location) => openAt(location))
  return made
}

const openAt = (location: string, change: Partial<LocationFacts> = {}): LocationFacts => ({
  location,
  isUp: true,
  dispatchAtMs: startMs + 60 * minuteMs,
  capacity: { dayKey: '2026-03-02', unitsMax: null, unitsUsed: 0, ordersMax: 100, ordersUsed: 0 },
  ...change,
})

function rate(change: Record<string, number> = {}): void {
  costs = { ...costs, ...change }
  rig.rated = ['east', 'west'].map((location) => ({
    location: locationId(location),
    zone: 1,
    lanes: [laneOf(costs[location] ?? 0, days[location] ?? 2)],
  }))
}

const laneOf = (costMinor: number, p90Days: number): Lane => ({
  service: 'ground',
  currency: 'USD',
  p50Days: 1,
  p90Days,
  brackets: [{ gramsMax: 50_000, costMinor }],
})

beforeEach(() => {
  costs = { east: 900, west: 500 }
  days = {}
  rig = found()
  rate()
  rig.stock.receive('ROPE-10', 'east', 10)
})
afterEach(() => rig.check())

/** Planned, held, and waiting for its ERP. */
async function hold(quantity = 3): Promise<void> {
  rig.accept({ type: 'observe', order: testOrder([{ quantity }]) })
  await rig.advance()
}

async function later(minutes: number): Promise<void> {
  const untilMs = rig.nowMs + minutes * minuteMs
  for (let wakeAtMs = rig.state.wakeAtMs; wakeAtMs !== null && wakeAtMs <= untilMs; wakeAtMs = rig.state.wakeAtMs) {
    rig.nowMs = Math.max(rig.nowMs + 1, wakeAtMs)
    await rig.advance()
  }
  rig.nowMs = untilMs
}

function places(): readonly string[] {
  return rig.state.reservations.flatMap(({ location, quantity, released, shipped }) => {
    const units = quantity - released - shipped
    return units === 0 ? [] : [`${units}@${location}`]
  })
}
const count = (type: OrderEvent['type']) => rig.types.filter((each) => each === type).length
const dayCalls = () => rig.locationCalls.map(({ location, command }) => `${command.type} ${location}`)
const better = () => rig.history.flatMap(({ event }) => (event.type === 'planned' && event.reason ? [event] : []))

describe('an order that is held and waits', () => {
  it('moves to a location that has become able to serve it for less', async () => {
    await hold()
    expect(places()).toEqual(['3@east'])
    rig.stock.receive('ROPE-10', 'west', 10)
    await later(29)
    expect(places()).toEqual(['3@east'])
    await later(2)
    expect(places()).toEqual(['3@west'])
    expect(rig.units()).toEqual({ reserved: 3 })
    expect(rig.stock.available('ROPE-10', 'east')).toBe(10)
    await rig.settle(['warehouse_cancel'])
    expect(rig.state.fulfilmentOrders.map(({ location }) => location)).toEqual(['west'])
  })

  it('keeps the decision with the plan that it had among the candidates, and it can be made again', async () => {
    await hold()
    rig.stock.receive('ROPE-10', 'west', 10)
    await later(31)
    const [event] = better()
    const decision = event?.decision
    if (decision === undefined) throw new Error('no decision was kept')
    expect(decision.plan).toMatchObject({ allocations: [{ location: 'west', quantity: 3 }], gainPercent: 44.444444 })
    const current = decision.attempts[0]?.plans.find(({ isCurrent }) => isCurrent)
    expect(current).toMatchObject({ allocations: [{ location: 'east', quantity: 3 }], refused: null })
    expect(rerun(decision)).toBe('same')
  })

  it('holds the new units, and their day, before it gives the old ones back', async () => {
    await hold()
    rig.stock.receive('ROPE-10', 'west', 10)
    const calls: string[] = []
    rig.beforePort = (port) => void (port.startsWith('after') || port.startsWith('figure') || calls.push(port))
    await later(31)
    expect(calls).toEqual([
      'planInputs',
      'reserve_capacity west',
      'hold ROPE-10@west',
      expect.stringMatching(/release_capacity east|release ROPE-10@east|outlook/),
      expect.any(String),
      expect.any(String),
    ])
    expect(dayCalls()).toEqual(['reserve_capacity east', 'reserve_capacity west', 'release_capacity east'])
  })

  it('stays exactly where it is when the new units are refused', async () => {
    await hold()
    const before = rig.state
    rig.stock.receive('ROPE-10', 'west', 3)
    rig.beforePort = (port) => {
      if (port === 'hold ROPE-10@west') rig.stock.receive('ROPE-10', 'west', -1)
    }
    await later(31)
    const { plan, lines, reservations, promises } = rig.state
    expect({ plan, lines, reservations }).toEqual({
      plan: before.plan,
      lines: before.lines,
      reservations: before.reservations,
    })
    expect(promises).toEqual(before.promises)
    expect(rig.state.saga).toMatchObject({ holding: false, refusals: 0, looks: { moves: 0 } })
    expect(dayCalls().slice(1)).toEqual(['reserve_capacity west', 'release_capacity west'])
  })

  it('stays when the day at the other location is full by the time it is claimed', async () => {
    await hold()
    rig.stock.receive('ROPE-10', 'west', 10)
    const full = {
      reason: 'capacity_full',
      day: '2026-03-02',
      ordersFree: 0,
      unitsFree: null,
      nextFreeDay: null,
    } as const
    rig.locationVerdict = (location) =>
      location === 'west' ? { ok: false, error: full } : { ok: true, effect: 'applied' }
    await later(31)
    expect(places()).toEqual(['3@east'])
    expect(rig.stock.calls.filter((call) => call.endsWith('@west'))).toEqual([])
    await rig.settle(['warehouse_cancel'])
    expect(rig.state.fulfilmentOrders.map(({ location }) => location)).toEqual(['east'])
  })

  it('counts its own units and its own day as there', async () => {
    rig = found()
    rate({ east: 500, west: 900 })
    rig.stock.receive('ROPE-10', 'east', 3)
    rig.stock.receive('ROPE-10', 'west', 3)
    await hold()
    const full = { dayKey: '2026-03-02', unitsMax: 3, unitsUsed: 3, ordersMax: 1, ordersUsed: 1 }
    rig.locations = [openAt('east', { capacity: full }), openAt('west')]
    await later(31)
    expect(rig.stock.available('ROPE-10', 'east')).toBe(0)
    expect(count('plan_reviewed')).toBe(1)
    expect(places()).toEqual(['3@east'])
  })

  it('moves a part of it where that saves a shipment, and no unit twice', async () => {
    rig = found()
    rate({ east: 500, west: 500 })
    rig.stock.receive('ROPE-10', 'east', 2)
    rig.stock.receive('ROPE-10', 'west', 1)
    await hold()
    expect(places()).toEqual(['2@east', '1@west'])
    rig.stock.receive('ROPE-10', 'east', 1)
    await later(31)
    expect(places()).toEqual(['2@east', '1@east'])
    expect(rig.stock.available('ROPE-10', 'west')).toBe(1)
  })

  it('comes through a death between any two of its calls', async () => {
    let deaths = 0
    for (let dies = 1; dies <= 12; dies += 1) {
      rig = found()
      rate({ east: 900, west: 500 })
      rig.stock.receive('ROPE-10', 'east', 10)
      await hold()
      rig.stock.receive('ROPE-10', 'west', 10)
      rig.nowMs += 31 * minuteMs
      let ports = 0
      rig.beforePort = () => {
        ports += 1
        if (ports === dies) throw new Error('died')
      }
      await rig.advance()
      rig.beforePort = () => {}
      await rig.advance()
      await later(120)
      if (ports >= dies) deaths += 1
      expect([dies, places()]).toEqual([dies, ['3@west']])
      expect(rig.stock.available('ROPE-10', 'east')).toBe(10)
      rig.check()
    }
    expect(deaths).toBeGreaterThanOrEqual(8)
  })

  it('moves to what an earlier strategy would have by now', async () => {
    const strict = { id: 'strict', constraints: { maxSplits: 0, wholeOrder: true }, weights: { priority: 1 } }
    const strategies = [strict, { id: 'lax', weights: { ship: 1 } }]
    rig = found()
    rig.profile = { profile: profileSchema.parse({ id: 'strict-first', strategies }), version: 1 }
    rig.stock.receive('ROPE-10', 'east', 2)
    rig.stock.receive('ROPE-10', 'west', 1)
    await hold()
    expect(places()).toEqual(['2@east', '1@west'])
    rig.stock.receive('ROPE-10', 'west', 2)
    await later(31)
    expect(better()[0]?.decision).toMatchObject({ strategy: 'strict' })
    expect(places()).toEqual(['1@west', '2@west'])
  })

  it('stays once its claims are final, whatever it waits for then', async () => {
    await hold()
    rig.beforePort = (port) => {
      if (port !== 'commit ROPE-10@east') return
      rig.beforePort = () => {}
      rig.accept({ type: 'place_hold', holdId: 'h1', kind: 'fraud', reason: 'odd' }, 'operator')
    }
    rig.commit('erp_create_order/1')
    await rig.advance()
    rig.stock.receive('ROPE-10', 'west', 10)
    await later(24 * 60)
    expect(rig.state).toMatchObject({ stage: 'posted', reservations: [{ location: 'east', status: 'committed' }] })
    expect(count('plan_reviewed')).toBe(0)
  })

  it('moves while a person holds it', async () => {
    rig.beforePort = (port) => {
      if (port !== 'hold ROPE-10@east') return
      rig.beforePort = () => {}
      rig.accept({ type: 'place_hold', holdId: 'h1', kind: 'fraud', reason: 'odd' }, 'operator')
    }
    await hold()
    expect(rig.intents).toEqual({})
    rig.stock.receive('ROPE-10', 'west', 10)
    await later(31)
    expect(places()).toEqual(['3@west'])
    rig.accept({ type: 'release_hold', holdId: 'h1' }, 'operator')
    await rig.settle(['warehouse_cancel'])
    expect(rig.state.fulfilmentOrders.map(({ location }) => location)).toEqual(['west'])
  })
})

describe('what is not better', () => {
  it('is what saves less than the margin', async () => {
    rate({ west: 811 })
    await hold()
    rig.stock.receive('ROPE-10', 'west', 10)
    await later(31)
    expect(places()).toEqual(['3@east'])
    rate({ west: 809 })
    await later(120)
    expect(places()).toEqual(['3@west'])
  })

  it('is what scores the same', async () => {
    rig = found({ marginPercent: 0 })
    rate({ east: 500, west: 500 })
    rig.stock.receive('ROPE-10', 'west', 10)
    await hold()
    rig.stock.receive('ROPE-10', 'east', 10)
    await later(600)
    expect(places()).toEqual(['3@west'])
    expect(count('plan_reviewed')).toBeGreaterThan(3)
  })

  it('is what breaks a promise that the plan it has keeps', async () => {
    days = { east: 2, west: 3 }
    rate()
    await hold()
    expect(rig.state.promises).toMatchObject([{ lineId: 'L1', dateOf: 'delivery' }])
    rig.stock.receive('ROPE-10', 'west', 10)
    await later(31)
    expect(places()).toEqual(['3@east'])
    days = { east: 2, west: 2 }
    rate()
    await later(120)
    expect(places()).toEqual(['3@west'])
    expect(rig.state.promises).toMatchObject([{ byMs: startMs + 60 * minuteMs + 2 * dayMs }])
  })

  it('is, of two that are late, the later one', async () => {
    days = { east: 2, west: 3 }
    rate()
    await hold()
    rig.stock.receive('ROPE-10', 'west', 10)
    const east = openAt('east', { dispatchAtMs: startMs + 2 * dayMs })
    rig.locations = [east, openAt('west', { dispatchAtMs: startMs + dayMs + minuteMs })]
    await later(31)
    expect(places()).toEqual(['3@east'])
    rig.locations = [east, openAt('west', { dispatchAtMs: startMs + dayMs })]
    await later(120)
    expect(places()).toEqual(['3@west'])
  })

  it('is one whose location closes too soon, and none is when its own does', async () => {
    // It is nine at both when the order comes.
    const closes = (location: string, cutOff: string) => {
      const locations = rig.config.locations.map((each) =>
        each.id === location ? { ...each, timeZone: 'UTC', calendar: { ...each.calendar, cutOff } } : each,
      )
      rig.config = { ...rig.config, locations }
    }
    const at = (minutes: number) => new Date(startMs + minutes * minuteMs).toISOString().slice(11, 16)
    closes('west', at(60))
    await hold()
    rig.stock.receive('ROPE-10', 'west', 10)
    await later(31)
    expect(places()).toEqual(['3@east'])
    closes('west', at(600))
    closes('east', at(120))
    await later(60)
    expect(places()).toEqual(['3@east'])
    closes('east', at(600))
    await later(120)
    expect(places()).toEqual(['3@west'])
  })

  it('is anything, where it is switched off', async () => {
    rig = found({ movesMax: 0 })
    rate()
    rig.stock.receive('ROPE-10', 'east', 10)
    await hold()
    rig.stock.receive('ROPE-10', 'west', 10)
    await later(600)
    expect(places()).toEqual(['3@east'])
    expect(count('plan_reviewed')).toBe(0)
    expect(rig.state.saga.looks).toBeUndefined()
  })
})

describe('an order that looks again', () => {
  it('moves no more often than it may, however often the figures turn', async () => {
    rig.stock.receive('ROPE-10', 'west', 10)
    await hold()
    for (let turn = 0; turn < 8; turn += 1) {
      rate(turn % 2 === 0 ? { east: 100, west: 900 } : { east: 900, west: 100 })
      await later(24 * 60)
    }
    expect(better()).toHaveLength(2)
    expect(places()).toEqual(['3@west'])
    expect(rig.state.wakeAtMs).not.toBeNull()
  })

  it('looks ever more rarely while nothing comes of it', async () => {
    await hold()
    const looks = () =>
      rig.history.flatMap(({ event, atMs }) => (event.type === 'plan_reviewed' ? [atMs - startMs] : []))
    await later(3 * 24 * 60)
    const hours = looks().map((atMs) => atMs / 3_600_000)
    expect(hours.slice(0, 5)).toEqual([0.5, 1.5, 3.5, 7.5, 13.5])
    expect(hours.length).toBeLessThan(16)
  })

  it('looks once more at the end of its wait, before its units become final', async () => {
    await hold()
    await later(120)
    expect(count('plan_reviewed')).toBe(2)
    rig.nowMs += 31 * minuteMs
    rig.stock.receive('ROPE-10', 'west', 10)
    await rig.settle(['warehouse_cancel'])
    expect(rig.types.indexOf('stock_committed')).toBeGreaterThan(rig.types.lastIndexOf('plan_reviewed'))
    expect(rig.state.fulfilmentOrders.map(({ location }) => location)).toEqual(['west'])
  })

  it('does not look where it did not wait', async () => {
    rig.stock.receive('ROPE-10', 'west', 10)
    await hold()
    await rig.settle()
    expect(count('plan_reviewed')).toBe(0)
  })

  it('is not kept from its warehouse by a look that cannot be had', async () => {
    await hold()
    rig.nowMs += 31 * minuteMs
    rig.beforePort = (port) => {
      if (port === 'planInputs') throw new Error('nobody answers')
    }
    await rig.settle()
    expect(rig.units()).toEqual({ released: 3 })
    expect(rig.history.flatMap(({ event }) => (event.type === 'plan_reviewed' ? event.outcome : []))).toEqual([
      'unknown',
    ])
  })

  it('looks at once when a location is up again, and not before its interval', async () => {
    await hold()
    await later(100)
    rig.stock.receive('ROPE-10', 'west', 10)
    const up = () => rig.accept({ type: 'return_to_location', location: locationId('west') }, 'timer')
    expect(up().effect).toBe('applied')
    expect(up().effect).toBe('unchanged')
    await later(20)
    expect(places()).toEqual(['3@west'])
    expect(up().effect).toBe('unchanged')
  })
})

describe('what the order hears while the better plan is being held', () => {
  const meanwhile = (happens: () => void) => {
    rig.beforePort = (port) => {
      if (port !== 'after hold ROPE-10@west') return
      rig.beforePort = () => {}
      happens()
    }
  }
  beforeEach(async () => {
    await hold()
    rig.stock.receive('ROPE-10', 'west', 10)
  })

  it('wins when it is a cancellation: nothing is held anywhere', async () => {
    meanwhile(() => void rig.accept({ type: 'cancel', reason: 'changed my mind' }, 'api'))
    await later(31)
    await rig.settle()
    expect(rig.state.stage).toBe('cancelled')
    expect(['east', 'west'].map((location) => rig.stock.available('ROPE-10', location))).toEqual([10, 10])
  })

  it('wins when it is a change: the old plan stays for what is still wanted', async () => {
    meanwhile(
      () => void rig.accept({ type: 'observe', order: testOrder([{ quantity: 1 }], { sourceVersionMs: rig.nowMs }) }),
    )
    await later(31)
    expect(places()).toEqual(['1@east'])
    expect(rig.stock.available('ROPE-10', 'west')).toBe(10)
  })

  it('wins when the new location goes down', async () => {
    const leave = { type: 'leave_location', location: locationId('west'), reason: 'flood' } as const
    meanwhile(() => void rig.accept(leave, 'timer'))
    await later(31)
    expect(places()).toEqual(['3@east'])
    expect(rig.stock.available('ROPE-10', 'west')).toBe(10)
  })

  it('wins when the old location goes down: it is planned again', async () => {
    const leave = { type: 'leave_location', location: locationId('east'), reason: 'flood' } as const
    meanwhile(() => {
      rig.locations = [openAt('east', { isUp: false }), openAt('west')]
      rig.accept(leave, 'timer')
    })
    await later(31)
    expect(places()).toEqual(['3@west'])
    expect(rig.stock.available('ROPE-10', 'east')).toBe(10)
  })

  it('does not make final what is about to be given back', async () => {
    meanwhile(() => rig.commit('erp_create_order/1'))
    await later(31)
    await rig.settle(['warehouse_cancel'])
    expect(rig.state.fulfilmentOrders.map(({ location }) => location)).toEqual(['west'])
    expect(rig.stock.available('ROPE-10', 'east')).toBe(10)
  })
})

it('needs no rules in the configuration', () => {
  expect(rigConfig().sourcing.betterPlan).toEqual({
    marginPercent: 10,
    movesMax: 2,
    intervalMinutes: 30,
    minutesBeforeCutOff: 60,
  })
})
