/** Random histories with lots, supply, later dates and protected units. fast-check prints the seed and the smallest. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { atpOf } from '../../../src/domain/atp/atp-of.ts'
import { figuresOf } from '../../../src/domain/stock/figures-of.ts'
import { openUnits } from '../../../src/domain/stock/reservation.ts'
import type { StockCommand } from '../../../src/domain/stock/stock-command.ts'
import { MemoryStock } from '../../fixtures/memory-stock.ts'
import {
  announceSupply,
  cancelSupply,
  commit,
  hold,
  lots,
  move,
  protect,
  receiveSupply,
  release,
  setLotStatus,
  setSafetyStock,
  ship,
  snapshot,
  takeOver,
} from '../../fixtures/stock-commands.ts'
import { slowAtp } from '../atp/slow-promise.ts'

const units = fc.integer({ min: 1, max: 6 })
const aWhile = fc.integer({ min: 1, max: 12 })
const lotId = fc.constantFrom('A', 'B', 'C')
const claim = fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5')
/** Those that an order took over as well. */
const anyClaim = fc.oneof(claim, fc.constantFrom('o0', 'o1'))
const group = fc.constantFrom('contract', 'market', null)
const supplyId = fc.constantFrom('po', 'asn')
type Build = (nowMs: number) => StockCommand

/** Commands as functions of the clock: what they name in time lies around it. */
const step: fc.Arbitrary<Build> = fc.oneof(
  fc.record({ claim, units, group, due: fc.option(aWhile), life: fc.option(aWhile), keepBack: fc.nat(2) }).map(
    (told): Build =>
      (nowMs) =>
        hold(told.claim, told.units, {
          ...{ group: told.group, keepBack: told.keepBack, allowPartial: told.units % 2 === 0 },
          ...(told.due === null ? {} : { dueAtMs: nowMs + told.due }),
          ...(told.life === null ? {} : { goodUntilMs: nowMs + told.life }),
          expiresAtMs: told.units === 5 ? nowMs + 4 : null,
        }),
  ),
  claim.map(
    (id): Build =>
      () =>
        commit(id),
  ),
  fc.record({ claim, units, group, keepBack: fc.nat(2), number: fc.nat(3) }).map(
    (told): Build =>
      (nowMs) =>
        takeOver(told.claim, `o${told.number}`, told.units, {
          ...{ group: told.group, keepBack: told.keepBack, allowPartial: told.units % 2 === 0 },
          expiresAtMs: told.units === 5 ? nowMs + 4 : null,
        }),
  ),
  fc.tuple(anyClaim, fc.option(units)).map(
    ([id, quantity]): Build =>
      () =>
        release(id, quantity),
  ),
  fc.tuple(anyClaim, units).map(
    ([id, quantity]): Build =>
      (nowMs) =>
        ship(id, `s-${nowMs}`, quantity),
  ),
  fc.tuple(lotId, units, aWhile).map(
    ([lot, quantity, life]): Build =>
      (nowMs) => ({
        ...move(`in-${nowMs}`, 'receipt', quantity, nowMs),
        lots: lots(`${lot}:${quantity}@${nowMs + life}`),
      }),
  ),
  units.map(
    (quantity): Build =>
      (nowMs) =>
        move(`out-${nowMs}`, 'shipment', quantity, nowMs),
  ),
  units.map(
    (quantity): Build =>
      (nowMs) =>
        move(`in-${nowMs}`, 'receipt', quantity, nowMs),
  ),
  fc.tuple(lotId, fc.constantFrom('sellable', 'quality_hold', 'recalled')).map(
    ([lot, status]): Build =>
      () =>
        setLotStatus(lot, status),
  ),
  fc.tuple(supplyId, units, aWhile, fc.constantFrom(50, 100)).map(
    ([id, quantity, due, confidencePercent]): Build =>
      (nowMs) =>
        announceSupply(id, quantity * 2, nowMs + due, { confidencePercent, sourceVersion: nowMs, overdueDelayMs: 3 }),
  ),
  fc.tuple(supplyId, units, fc.boolean()).map(
    ([id, quantity, final]): Build =>
      (nowMs) =>
        receiveSupply(`d-${nowMs}`, `${id}`, quantity, nowMs, { final: final && quantity === 1 }),
  ),
  supplyId.map(
    (id): Build =>
      (nowMs) =>
        nowMs % 7 === 0 ? cancelSupply(id) : setSafetyStock(nowMs % 3),
  ),
  fc.tuple(units, fc.option(aWhile), fc.nat(2)).map(
    ([quantity, until, lent]): Build =>
      (nowMs) =>
        protect('contract', quantity, {
          releaseAtMs: until === null ? null : nowMs + until,
          consume: quantity % 2 === 0 ? 'protected_first' : 'unprotected_first',
          lendsTo: lent === 0 ? [] : [{ group: 'market', quantityMax: lent }],
        }),
  ),
  fc.tuple(fc.nat(12), fc.nat(3)).map(
    ([onHand, ago]): Build =>
      (nowMs) =>
        snapshot(`f-${nowMs}`, onHand, nowMs - ago),
  ),
)

it('whatever comes, the invariants hold, and a hold gets what the slow reference says may be promised', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.integer({ min: 1, max: 3 })), { minLength: 5, maxLength: 50 }), (steps) => {
      const stock = new MemoryStock()
      let nowMs = 1_000
      for (const [build, pause] of steps) {
        nowMs += pause
        stock.tidy(nowMs)
        const command = build(nowMs)
        const isClaim = command.type === 'hold' || command.type === 'take_over'
        const isFirst = isClaim && !stock.reservations.has(command.reservationId)
        const figures = figuresOf(stock.position, nowMs)
        const source = command.type === 'take_over' ? stock.reservations.get(command.source) : undefined
        const decided = stock.execute(command, nowMs)
        if (!isClaim || !isFirst) continue
        const { group: asker = null, keepBack = 0, quantity, allowPartial } = command
        const has = source === undefined ? 0 : openUnits(source)
        // What is taken over beyond a claim is asked for on its terms.
        const { goodUntilMs = null, dueAtMs = null } = source !== undefined && has > 0 ? source : command
        const ask = { nowMs, group: asker, goodUntilMs: (goodUntilMs ?? 0) > nowMs ? goodUntilMs : null, keepBack }
        const byMs = Math.max(nowMs, dueAtMs ?? nowMs)
        const promised = has + atpOf(figures, ask, byMs)
        expect(promised).toBe(has + slowAtp(figures, ask, byMs))
        const expected = allowPartial ? Math.min(quantity, promised) : quantity <= promised ? quantity : 0
        expect(decided.ok ? decided.value.granted : 0, JSON.stringify(command)).toBe(expected)
      }
    }),
    { numRuns: 1_500 },
  )
})

type Happened = { readonly lot: 'A' | 'B'; readonly units: number; readonly how: 'moved' | 'arrived' | 'looked' }
const happened: fc.Arbitrary<Happened> = fc.record({
  lot: fc.constantFrom('A', 'B'),
  units: fc.integer({ min: -6, max: 8 }),
  how: fc.constantFrom('moved', 'moved', 'arrived', 'looked'),
})

/** What truly happened, and the truthful reports of it; figures tell lots or do not. */
function reportsOf(history: readonly Happened[]) {
  const shelf = { A: 0, B: 0 }
  let arrived = 0
  const announced = 100
  const reports = history.flatMap(({ lot, units: told, how }, index): StockCommand[] => {
    const atMs = (index + 1) * 10
    if (how === 'looked') {
      const named = (['A', 'B'] as const).filter((id) => shelf[id] > 0).map((id) => `${id}:${shelf[id]}`)
      return [snapshot(`f-${index}`, shelf.A + shelf.B, atMs, told % 2 === 0 ? { lots: lots(...named) } : {})]
    }
    const moved = how === 'arrived' ? Math.abs(told) : Math.max(told, -shelf[lot])
    if (moved === 0) return []
    shelf[lot] += moved
    const named = lots(`${lot}:${Math.abs(moved)}`)
    if (how === 'arrived') {
      arrived += moved
      return [receiveSupply(`d-${index}`, 'po', moved, atMs, { lots: named })]
    }
    return [{ ...move(`m-${index}`, moved > 0 ? 'receipt' : 'shipment', Math.abs(moved), atMs), lots: named }]
  })
  const supply = [
    announceSupply('po', 7, 50_000, { sourceVersion: 1 }),
    announceSupply('po', announced, 60_000, { sourceVersion: 2 }),
  ]
  return { reports: [...reports, ...supply], shelf, open: Math.max(0, announced - arrived) }
}

it('reports of lots, supply and figures end at the truth, in whatever order and however often they come', () => {
  const told = fc
    .array(happened, { minLength: 1, maxLength: 12 })
    .map(reportsOf)
    .chain((truth) =>
      fc
        .shuffledSubarray([...truth.reports, ...truth.reports], { minLength: truth.reports.length * 2 })
        .map((order) => ({ ...truth, order })),
    )
  fc.assert(
    fc.property(told, ({ order, shelf, open }) => {
      const stock = new MemoryStock()
      for (const report of order) stock.execute(report, 10_000)
      expect(stock.states).toMatchObject({ onHand: shelf.A + shelf.B, available: shelf.A + shelf.B, incoming: open })
      expect(stock.position.missing).toBe(0)
      const known = new Map(stock.position.lots.map((lot) => [lot.lotId, lot.units]))
      expect({ A: known.get('A') ?? 0, B: known.get('B') ?? 0 }).toEqual(shelf)
    }),
    { numRuns: 1_500 },
  )
})
