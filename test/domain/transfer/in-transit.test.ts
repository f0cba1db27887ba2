/** What a destination is told of units on their way: how long they keep, which lots they are of, and again when it was full. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { commandId } from '../../../src/domain/shared/ids.ts'
import { figuresOf } from '../../../src/domain/stock/figures-of.ts'
import { lotsMax, suppliesMax } from '../../../src/domain/stock/position.ts'
import type { LotStatus, LotUnits, StockCommandBody } from '../../../src/domain/stock/stock-command.ts'
import { testCause } from '../../fixtures/stock-commands.ts'
import { receivedUnits, skuUnits, TransferRig } from '../../fixtures/transfer-rig.ts'

const nowMs = 1_790_000_000_000
const hour = 3_600_000
/** Before it arrives, and long after. */
const [shortly, later] = [nowMs + 12 * hour, nowMs + 900 * hour]
const lot = (lotId: string, quantity: number, goodUntilMs: number | null): LotUnits => ({
  lotId,
  quantity,
  goodUntilMs,
})

let rig: TransferRig
let told = 0
beforeEach(() => {
  rig = new TransferRig()
})
afterEach(() => rig.check())

function tell(position: string, body: StockCommandBody): void {
  told += 1
  rig.at(position).execute({ ...body, commandId: commandId(`told-${told}`), cause: testCause }, rig.nowMs)
}
function requested(quantity: number, lots: readonly LotUnits[]): void {
  rig.receive('ROPE@east', quantity, lots)
  rig.request({ ROPE: quantity })
  rig.advance()
}
function ship(shipmentId: string, quantity: number): void {
  rig.send({ type: 'ship', shipmentId, lines: skuUnits({ ROPE: quantity }), shippedAtMs: nowMs })
  rig.advance()
}
function receive(receiptId: string, quantity: number, lots: readonly LotUnits[] = []): void {
  const lines = receivedUnits({ ROPE: quantity }).map((line) => ({ ...line, lots }))
  rig.send({ type: 'receive', receiptId, lines, final: false, receivedAtMs: nowMs })
  rig.advance()
}
const status = (lotId: string, to: LotStatus) =>
  tell('ROPE@west', { type: 'set_lot_status', lotId, status: to, reason: 'notice' })
/** What may be promised of what is on its way: units, and how long they keep. */
const coming = () =>
  figuresOf(rig.at('ROPE@west').position, rig.nowMs).supplies.map(({ units, goodUntilMs }) => [units, goodUntilMs])
const incoming = () => rig.at('ROPE@west').states.incoming

it('keeps as long as the lots that left, first expired first, and without end where they are of none', () => {
  requested(10, [lot('OLD', 3, shortly), lot('NEW', 5, later)])
  ship('one', 4)
  expect(coming()).toEqual([
    [3, shortly],
    [1, later],
  ])
  ship('two', 6)
  expect(coming()).toEqual([
    [3, shortly],
    [5, later],
    [2, null],
  ])
})

it('is less by the lots that arrived, or by what keeps longest where nobody named them', () => {
  requested(10, [lot('OLD', 4, shortly), lot('NEW', 6, later)])
  ship('truck', 10)
  receive('named', 3, [lot('OLD', 3, shortly)])
  expect(coming()).toEqual([
    [1, shortly],
    [6, later],
  ])
  receive('unnamed', 5)
  expect(coming()).toEqual([
    [1, shortly],
    [1, later],
  ])
  receive('rest', 2)
  expect([coming(), rig.transfer?.status]).toEqual([[], 'closed'])
})

it('does not count a lot that was recalled or put on hold meanwhile, until it is let go', () => {
  requested(10, [lot('BAD', 4, later), lot('GOOD', 6, later)])
  ship('truck', 10)
  status('BAD', 'recalled')
  expect([coming(), incoming()]).toEqual([[[6, later]], 10])
  status('GOOD', 'quality_hold')
  expect(coming()).toEqual([])
  status('BAD', 'sellable')
  status('GOOD', 'sellable')
  expect(coming()).toEqual([
    [4, later],
    [6, later],
  ])
})

it('is told of more lots than are worth telling as if the rest kept no longer than the first of it', () => {
  const lots = Array.from({ length: 30 }, (_, index) => lot(`L-${index}`, 2, later + index * hour))
  requested(60, lots)
  ship('truck', 60)
  const units = coming()
  expect(units).toHaveLength(20)
  expect(units.at(-1)).toEqual([22, later + 19 * hour])
  expect(incoming()).toBe(60)
})

it('is told again to a destination that had no room for one more supply, and never forgotten', () => {
  for (let index = 0; index < suppliesMax; index++) announce(`PO-${index}`, 1)
  requested(5, [])
  ship('one', 2)
  expect([incoming(), rig.transfer?.pending.length]).toEqual([suppliesMax, 1])
  expect(rig.lines.ROPE).toMatchObject({ shipped: 2, unannouncedSinceMs: nowMs })
  ship('two', 3)
  rig.advance()
  expect(rig.transfer?.pending).toHaveLength(1)
  expect(rig.history.filter(({ event }) => event.type === 'announcement_refused')).toHaveLength(1)
  tell('ROPE@west', { type: 'cancel_supply', supplyId: 'PO-7', reason: 'not coming' })
  rig.advance()
  expect([incoming(), rig.transfer?.pending.length]).toEqual([suppliesMax - 1 + 5, 0])
  expect(rig.lines.ROPE?.unannouncedSinceMs).toBeUndefined()
})

it('that was refused and has all arrived meanwhile needs no room, and closes', () => {
  for (let index = 0; index < suppliesMax; index++) announce(`PO-${index}`, 1)
  requested(5, [])
  ship('one', 5)
  receive('dock', 5)
  expect([rig.transfer?.status, incoming(), rig.at('ROPE@west').states.onHand]).toEqual(['closed', suppliesMax, 5])
})

it('that arrives at a position full of lots is still blocked where its lot was recalled, and keeps no longer', () => {
  status('BAD', 'recalled')
  const kept = Array.from({ length: lotsMax - 2 }, (_, index) => lot(`K-${index}`, 1, null))
  rig.receive('ROPE@west', kept.length, kept)
  requested(9, [])
  ship('truck', 9)
  receive('dock', 9, [lot('BAD', 3, null), lot('LONG', 4, null), lot('SHORT', 2, shortly)])
  expect(rig.transfer?.status).toBe('closed')
  expect(rig.at('ROPE@west').states).toMatchObject({ onHand: kept.length + 9, qualityControl: 3 })
  const named = rig.at('ROPE@west').position.lots.filter(({ lotId }) => !lotId.startsWith('K-'))
  expect(named).toMatchObject([
    { lotId: 'BAD', units: 3, status: 'recalled' },
    { lotId: 'SHORT', units: 2, goodUntilMs: shortly },
  ])
})

function announce(supplyId: string, quantity: number): void {
  const due = { supplyType: 'purchase_order', dueAtMs: later, confidencePercent: 100, goodUntilMs: null } as const
  tell('ROPE@west', { type: 'announce_supply', supplyId, quantity, ...due, sourceVersion: 1 })
}
