import { describe, expect, it } from 'vitest'
import { wakeGraceMs } from '../../../src/domain/stock/await-stock.ts'
import { awaitStock, forgetWaiter, hold, move, protect } from '../../fixtures/stock-commands.ts'
import { given, nowMs } from '../../fixtures/stock-scenario.ts'

const arrival = (units: number) => move(`arrival-${units}`, 'receipt', units, nowMs - 1)

describe('orders that wait', () => {
  it('register once and may change their quantity', () => {
    given().when(awaitStock('b2b:1', 3)).records({ type: 'waiter_registered', quantity: 3 })
    given(awaitStock('b2b:1', 3)).when(awaitStock('b2b:1', 3)).unchanged()
    given(awaitStock('b2b:1', 3)).when(awaitStock('b2b:1', 4)).records({ type: 'waiter_registered', quantity: 4 })
  })

  it('are forgotten when they say so', () => {
    given(awaitStock('b2b:1', 3)).when(forgetWaiter('b2b:1')).records({ type: 'waiter_forgotten' })
    given().when(forgetWaiter('b2b:1')).unchanged()
  })

  it('sleep while nothing is available', () => expect(given(awaitStock('b2b:1', 3)).stock.wake(nowMs)).toEqual([]))

  it('are woken first come, first served, as far as the units reach', () => {
    const line = [awaitStock('b2b:1', 3), awaitStock('b2b:2', 3), awaitStock('b2b:3', 3)] as const
    expect(given(...line, arrival(3)).stock.wake(nowMs)).toEqual(['b2b:1'])
    expect(given(...line, arrival(4)).stock.wake(nowMs)).toEqual(['b2b:1', 'b2b:2'])
    expect(given(...line, arrival(90)).stock.wake(nowMs)).toEqual(['b2b:1', 'b2b:2', 'b2b:3'])
  })

  it('are offered what is protected for their group and for no other, besides what is nobody’s', () => {
    const line = [awaitStock('b2b:1', 3), awaitStock('b2b:2', 3, { group: 'vip' }), awaitStock('b2b:3', 3)] as const
    expect(given(...line, protect('vip', 3), arrival(3)).stock.wake(nowMs)).toEqual(['b2b:2'])
    expect(given(...line, protect('other', 3), arrival(3)).stock.wake(nowMs)).toEqual([])
    expect(given(...line, protect('vip', 3), arrival(4)).stock.wake(nowMs)).toEqual(['b2b:1', 'b2b:2'])
    const lent = protect('other', 3, { lendsTo: [{ group: 'vip', quantityMax: 2 }] })
    expect(given(...line, lent, arrival(3)).stock.wake(nowMs)).toEqual(['b2b:2'])
  })

  it('are not offered the same protected units twice, and are asked again in another group', () => {
    const vip = { group: 'vip' }
    const { stock } = given(awaitStock('b2b:1', 2, vip), awaitStock('b2b:2', 3, vip), protect('vip', 3), arrival(3))
    expect(stock.wake(nowMs)).toEqual(['b2b:1', 'b2b:2'])
    expect(stock.wake(nowMs + 1)).toEqual([])
    given(awaitStock('b2b:1', 3, vip))
      .when(awaitStock('b2b:1', 3))
      .records({ type: 'waiter_registered' })
    given(awaitStock('b2b:1', 3, vip))
      .when(awaitStock('b2b:1', 3, vip))
      .unchanged()
  })

  it('are woken by priority, then by age, whoever asked first', () => {
    const late = { priority: 100, sinceMs: 9 }
    const line = [
      awaitStock('b2b:1', 3, late),
      awaitStock('b2b:2', 3, { ...late, sinceMs: 5 }),
      awaitStock('b2b:3', 3, { priority: 10, sinceMs: 20 }),
    ] as const
    expect(given(...line, arrival(3)).stock.wake(nowMs)).toEqual(['b2b:3'])
    expect(given(...line, arrival(7)).stock.wake(nowMs)).toEqual(['b2b:3', 'b2b:2', 'b2b:1'])
    expect(given(...line, arrival(6)).stock.wake(nowMs)).toEqual(['b2b:3', 'b2b:2'])
  })

  it('keep nobody from the units for longer than a moment, whatever their priority', () => {
    const { stock } = given(awaitStock('b2b:1', 3, { priority: 1 }), awaitStock('b2b:2', 3), arrival(3))
    expect(stock.wake(nowMs)).toEqual(['b2b:1'])
    expect(stock.wake(nowMs + wakeGraceMs)).toEqual(['b2b:2'])
    expect(stock.wake(nowMs + 2 * wakeGraceMs)).toEqual(['b2b:1'])
    expect(stock.wake(nowMs + 3 * wakeGraceMs)).toEqual(['b2b:2'])
  })

  it('keep their place when they change their quantity', () => {
    const { stock } = given(awaitStock('b2b:1', 3), awaitStock('b2b:2', 3), awaitStock('b2b:1', 2), arrival(2))
    expect(stock.wake(nowMs)).toEqual(['b2b:1'])
  })

  it('are not offered units that were offered to another a moment ago', () => {
    const { stock } = given(awaitStock('b2b:1', 3), awaitStock('b2b:2', 3), arrival(3))
    stock.wake(nowMs)
    expect(stock.wake(nowMs + 1)).toEqual([])
    stock.execute(move('more', 'receipt', 3, nowMs + 2), nowMs + 2)
    expect(stock.wake(nowMs + 2)).toEqual(['b2b:2'])
  })

  it('go to the back of the line when they do not take what they are offered', () => {
    const { stock } = given(awaitStock('b2b:1', 3), awaitStock('b2b:2', 3), arrival(3))
    expect(stock.wake(nowMs)).toEqual(['b2b:1'])
    expect(stock.wake(nowMs + wakeGraceMs)).toEqual(['b2b:2'])
    expect(stock.wake(nowMs + 2 * wakeGraceMs)).toEqual(['b2b:1'])
  })

  it('are woken again at once when more arrives than the part they were offered', () => {
    const { stock } = given(awaitStock('b2b:1', 4), arrival(2))
    expect(stock.wake(nowMs)).toEqual(['b2b:1'])
    stock.execute(move('more', 'receipt', 8, nowMs + 1), nowMs + 1)
    expect(stock.wake(nowMs + 1)).toEqual(['b2b:1'])
    expect(stock.wake(nowMs + 2)).toEqual([])
  })

  it('are woken for the rest as soon as they have taken the part they were offered', () => {
    const { stock } = given(awaitStock('b2b:1', 4), arrival(2))
    stock.wake(nowMs)
    stock.execute(hold('b2b:1/1/1', 2), nowMs)
    stock.execute(awaitStock('b2b:1', 2), nowMs)
    stock.execute(move('more', 'receipt', 8, nowMs + 1), nowMs + 1)
    expect(stock.wake(nowMs + 1)).toEqual(['b2b:1'])
  })

  it('leave to the next in line what they were not offered', () => {
    const { stock } = given(awaitStock('b2b:1', 3), awaitStock('b2b:2', 3), arrival(4))
    expect(stock.wake(nowMs)).toEqual(['b2b:1', 'b2b:2'])
    stock.execute(move('more', 'receipt', 2, nowMs + 1), nowMs + 1)
    expect(stock.wake(nowMs + 1)).toEqual(['b2b:2'])
  })

  it('are not woken for units that somebody else has taken meanwhile', () => {
    const { stock } = given(awaitStock('b2b:1', 3), arrival(3), hold('r1', 3))
    expect(stock.wake(nowMs)).toEqual([])
  })
})
