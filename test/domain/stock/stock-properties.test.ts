/** Random histories against models that are slow and obvious. fast-check prints the seed and the smallest counterexample. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Command } from '../../../src/domain/stock/decision.ts'
import type { StockCommand } from '../../../src/domain/stock/stock-command.ts'
import { MemoryStock } from '../../fixtures/memory-stock.ts'
import {
  commit,
  extend,
  hold,
  move,
  release,
  setSafetyStock,
  ship,
  snapshot,
  takeOver,
} from '../../fixtures/stock-commands.ts'

const runs = { numRuns: 1_000 }

/** What a person with a sheet of paper would keep: the shelf, and a list of promises looked through every time. */
class PaperStock {
  shelf = 0
  safety = 0
  readonly promises = new Map<string, { units: number; asked: number; ends: number; state: string; shipped: number }>()
  readonly #shipments = new Map<string, number>()

  answer(command: StockCommand, nowMs: number): string {
    for (const promise of this.promises.values()) {
      if (promise.state === 'held' && nowMs >= promise.ends) promise.state = 'expired'
    }
    switch (command.type) {
      case 'hold':
        return this.#hold(
          command.reservationId,
          command.quantity,
          command.expiresAtMs ?? Infinity,
          command.allowPartial,
        )
      case 'take_over':
        return this.#takeOver(command)
      case 'extend':
        return this.#with(command.reservationId, (promise) => {
          if (promise.state === 'held') promise.ends = Math.max(promise.ends, command.expiresAtMs)
          return promise.state === 'released' || promise.state === 'expired' ? `reservation_${promise.state}` : 'ok'
        })
      case 'commit':
        return this.#with(command.reservationId, (promise) => {
          if (promise.state === 'released' || promise.state === 'expired') return `reservation_${promise.state}`
          if (promise.state === 'held') promise.state = 'committed'
          return 'ok'
        })
      case 'release':
        return this.#with(command.reservationId, (promise) => this.#release(promise, command.quantity))
      case 'ship':
        return this.#ship(command.reservationId, command.shipmentId, command.quantity)
      case 'move':
        this.shelf = Math.max(0, this.shelf + (command.movement === 'shipment' ? -command.quantity : command.quantity))
        return 'ok'
      case 'snapshot':
        this.shelf = command.onHand
        return 'ok'
      case 'set_safety_stock':
        this.safety = command.quantity
        return 'ok'
      default:
        throw new Error(`not on paper: ${command.type}`)
    }
  }

  states() {
    const open = (state: string) =>
      [...this.promises.values()].reduce((sum, promise) => sum + (promise.state === state ? promise.units : 0), 0)
    const committed = Math.min(open('committed'), this.shelf)
    const reserved = Math.min(open('held'), this.shelf - committed)
    const safetyStock = Math.min(this.safety, this.shelf - committed - reserved)
    const available = this.shelf - committed - reserved - safetyStock
    const backordered = open('committed') + open('held') - committed - reserved
    return { onHand: this.shelf, committed, reserved, safetyStock, available, backordered }
  }

  #hold(id: string, asked: number, ends: number, partial: boolean): string {
    const known = this.promises.get(id)
    if (known) {
      if (known.asked !== asked) return 'reservation_conflict'
      return known.state === 'released' || known.state === 'expired' ? `reservation_${known.state}` : 'ok'
    }
    const { available } = this.states()
    const units = partial ? Math.min(asked, available) : asked
    if (units === 0 || units > available) return 'insufficient_stock'
    this.promises.set(id, { units, asked, ends, state: 'held', shipped: 0 })
    return 'ok'
  }

  /** The name on the promise is another one; what is not on it is promised as ever. */
  #takeOver({ source, reservationId, quantity, expiresAtMs, allowPartial }: Command<'take_over'>): string {
    const [old, ends] = [this.promises.get(source), expiresAtMs ?? Infinity]
    const open = old !== undefined && (old.state === 'held' || old.state === 'committed') ? old.units : 0
    const moved = Math.min(open, quantity)
    if (old === undefined || moved === 0 || this.promises.has(reservationId))
      return this.#hold(reservationId, quantity, ends, allowPartial)
    const { available } = this.states()
    const wanted = quantity - moved
    const more = allowPartial ? Math.min(wanted, available) : wanted
    if (more > available) return 'insufficient_stock'
    const [state, last] = [more > 0 ? 'held' : old.state, Math.max(ends, old.ends)]
    this.promises.set(reservationId, { units: moved + more, asked: quantity, ends: last, state, shipped: 0 })
    this.#release(old, moved)
    return 'ok'
  }

  #release(promise: { units: number; state: string; shipped: number }, quantity: number | null): string {
    const open = promise.state === 'held' || promise.state === 'committed' ? promise.units : 0
    const back = quantity ?? open
    if (back > open) return 'quantity_exceeds_reservation'
    promise.units -= back
    if (back > 0 && promise.units === 0) promise.state = promise.shipped > 0 ? 'shipped' : 'released'
    return 'ok'
  }

  #ship(id: string, shipment: string, quantity: number): string {
    const told = this.#shipments.get(`${shipment}/${id}`)
    if (told !== undefined) return told === quantity ? 'ok' : 'movement_conflict'
    return this.#with(id, (promise) => {
      if (promise.state !== 'committed' && promise.state !== 'shipped') return 'not_committed'
      if (quantity > (promise.state === 'shipped' ? 0 : promise.units)) return 'quantity_exceeds_reservation'
      this.#shipments.set(`${shipment}/${id}`, quantity)
      promise.units -= quantity
      promise.shipped += quantity
      if (promise.units === 0) promise.state = 'shipped'
      this.shelf = Math.max(0, this.shelf - quantity)
      return 'ok'
    })
  }

  #with(id: string, act: (promise: { units: number; ends: number; state: string; shipped: number }) => string): string {
    const promise = this.promises.get(id)
    return promise ? act(promise) : 'reservation_not_found'
  }
}

const reservation = fc.constantFrom('r1', 'r2', 'r3', 'r4')
const units = fc.integer({ min: 1, max: 9 })
const aWhile = fc.integer({ min: 1, max: 8 })

/** Commands as functions of the clock: what they name in time lies around it. */
const step = fc.oneof(
  fc.tuple(reservation, units, fc.option(aWhile), fc.boolean()).map(
    ([id, quantity, ends, allowPartial]) =>
      (nowMs: number) =>
        hold(id, quantity, { expiresAtMs: ends === null ? null : nowMs + ends, allowPartial }),
  ),
  fc.tuple(reservation, aWhile).map(
    ([id, more]) =>
      (nowMs: number) =>
        extend(id, nowMs + more),
  ),
  reservation.map((id) => () => commit(id)),
  fc.tuple(reservation, reservation, units, fc.option(aWhile), fc.boolean()).map(
    ([source, id, quantity, ends, allowPartial]) =>
      (nowMs: number) =>
        takeOver(source, id, quantity, { expiresAtMs: ends === null ? null : nowMs + ends, allowPartial }),
  ),
  fc.tuple(reservation, fc.option(units)).map(
    ([id, quantity]) =>
      () =>
        release(id, quantity),
  ),
  fc.tuple(reservation, fc.constantFrom('s1', 's2', 's3'), units).map(
    ([id, shipment, quantity]) =>
      () =>
        ship(id, shipment, quantity),
  ),
  units.map((quantity) => (nowMs: number) => move(`in-${nowMs}`, 'receipt', quantity, nowMs)),
  units.map((quantity) => (nowMs: number) => move(`out-${nowMs}`, 'shipment', quantity, nowMs)),
  fc.nat({ max: 12 }).map((onHand) => (nowMs: number) => snapshot(`f-${nowMs}`, onHand, nowMs)),
  fc.nat({ max: 3 }).map((quantity) => () => setSafetyStock(quantity)),
)

it('any commands get the answers and the figures of the slow model, which promises only what is there', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(step, aWhile), { minLength: 5, maxLength: 60 }), (steps) => {
      const stock = new MemoryStock()
      const paper = new PaperStock()
      let nowMs = 1_000
      for (const [build, pause] of steps) {
        nowMs += pause
        const command = build(nowMs)
        const expected = paper.answer(command, nowMs)
        const decided = stock.execute(command, nowMs)
        expect(decided.ok ? 'ok' : decided.error.reason, JSON.stringify(command)).toBe(expected)
        expect(stock.states, JSON.stringify(command)).toMatchObject(paper.states())
        const isNew = decided.ok && decided.value.events.some(({ type }) => type === 'held')
        if (isNew) expect(stock.states.backordered, 'granted although somebody waits for cover').toBe(0)
      }
    }),
    runs,
  )
})

type Happening =
  | { readonly type: 'moved'; readonly units: number; readonly state: 'available' | 'damaged' }
  | { readonly type: 'looked'; readonly tellsDamaged: boolean; readonly numbered: boolean }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('moved' as const),
      units: fc.integer({ min: -9, max: 9 }),
      state: fc.constant('available' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('moved' as const),
      units: fc.integer({ min: 1, max: 4 }),
      state: fc.constant('damaged' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('looked' as const), tellsDamaged: fc.boolean(), numbered: fc.boolean() }),
  },
)

/** What truly happened, and the truthful reports of it: nothing leaves that was not there. */
function reportsOf(happenings: readonly Happening[]) {
  const shelf = { available: 0, damaged: 0 }
  const reports = happenings.flatMap((happened, index): StockCommand[] => {
    const atMs = (index + 1) * 10
    if (happened.type === 'looked') {
      const figures = {
        damaged: happened.tellsDamaged ? shelf.damaged : null,
        sourceSequence: happened.numbered ? index : null,
      }
      return [snapshot(`f-${index}`, shelf.available + shelf.damaged, atMs, figures)]
    }
    const moved = Math.max(happened.units, -shelf[happened.state])
    shelf[happened.state] += moved
    if (moved === 0) return []
    const movement = moved > 0 ? 'receipt' : 'shipment'
    return [move(`m-${index}`, movement, Math.abs(moved), atMs, happened.state)]
  })
  return { reports, shelf }
}

it('reports of what truly happened end at the true figures, in whatever order and however often they come', () => {
  const told = fc
    .array(happening, { minLength: 1, maxLength: 14 })
    .map(reportsOf)
    .chain(({ reports, shelf }) =>
      fc
        .shuffledSubarray([...reports, ...reports], { minLength: reports.length * 2 })
        .map((order) => ({ reports: order, shelf })),
    )
  fc.assert(
    fc.property(told, ({ reports, shelf }) => {
      const stock = new MemoryStock()
      for (const report of reports) stock.execute(report, 10_000)
      expect(stock.states).toMatchObject({
        onHand: shelf.available + shelf.damaged,
        damaged: shelf.damaged,
        available: shelf.available,
      })
      expect(stock.position.missing).toBe(0)
    }),
    runs,
  )
})
