import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StockVerdict } from '../../../src/domain/stock/stock-command.ts'
import { effectAnswers, transferCalls } from '../../../src/domain/transfer/transfer-calls.ts'
import { Cut, receivedUnits, skuUnits, TransferRig } from '../../fixtures/transfer-rig.ts'

let rig: TransferRig
beforeEach(() => {
  rig = new TransferRig()
})
afterEach(() => rig.check())

const shippedAtMs = 1_790_000_000_000
const ship = (shipmentId: string, lines: Readonly<Record<string, number>> | null = null) => {
  const refusal = rig.send({ type: 'ship', shipmentId, lines: lines && skuUnits(lines), shippedAtMs })
  rig.advance()
  return refusal
}
const receive = (receiptId: string, lines: Readonly<Record<string, number>>, final = false) => {
  const told = { type: 'receive', receiptId, lines: receivedUnits(lines), final, receivedAtMs: shippedAtMs } as const
  const refusal = rig.send(told)
  rig.advance()
  return refusal
}
const cancel = () => {
  const refusal = rig.send({ type: 'cancel', reason: 'not needed' })
  rig.advance()
  return refusal
}
function requested(lines: Readonly<Record<string, number>>, stock: Readonly<Record<string, number>>, partial = false) {
  for (const [position, units] of Object.entries(stock)) rig.receive(position, units)
  rig.request(lines, partial)
  rig.advance()
}
const availableAt = (position: string) => rig.at(position).states.available

describe('a transfer', () => {
  it('is claimed, leaves, is announced, arrives and closes', () => {
    requested({ ROPE: 6, HOOK: 2 }, { 'ROPE@east': 10, 'HOOK@east': 2 })
    expect(rig.transfer?.status).toBe('reserved')
    expect([availableAt('ROPE@east'), availableAt('HOOK@east')]).toEqual([4, 0])
    ship('truck')
    expect(rig.transfer?.status).toBe('in_transit')
    expect(rig.at('ROPE@east').states).toMatchObject({ onHand: 4, committed: 0, available: 4 })
    expect(rig.at('ROPE@west').states.onHand).toBe(0)
    rig.check()
    receive('dock', { ROPE: 6, HOOK: 2 })
    expect(rig.transfer?.status).toBe('closed')
    expect([availableAt('ROPE@west'), availableAt('HOOK@west')]).toEqual([6, 2])
  })

  it('is refused whole when one line falls short, and gives the others back', () => {
    requested({ ROPE: 6, HOOK: 3 }, { 'ROPE@east': 10, 'HOOK@east': 2 })
    expect(rig.transfer?.status).toBe('refused')
    expect([availableAt('ROPE@east'), availableAt('HOOK@east')]).toEqual([10, 2])
    expect(rig.lines.HOOK).toMatchObject({ reserved: 0, available: 2 })
  })

  it('takes what there is when a part is welcome, and is refused when there is nothing', () => {
    requested({ ROPE: 6, HOOK: 3 }, { 'ROPE@east': 4 }, true)
    expect(rig.transfer?.status).toBe('reserved')
    expect(rig.lines.ROPE?.reserved).toBe(4)
  })

  it('leaves and arrives in parts', () => {
    requested({ ROPE: 6 }, { 'ROPE@east': 6 })
    ship('one', { ROPE: 2 })
    receive('a', { ROPE: 1 })
    expect(rig.lines.ROPE).toMatchObject({ reserved: 4, shipped: 2, received: 1 })
    rig.check()
    ship('two')
    receive('b', { ROPE: 5 })
    expect(rig.transfer?.status).toBe('closed')
    expect(availableAt('ROPE@west')).toBe(6)
  })

  it('that arrives short is closed by the last receipt: the rest is written off and no longer announced', () => {
    requested({ ROPE: 6, HOOK: 2 }, { 'ROPE@east': 6, 'HOOK@east': 2 })
    ship('truck')
    receive('dock', { ROPE: 5 }, true)
    expect(rig.transfer?.status).toBe('closed')
    expect(rig.lines).toMatchObject({ ROPE: { received: 5, writtenOff: 1 }, HOOK: { received: 0, writtenOff: 2 } })
  })

  it('takes no receipt after the last one, even before its positions have heard of that', () => {
    requested({ ROPE: 1 }, { 'ROPE@east': 1 })
    ship('truck')
    const told = { type: 'receive', receivedAtMs: shippedAtMs } as const
    expect(rig.send({ ...told, receiptId: 'last', lines: [], final: true })).toBeNull()
    const late = rig.send({ ...told, receiptId: 'late', lines: receivedUnits({ ROPE: 1 }), final: false })
    expect(late).toMatchObject({ reason: 'transfer_closed' })
    rig.advance()
    expect(rig.lines.ROPE).toMatchObject({ received: 0, writtenOff: 1 })
  })

  it('that arrives over keeps what is there', () => {
    requested({ ROPE: 6 }, { 'ROPE@east': 6 })
    ship('truck')
    receive('dock', { ROPE: 7 })
    expect(rig.transfer?.status).toBe('closed')
    expect(availableAt('ROPE@west')).toBe(7)
  })

  it('gives everything back when it is cancelled before it left, and the rest when a part has left', () => {
    requested({ ROPE: 6 }, { 'ROPE@east': 6 })
    expect(cancel()).toBeNull()
    expect([rig.transfer?.status, availableAt('ROPE@east')]).toEqual(['cancelled', 6])
    expect(ship('late')).toMatchObject({ reason: 'transfer_closed' })
    rig.check()
    rig = new TransferRig()
    requested({ ROPE: 6 }, { 'ROPE@east': 6 })
    ship('one', { ROPE: 2 })
    cancel()
    expect([rig.transfer?.status, availableAt('ROPE@east')]).toEqual(['in_transit', 4])
    expect(cancel()).toMatchObject({ reason: 'transfer_shipped', inTransit: 2 })
    receive('a', { ROPE: 2 })
    expect(rig.transfer?.status).toBe('closed')
  })

  it('cancelled while its position is still being asked leaves nothing claimed', () => {
    rig.receive('ROPE@east', 6)
    rig.request({ ROPE: 6 })
    rig.atBoundary = (where) => {
      if (where === 'answer east') throw new Cut()
    }
    rig.advance()
    rig.atBoundary = () => {}
    expect(cancel()).toBeNull()
    expect([rig.transfer?.status, availableAt('ROPE@east')]).toEqual(['cancelled', 6])
  })
})

describe('an effect of two commands', () => {
  const yes: StockVerdict = { ok: true, effect: 'applied', granted: 1, available: 0, version: 1 }
  const busy: StockVerdict = { ok: false, error: { reason: 'overloaded' } }
  const no: StockVerdict = { ok: false, error: { reason: 'insufficient_stock', requested: 6, available: 4 } }
  /** Of a transfer that leaves: the claim is given back and the units go, in one call. */
  const answered = (...verdicts: readonly StockVerdict[]) => {
    const trust = { confidencePercent: 100, overdueDelayMs: 0 }
    const [leaving] = rig.transfer === null ? [] : transferCalls(rig.transfer, trust)
    expect(leaving?.effects.map(({ commands }) => commands.length)).toEqual([2])
    return effectAnswers(leaving?.effects ?? [], verdicts).map(({ verdict }) => verdict)
  }

  beforeEach(() => {
    requested({ ROPE: 6 }, { 'ROPE@east': 6 })
    rig.send({ type: 'ship', shipmentId: 'truck', lines: null, shippedAtMs })
  })

  it('is not answered while the position was too busy for one of them, whatever it said to the other', () => {
    expect(answered(no, busy)).toEqual([])
    expect(answered(busy, yes)).toEqual([])
    expect(answered(yes, busy)).toEqual([])
  })

  it('is answered with the refusal, or else with the last', () => {
    expect(answered(no, yes)).toEqual([no])
    expect(answered(yes, { ...yes, granted: 2 })).toEqual([{ ...yes, granted: 2 }])
  })
})

describe('a report of a transfer', () => {
  it('that is repeated changes nothing, and is a conflict with other content', () => {
    requested({ ROPE: 6 }, { 'ROPE@east': 6 })
    for (const _ of [1, 2]) expect(ship('truck', { ROPE: 4 })).toBeNull()
    expect(ship('truck', { ROPE: 2 })).toEqual({ reason: 'transfer_conflict', id: 'truck' })
    for (const _ of [1, 2]) expect(receive('dock', { ROPE: 3 })).toBeNull()
    expect(receive('dock', { ROPE: 1 })).toEqual({ reason: 'transfer_conflict', id: 'dock' })
    expect(rig.lines.ROPE).toMatchObject({ shipped: 4, received: 3 })
    expect(rig.request({ ROPE: 5 })).toEqual({ reason: 'transfer_conflict', id: 'T-1' })
    expect(rig.request({ ROPE: 6 })).toBeNull()
  })

  it.each([
    ['more than is claimed', () => ship('x', { ROPE: 7 }), 'transfer_exceeds_reserved'],
    ['another SKU', () => ship('x', { HOOK: 1 }), 'transfer_line_not_found'],
    ['an arrival before anything left', () => receive('x', { ROPE: 1 }), 'transfer_not_shipped'],
  ])('of %s is refused', (_what, act, reason) => {
    requested({ ROPE: 6 }, { 'ROPE@east': 6 })
    expect(act()).toMatchObject({ reason })
  })

  it('of a transfer that nobody requested is refused', () => {
    expect(cancel()).toEqual({ reason: 'transfer_not_found', transferId: 'T-1' })
  })
})
