/** A claim moves to whom it was made for: whoever holds units keeps them, and what goes with them. */
import { describe, expect, it } from 'vitest'
import { decideAtHome } from '../../../src/domain/stock/decide-at-home.ts'
import { doorOf } from '../../../src/domain/stock/escrow.ts'
import { openUnits } from '../../../src/domain/stock/reservation.ts'
import type { StockCommand } from '../../../src/domain/stock/stock-command.ts'
import { MemoryEscrow } from '../../fixtures/memory-escrow.ts'
import {
  announceSupply,
  commit,
  extend,
  hold,
  lots,
  move,
  protect,
  release,
  setLotStatus,
  setSafetyStock,
  ship,
  snapshot,
  takeOver,
} from '../../fixtures/stock-commands.ts'
import { given, nowMs } from '../../fixtures/stock-scenario.ts'

const received = (units: number) => move('m-1', 'receipt', units, 1)
const laterMs = nowMs + 5_000
type Given = ReturnType<typeof given>
const openOf = ({ stock }: Given, id: string) => {
  const claim = stock.reservations.get(id)
  return claim === undefined ? 0 : openUnits(claim)
}
const drawn = ({ stock }: Given) => stock.position.protections.map((each) => each.drawn)
const loans = ({ stock }: Given) => stock.position.protections.flatMap((each) => each.lendsTo.map(({ taken }) => taken))

describe('a claim that is taken over', () => {
  it('is the new one, of which nobody sees a unit in between', () => {
    const before = given(received(5), hold('cart', 5))
    before
      .when(takeOver('cart', 'order', 5))
      .records(
        { type: 'handed_over', reservationId: 'cart' as never, quantity: 5 },
        { type: 'taken_over', reservationId: 'order' as never, quantity: 5, was: 'held', status: 'held' },
      )
      .answers({ effect: 'applied', granted: 5 })
      .states({ available: 0, reserved: 5 })
    expect([openOf(before, 'cart'), openOf(before, 'order')]).toEqual([0, 5])
  })

  it('is taken over once, however often that is said', () => {
    const before = given(received(5), hold('cart', 5), takeOver('cart', 'order', 3))
    before.when(takeOver('cart', 'order', 3)).unchanged(3)
    before.when(takeOver('cart', 'order', 4)).refused({ reason: 'reservation_conflict' })
    expect([openOf(before, 'cart'), openOf(before, 'order')]).toEqual([2, 3])
  })

  it.each<[string, readonly StockCommand[]]>([
    ['more is kept for safety', [setSafetyStock(9)]],
    ['all is protected for others', [protect('others', 9)]],
    ['all is protected for others and kept', [protect('others', 9), setSafetyStock(4)]],
    ['some of it is missing', [snapshot('f-1', 2, 2)]],
    ['all of it is missing', [snapshot('f-1', 0, 2)]],
    ['others wait for it on a later date', [announceSupply('po', 4, laterMs), hold('later', 4, { dueAtMs: laterMs })]],
  ])('does not compete again when %s', (_, since) => {
    const before = given(received(5), hold('cart', 5), ...since)
    before.when(takeOver('cart', 'order', 5)).answers({ granted: 5 })
    expect([openOf(before, 'cart'), openOf(before, 'order')]).toEqual([0, 5])
  })

  it('does not compete again when its lot may not be sold any more', () => {
    const inLot = { ...received(5), lots: lots('L1:5') }
    const before = given(inLot, hold('cart', 5), setLotStatus('L1', 'recalled'))
    before.when(takeOver('cart', 'order', 5)).answers({ granted: 5 })
  })

  it('is final if it was, and lasts as long as it did', () => {
    const paid = given(received(5), hold('cart', 5, { expiresAtMs: laterMs }), commit('cart'))
    paid.when(takeOver('cart', 'order', 5, { expiresAtMs: nowMs - 1 })).states({ committed: 5, reserved: 0 })
    paid.when(commit('order')).unchanged(5)
    paid.when(ship('order', 's-1', 5)).states({ onHand: 0 })
    const open = given(received(5), hold('cart', 5, { expiresAtMs: laterMs }))
    open.when(takeOver('cart', 'order', 5, { expiresAtMs: nowMs + 1 }), nowMs)
    open.when(extend('order', laterMs), laterMs - 1).unchanged(5)
    open.when(commit('order'), laterMs).refused({ reason: 'reservation_expired' })
  })

  it('keeps its date and its shelf life', () => {
    const inLot = { ...received(6), lots: lots(`L1:6@${laterMs}`) }
    const before = given(
      ...[inLot, hold('cart', 3, { goodUntilMs: laterMs }), announceSupply('po', 4, laterMs - 1)],
      ...[hold('later', 2, { dueAtMs: laterMs - 1 })],
    )
    const { needs, demands } = before.stock.position
    before.when(takeOver('cart', 'order', 3)).answers({ granted: 3 })
    before.when(takeOver('later', 'order-2', 2)).answers({ granted: 2 })
    expect(before.stock.position).toMatchObject({ needs, demands })
    before.when(release('order')).answers({ granted: 3 })
    before.when(release('order-2')).answers({ granted: 2 })
    expect(before.stock.position).toMatchObject({ needs: [], demands: [] })
  })

  it('leaves its holder the rest, to give back', () => {
    const before = given(received(5), hold('cart', 5), takeOver('cart', 'order', 3))
    before.when(release('cart')).answers({ granted: 2 }).states({ available: 2, reserved: 3 })
    expect(openOf(before, 'order')).toBe(3)
  })

  it('serves several, as far as it goes', () => {
    const before = given(received(5), hold('cart', 5), takeOver('cart', 'one', 3), takeOver('cart', 'two', 2))
    before.when(takeOver('cart', 'three', 1)).refused({ reason: 'insufficient_stock', available: 0 })
  })
})

describe('protected units', () => {
  const contract = (consume: 'protected_first' | 'unprotected_first', since: readonly StockCommand[] = []) =>
    given(received(5), protect('contract', 4, { consume }), hold('cart', 5, { group: 'contract' }), ...since)

  it.each([
    ['protected_first', 3],
    ['unprotected_first', 2],
  ] as const)('drawn %s stay drawn, and the rest goes back as it was drawn', (consume, atLast) => {
    const before = contract(consume)
    before.when(takeOver('cart', 'order', 3)).answers({ granted: 3 })
    expect(drawn(before)).toEqual([4])
    before.when(release('cart'))
    expect(drawn(before)).toEqual([atLast])
    before.when(commit('order'))
    before.when(ship('order', 's-1', 3))
    expect(before.stock.position.protections).toMatchObject([{ drawn: 0, shipped: atLast }])
  })

  it('stay drawn although fewer are protected by now, or others draw on them', () => {
    const before = contract('protected_first', [protect('contract', 1)])
    before.when(takeOver('cart', 'order', 3)).answers({ granted: 3 })
    before.when(release('cart'))
    expect(drawn(before)).toEqual([3])
  })

  it('that were borrowed stay borrowed, as many and no more', () => {
    const lendsTo = [{ group: 'market', quantityMax: 3 }]
    const before = given(received(5), protect('contract', 4, { lendsTo }), hold('cart', 4, { group: 'market' }))
    expect([drawn(before), loans(before)]).toEqual([[3], [3]])
    before.when(takeOver('cart', 'order', 2, { group: 'contract' })).answers({ granted: 2 })
    before.when(release('cart'))
    expect([drawn(before), loans(before)]).toEqual([[1], [1]])
  })

  it('are owed to a protection that has ended since by nobody', () => {
    const before = contract('protected_first', [protect('contract', 0), protect('contract', 2)])
    before.when(takeOver('cart', 'order', 5)).answers({ granted: 5 })
    before.when(release('order'))
    expect(drawn(before)).toEqual([0])
  })
})

describe('what the claim has too few of', () => {
  it.each<[string, readonly StockCommand[]]>([
    ['was never there', []],
    ['was given back', [hold('cart', 3), release('cart')]],
    ['ran out', [hold('cart', 3, { expiresAtMs: nowMs - 1 })]],
  ])('is claimed like any other when it %s', (_, before) => {
    given(received(5), ...before)
      .when(takeOver('cart', 'order', 3))
      .records({ type: 'held', quantity: 3 })
    given(received(5), ...before, setSafetyStock(3))
      .when(takeOver('cart', 'order', 3))
      .refused({ reason: 'insufficient_stock', requested: 3, available: 2 })
  })

  it('is claimed beside it on its terms, and all of it is one claim', () => {
    const inLot = { ...received(6), lots: lots(`L1:6@${laterMs}`) }
    const before = given(inLot, hold('cart', 2, { goodUntilMs: laterMs }), commit('cart'))
    before
      .when(takeOver('cart', 'order', 5))
      .answers({ granted: 5 })
      .states({ committed: 0, reserved: 5, available: 1 })
    before.when(takeOver('cart', 'order', 5)).unchanged(5)
    before.when(release('order')).answers({ granted: 5 }).states({ available: 6 })
    expect(before.stock.position.needs).toEqual([])
  })

  it('draws for itself alone', () => {
    const before = given(received(6), hold('cart', 2), protect('contract', 3))
    before.when(takeOver('cart', 'order', 6, { group: 'contract' })).answers({ granted: 6 })
    expect(drawn(before)).toEqual([3])
    before.when(commit('order'))
    before.when(ship('order', 's-1', 2))
    expect(drawn(before)).toEqual([3])
    before.when(release('order'))
    expect(drawn(before)).toEqual([0])
  })

  it('refuses the whole, unless a part is enough', () => {
    const before = given(received(5), hold('cart', 3), setSafetyStock(9))
    before.when(takeOver('cart', 'order', 4)).refused({ reason: 'insufficient_stock', requested: 4, available: 3 })
    expect(openOf(before, 'cart')).toBe(3)
    before.when(takeOver('cart', 'order', 4, { allowPartial: true })).answers({ granted: 3 })
    expect([openOf(before, 'cart'), openOf(before, 'order')]).toEqual([0, 3])
  })
})

describe('cover', () => {
  const told = ({ stock }: Given) =>
    Object.fromEntries(
      [...stock.reservations.values()].flatMap((each) =>
        each.uncovered > 0 ? [[each.reservationId, each.uncovered]] : [],
      ),
    )
  /** The cart is older than its rival, of which two units are missing. */
  const short = (cart: readonly StockCommand[]) => {
    const before = given(received(8), ...cart, hold('rival', 3), snapshot('f-1', 6, 2))
    before.stock.review(nowMs)
    return before
  }

  it('is kept: whoever came after the cart lacks what is missing', () => {
    const before = short([hold('cart', 5)])
    expect(told(before)).toEqual({ rival: 2 })
    before.when(takeOver('cart', 'order', 5))
    before.stock.review(nowMs)
    expect(told(before)).toEqual({ rival: 2 })
    before.when(snapshot('f-2', 4, 3))
    before.stock.review(nowMs)
    expect(told(before)).toEqual({ rival: 3, order: 1 })
  })

  it('that the cart lacks stays lacking to it', () => {
    const before = given(received(5), hold('cart', 5), snapshot('f-1', 3, 2))
    before.stock.review(nowMs)
    before.when(takeOver('cart', 'order', 4)).refused({ reason: 'insufficient_stock', requested: 4, available: 3 })
    before.when(takeOver('cart', 'order', 4, { allowPartial: true })).answers({ granted: 3 })
    before.stock.review(nowMs)
    expect(told(before)).toEqual({ cart: 2 })
    before.when(release('cart'))
    before.stock.review(nowMs)
    expect(told(before)).toEqual({})
  })

  it('that nobody has found to be missing yet is told to whoever took it', () => {
    const before = given(received(5), hold('cart', 5), snapshot('f-1', 3, 2), takeOver('cart', 'order', 5))
    before.stock.review(nowMs)
    expect(told(before)).toEqual({ order: 2 })
  })

  it('that is found again, or was lost by others, is taken over', () => {
    const before = given(received(5), hold('cart', 5), snapshot('f-1', 3, 2))
    before.stock.review(nowMs)
    before.when(snapshot('f-2', 5, 3))
    before.stock.review(nowMs)
    before.when(takeOver('cart', 'order', 5)).answers({ granted: 5 })
  })
})

describe('at a position that has lent units', () => {
  const idAt = (name: string, door: number) => {
    for (let at = 0; ; at += 1) if (doorOf(`${name}-${at}`, 2) === door) return `${name}-${at}`
  }
  const [cart, order] = [idAt('cart', 0), idAt('order', 1)]
  const lender = () => {
    const escrow = new MemoryEscrow()
    escrow.atHome(move('m-1', 'receipt', 40, 0))
    escrow.setShards(2)
    for (const shard of [0, 1]) escrow.settle(shard, false, 6)
    return escrow
  }

  it('moves a claim that a shard granted a moment ago', () => {
    const escrow = lender()
    expect(escrow.atShard(0, hold(cart, 2))).toBe(2)
    expect(escrow.reservations.has(cart)).toBe(false)
    expect(escrow.atHome(takeOver(cart, order, 2))).toBe(2)
    expect(escrow.promised).toBe(2)
  })

  it('asks nobody for units although some are missing', () => {
    const escrow = lender()
    escrow.atHome(hold(cart, 20))
    escrow.atHome(move('m-2', 'adjustment', -15, 0))
    const command = takeOver(cart, order, 20)
    const source = escrow.reservations.get(cart) ?? null
    const none = { sellable: 0, damaged: 0, qualityControl: 0 }
    const reports = { recorded: null, movedAfter: () => none, lotsMovedAfter: () => [], movementsAfter: () => [] }
    const facts = {
      position: escrow.position,
      nowMs,
      reservation: null,
      source,
      waiter: null,
      supply: null,
      ...reports,
    }
    const heard = { forThis: new Set([1]), isUpToDate: () => true }
    expect(decideAtHome(command, facts, heard)).toMatchObject({ kind: 'decided', decided: { value: { granted: 20 } } })
  })
})
