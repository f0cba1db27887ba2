/** Who loses cover when a position has less than it promised, and who has it back first. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shortageIn } from '../../../src/domain/stock/claim-cover.ts'
import { openUnits } from '../../../src/domain/stock/reservation.ts'
import type { StockCommand } from '../../../src/domain/stock/stock-command.ts'
import type { LoggedStockEvent } from '../../../src/domain/stock/stock-event.ts'
import { MemoryStock } from '../../fixtures/memory-stock.ts'
import {
  announceSupply,
  commit,
  hold,
  move,
  protect,
  release,
  setLotStatus,
  ship,
  snapshot,
} from '../../fixtures/stock-commands.ts'
import { given, nowMs } from '../../fixtures/stock-scenario.ts'

const received = (units: number) => move('received', 'receipt', units, 1)
const counted = (units: number) => snapshot(`count-${units}`, units, nowMs - 5)

/** What each claim is told to lack, after the position looked at what happened. */
function lacking(stock: MemoryStock, atMs = nowMs): Record<string, number> {
  stock.review(atMs)
  const short = [...stock.reservations.values()].filter(({ uncovered }) => uncovered > 0)
  return Object.fromEntries(short.map(({ reservationId, uncovered }) => [reservationId, uncovered]))
}

const told = (...steps: readonly StockCommand[]) => lacking(given(...steps).stock)

describe('a position that has less than it promised', () => {
  it('says nothing while all of it can still be picked', () =>
    expect(told(received(9), hold('a', 4), hold('b', 3), counted(7))).toEqual({}))

  it('takes the cover of the youngest claim first, and of one claim no more than is missing', () =>
    expect(told(received(9), hold('a', 4), hold('b', 4), counted(6))).toEqual({ b: 2 }))

  it('takes the cover of holds before that of what was committed, however old they are', () =>
    expect(told(received(9), hold('a', 4), hold('b', 4), commit('b'), counted(3))).toEqual({ a: 4, b: 1 }))

  it('takes the cover of least priority first', () =>
    expect(told(received(9), hold('low', 4, { priority: 500 }), hold('high', 4, { priority: 1 }), counted(6))).toEqual({
      low: 2,
    }))

  it('takes the cover of what nobody protected before that of protected units', () => {
    const protection = protect('contract', 4)
    const own = hold('contract', 4, { group: 'contract' })
    expect(told(received(9), hold('market', 4), protection, own, counted(6))).toEqual({ market: 2 })
  })

  it('takes the cover of what is due last first', () => {
    const due = (id: string, dueAtMs: number) => hold(id, 3, { dueAtMs })
    const supply = announceSupply('po', 6, nowMs + 50)
    const steps = [supply, due('later', nowMs + 200), due('sooner', nowMs + 100)]
    expect(told(...steps)).toEqual({})
    const cancelled = announceSupply('po', 4, nowMs + 50, { sourceVersion: 2 })
    expect(told(...steps, cancelled)).toEqual({ later: 2 })
  })

  it('takes the cover of claims that need what is left no longer', () => {
    const lot = (lotId: string, quantity: number, goodUntilMs: number) => [{ lotId, quantity, goodUntilMs }]
    const fresh = { ...move('fresh', 'receipt', 3, 1), lots: lot('fresh', 3, nowMs + 900) }
    const old = { ...move('old', 'receipt', 3, 2), lots: lot('old', 3, nowMs + 100) }
    const steps = [fresh, old, hold('picky', 3, { goodUntilMs: nowMs + 500 }), hold('plain', 3)]
    expect(told(...steps, setLotStatus('fresh', 'recalled'))).toEqual({ picky: 3 })
    expect(told(...steps, setLotStatus('old', 'quality_hold'))).toEqual({ plain: 3 })
  })

  it('takes the cover of a hold before that of a commitment, also where that has outlived its need', () => {
    const { stock } = given(received(5), hold('a', 2), hold('paid', 3, { goodUntilMs: nowMs + 10 }), commit('paid'))
    stock.execute(counted(2), nowMs)
    expect(lacking(stock, nowMs + 20)).toEqual({ a: 2, paid: 1 })
  })

  it('takes the cover of a hold that needs what is left, for a commitment that could do with less', () => {
    const lot = (lotId: string, goodUntilMs: number) => [{ lotId, quantity: 2, goodUntilMs }]
    const fresh = { ...move('fresh', 'receipt', 2, 1), lots: lot('fresh', nowMs + 900) }
    const old = { ...move('old', 'receipt', 2, 2), lots: lot('old', nowMs + 100) }
    const steps = [fresh, old, hold('picky', 2, { goodUntilMs: nowMs + 500 }), hold('paid', 2), commit('paid')]
    expect(told(...steps, setLotStatus('old', 'quality_hold'))).toEqual({ picky: 2 })
  })

  it('promises nothing to anybody while a claim lacks cover', () =>
    given(received(9), hold('a', 4), hold('b', 4), counted(6))
      .when(hold('c', 1))
      .refused({ reason: 'insufficient_stock', available: 0 }))

  it('gives cover back to the one that lost it last, and says so once', () => {
    const { stock } = given(received(9), hold('a', 4), hold('b', 4), counted(2))
    expect(lacking(stock)).toEqual({ a: 2, b: 4 })
    stock.execute(move('found', 'adjustment', 3, nowMs), nowMs)
    expect(lacking(stock)).toEqual({ b: 3 })
    const before = stock.events.length
    expect(lacking(stock)).toEqual({ b: 3 })
    expect(stock.events.length).toBe(before)
  })

  it('is even with a claim that gives back what it lacks', () => {
    const { stock } = given(received(9), hold('a', 4), hold('b', 4), counted(6))
    expect(lacking(stock)).toEqual({ b: 2 })
    stock.execute(release('b', 2), nowMs)
    expect(lacking(stock)).toEqual({})
    expect(stock.states).toMatchObject({ available: 0, reserved: 6, backordered: 0 })
  })

  it('is even with a claim of which units were found and shipped after all', () => {
    const { stock } = given(received(9), hold('a', 4), commit('a'), counted(2))
    expect(lacking(stock)).toEqual({ a: 2 })
    stock.execute(ship('a', 's1', 4), nowMs)
    expect(lacking(stock)).toEqual({})
  })
})

describe('what took the units away', () => {
  const after = { onHand: 0, available: 0 }
  it('is the newest figure or movement by which there are fewer', () => {
    const movement = { id: 'movement/m', occurredAtMs: 1, units: 2 }
    const drift = { type: 'drifted', by: 'snapshot', reference: 's1', asOfMs: 1, believed: 8, found: 5, difference: -3 }
    const drifted = {
      ...drift,
      movedSince: { sellable: 2, damaged: 0, qualityControl: 0 },
      movements: [movement],
      after,
    }
    const more = { ...drifted, difference: 4, reference: 's2' }
    expect(shortageIn([more, drifted] as LoggedStockEvent[])).toEqual({
      type: 'drifted',
      reference: 's1',
      difference: -3,
      movements: [movement],
    })
    expect(shortageIn([more] as LoggedStockEvent[])).toBeNull()
  })
})

describe('over any story', () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant('hold' as const), units: fc.integer({ min: 1, max: 5 }), priority: fc.nat(3) }),
    fc.record({ type: fc.constant('commit' as const), at: fc.nat(20) }),
    fc.record({ type: fc.constant('release' as const), at: fc.nat(20), units: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ type: fc.constant('ship' as const), at: fc.nat(20), units: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ type: fc.constant('count' as const), units: fc.nat(20) }),
    fc.record({ type: fc.constant('find' as const), units: fc.integer({ min: 1, max: 9 }) }),
  )

  it('claims lack together exactly what the position lacks, and none while it lacks nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (story) => {
        const stock = new MemoryStock()
        stock.execute(received(20), 1)
        const names: string[] = []
        story.forEach((what, at) => {
          const atMs = nowMs + at
          const named = 'at' in what ? names[what.at % Math.max(1, names.length)] : undefined
          if (what.type === 'hold') {
            names.push(`r${at}`)
            stock.execute(hold(`r${at}`, what.units, { priority: what.priority }), atMs)
          } else if (what.type === 'count') stock.execute(snapshot(`s${at}`, what.units, atMs), atMs)
          else if (what.type === 'find') stock.execute(move(`m${at}`, 'adjustment', what.units, atMs), atMs)
          else if (named !== undefined && what.type === 'commit') stock.execute(commit(named), atMs)
          else if (named !== undefined && what.type === 'release') stock.execute(release(named, what.units), atMs)
          else if (named !== undefined && what.type === 'ship') stock.execute(ship(named, `s${at}`, what.units), atMs)
          stock.review(atMs)
          const claims = [...stock.reservations.values()]
          const short = claims.reduce((sum, { uncovered }) => sum + uncovered, 0)
          expect(short).toBe(stock.states.backordered)
          const covered = claims.filter((claim) => claim.status === 'held' && claim.uncovered < openUnits(claim))
          const paid = claims.filter(({ status, uncovered }) => status === 'committed' && uncovered > 0)
          if (paid.length > 0) expect(covered).toEqual([])
        })
      }),
    )
  })
})
