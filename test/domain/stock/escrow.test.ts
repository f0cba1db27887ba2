/** A position that has lent units to shards: what it decides by itself, what it takes over, and what it lends. */
import { describe, expect, it } from 'vitest'
import { adoptClaim } from '../../../src/domain/stock/adopt-claim.ts'
import { decideAtHome, type Heard } from '../../../src/domain/stock/decide-at-home.ts'
import type { Command } from '../../../src/domain/stock/decision.ts'
import { doorOf } from '../../../src/domain/stock/escrow.ts'
import { type Granting, tailUnitsPerShard, termsFor, unitsToGrant } from '../../../src/domain/stock/grant-escrow.ts'
import { evolveReservation, type Reservation } from '../../../src/domain/stock/reservation.ts'
import type { StockCommand } from '../../../src/domain/stock/stock-command.ts'
import type { ReservationEvent, StockEvent } from '../../../src/domain/stock/stock-event.ts'
import { takeStep } from '../../../src/domain/stock/take-step.ts'
import { MemoryEscrow, nowMs } from '../../fixtures/memory-escrow.ts'
import { commit, hold, move, protect, release, testCause } from '../../fixtures/stock-commands.ts'

const shards = 2
const id = 'r-1'
const ownDoor = doorOf(id, shards)
const otherDoor = 1 - ownDoor
const nothingHeard: Heard = { forThis: new Set(), isUpToDate: () => true }

/** `units` in all, some of them lent to each shard. */
class Lender {
  position = new MemoryEscrow().position
  readonly reservations = new Map<string, Reservation>()

  constructor(units: number, lent: readonly number[]) {
    const escrow = new MemoryEscrow()
    escrow.atHome(move('m-1', 'receipt', units, 0))
    escrow.setShards(shards)
    this.position = escrow.position
    lent.forEach((quantity, shard) => {
      if (quantity > 0) this.record([{ type: 'escrow_granted', shard, quantity }])
    })
  }

  record(events: readonly StockEvent[], reservation: Reservation | null = null): void {
    const facts = { position: this.position, reservation, source: null, supply: null }
    const step = takeStep(facts, events, testCause.correlationId, nowMs)
    this.position = step.position
    if (step.reservation) this.reservations.set(step.reservation.reservationId, step.reservation)
  }

  decide(command: StockCommand, heard: Partial<Heard> = {}) {
    const reservation = 'reservationId' in command ? (this.reservations.get(command.reservationId) ?? null) : null
    const source = command.type === 'take_over' ? (this.reservations.get(command.source) ?? null) : null
    const none = { sellable: 0, damaged: 0, qualityControl: 0 }
    const reports = { recorded: null, movedAfter: () => none, lotsMovedAfter: () => [], movementsAfter: () => [] }
    const facts = { position: this.position, nowMs, reservation, source, waiter: null, supply: null, ...reports }
    return decideAtHome(command, facts, { ...nothingHeard, ...heard })
  }

  /** As a command that is decided here would leave it. */
  with(command: Command<'hold'>): this {
    const answer = this.decide(command, { forThis: new Set([ownDoor]) })
    if (answer.kind !== 'decided' || !answer.decided.ok) throw new Error('the hold was not granted')
    this.record(answer.decided.value.events)
    return this
  }
}
const asks = (asked: readonly number[], giveBack: boolean) => ({ kind: 'ask', asking: { shards: asked, giveBack } })
const grants = (granted: number) => ({ kind: 'decided', decided: { ok: true, value: { granted } } })

describe('a position that has lent units', () => {
  const lent = (units: number, at = ownDoor) => Array.from({ length: shards }, (_, shard) => (shard === at ? units : 0))

  it('decides as ever when nothing is lent', () => {
    expect(new Lender(10, []).decide(hold(id, 10))).toMatchObject(grants(10))
    expect(new Lender(10, []).decide(hold(id, 11))).toMatchObject({ kind: 'decided', decided: { ok: false } })
  })

  it('hears the door of a reservation that it does not know before it decides, once', () => {
    const lender = new Lender(10, lent(4))
    expect(lender.decide(hold(id, 1))).toEqual(asks([ownDoor], false))
    expect(lender.decide(hold(id, 1), { forThis: new Set([ownDoor]) })).toMatchObject(grants(1))
  })

  it('leaves a door alone that has no units, or that is not its own and knows how many there are', () => {
    expect(new Lender(10, lent(4, otherDoor)).decide(hold(id, 1))).toMatchObject(grants(1))
  })

  it('hears a door that is not its own when that may have decided under another number of doors', () => {
    // While four doors were open, the third was this reservation's.
    const stray = Array.from({ length: 64 }, (_, at) => `s-${at}`).find((name) => doorOf(name, 4) === 2) ?? ''
    const lender = new Lender(10, [0, 0, 4])
    expect(lender.decide(hold(stray, 1))).toMatchObject(grants(1))
    expect(lender.decide(hold(stray, 1), { isUpToDate: () => false })).toEqual(asks([2], false))
  })

  it('does not ask about an open reservation before it commits it, and does before it gives it back', () => {
    const lender = new Lender(10, lent(4)).with(hold(id, 2))
    expect(lender.decide(commit(id))).toMatchObject(grants(2))
    expect(lender.decide(release(id))).toEqual(asks([ownDoor], false))
    expect(lender.decide(release(id), { forThis: new Set([ownDoor]) })).toMatchObject(grants(2))
  })

  it('collects units from every shard before it refuses what they would cover', () => {
    const lender = new Lender(10, [4, 4])
    const heard = { forThis: new Set([ownDoor]) }
    expect(lender.decide(hold(id, 2), heard)).toMatchObject(grants(2))
    expect(lender.decide(hold(id, 10), heard)).toEqual(asks([0, 1], true))
    expect(lender.decide(hold(id, 6, { allowPartial: true }), heard)).toEqual(asks([0, 1], true))
  })

  it('refuses at once, and says how many there are in all, what even all units together would not cover', () => {
    const answer = new Lender(10, [4, 4]).decide(hold(id, 11), { forThis: new Set([ownDoor]) })
    const error = { reason: 'insufficient_stock', available: 10 }
    expect(answer).toMatchObject({ kind: 'decided', decided: { ok: false, error } })
  })
})

describe('a claim that a shard granted', () => {
  const claim = (quantity: number, options: Partial<Command<'hold'>> = {}) => ({
    ...{ command: hold(id, quantity, { expiresAtMs: nowMs + 1_000, ...options }), atMs: nowMs },
  })
  const reservation = (quantity: number, ...then: readonly ReservationEvent[]): Reservation => {
    const [held] = adoptClaim(claim(quantity), null, false).events
    if (held === undefined) throw new Error('nothing was adopted')
    const from = (existing: Reservation | null, event: ReservationEvent) =>
      evolveReservation(existing, event, testCause.correlationId)
    return then.reduce((existing, event) => from(existing, event), from(null, held))
  }
  const { reservationId } = hold(id, 1)
  const terms = { dueAtMs: null, goodUntilMs: null }
  const released: ReservationEvent = { type: 'released', reservationId, quantity: 2, from: 'held', ...terms }
  const committed: ReservationEvent = { type: 'committed', reservationId, quantity: 2, ...terms }
  const nothing = { adopted: false, events: [] }

  it('becomes a reservation of the position, as it was promised', () => {
    expect(adoptClaim(claim(2), null, false)).toMatchObject({
      adopted: true,
      events: [{ type: 'held', reservationId: id, requested: 2, quantity: 2, expiresAtMs: nowMs + 1_000 }],
    })
  })

  it('is nothing new when the same command was answered here before, or what it claims is committed', () => {
    expect(adoptClaim(claim(2), reservation(2), true)).toEqual(nothing)
    expect(adoptClaim(claim(2), reservation(2, committed), false)).toEqual(nothing)
  })

  it('gives its units back where the reservation is held here, and the later end holds', () => {
    expect(adoptClaim(claim(2), reservation(2), false)).toEqual(nothing)
    expect(adoptClaim(claim(2, { expiresAtMs: nowMs + 9_000 }), reservation(2), false)).toMatchObject({
      ...{ adopted: false, events: [{ type: 'extended', expiresAtMs: nowMs + 9_000 }] },
    })
    expect(adoptClaim(claim(2, { expiresAtMs: nowMs }), reservation(2), false)).toEqual(nothing)
  })

  it.each(['the same command', 'another command'])('in full takes the place of a part, said by %s', (said) => {
    const whole = adoptClaim(claim(10), null, false).events
    const part = whole.map((event) => ({ ...event, quantity: 4 }) as ReservationEvent)
    const existing = part.reduce<Reservation | null>(
      (before, event) => evolveReservation(before, event, testCause.correlationId),
      null,
    )
    expect(adoptClaim(claim(10), existing, said === 'the same command')).toMatchObject({
      adopted: true,
      events: [
        { type: 'released', quantity: 4 },
        { type: 'held', quantity: 10 },
      ],
    })
  })

  it('takes the place of a reservation that has ended here, and of one of another quantity', () => {
    expect(adoptClaim(claim(2), reservation(2, released), false)).toMatchObject({ events: [{ type: 'held' }] })
    expect(adoptClaim(claim(3), reservation(2), false)).toMatchObject({
      ...{
        adopted: true,
        events: [
          { type: 'released', quantity: 2 },
          { type: 'held', quantity: 3 },
        ],
      },
    })
  })
})

describe('what a shard is lent', () => {
  const granting: Granting = { nowMs, keepBack: 0, isPaused: false }
  const asking = (shard: number, wants: number) => ({ shard, wants, heardAt: 0, batch: null, asked: 0 })
  const granted = (units: number, wants: number, change: Partial<Granting> = {}, shard = 0, lent: number[] = []) =>
    unitsToGrant(new Lender(units, lent).position, asking(shard, wants), { ...granting, ...change })

  it('is what it asks for, at most its share of a half of what is free', () => {
    expect([granted(100, 7), granted(100, 90)]).toEqual([7, 25])
    expect(granted(100, 90, {}, 0, [0, 40])).toBe(15)
  })

  it('is nothing of the last few units, of a shard that is closed, or while units are collected', () => {
    const tail = tailUnitsPerShard * shards
    expect([granted(tail - 1, 9), granted(tail, 9)]).toEqual([0, 2])
    expect([granted(100, 0), granted(100, 9, {}, shards), granted(100, 9, { isPaused: true })]).toEqual([0, 0, 0])
  })

  it('leaves what has to be left by rule, and says to the shard when its units are free even then', () => {
    expect(granted(100, 90, { keepBack: 60 })).toBe(10)
    const { position } = new Lender(100, [20, 0])
    expect(termsFor(position, 0, { ...granting, keepBack: 80 })).toMatchObject({ granted: 20, keepBack: 80, shards })
    expect(termsFor(position, 0, { ...granting, keepBack: 81 })).toMatchObject({ keepBack: 0 })
  })

  it('comes with word of units that are one channel group’s own', () => {
    const escrow = new MemoryEscrow()
    escrow.atHome(move('m-1', 'receipt', 100, 0))
    expect(termsFor(escrow.position, 0, granting).protects).toBe(false)
    escrow.atHome(protect('trade', 10))
    expect(termsFor(escrow.position, 0, granting)).toMatchObject({ protects: true })
  })
})
