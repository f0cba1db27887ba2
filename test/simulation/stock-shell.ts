/**
 * One position with the pure core inside and a store that commits whole commands: the shape of StockActor without its
 * platform. Beside it stands a witness who counts by himself, from what was told alone.
 */
import type { LocationId, ReservationId, Sku } from '../../src/domain/shared/ids.ts'
import {
  chooseWaiters,
  inTurn,
  waiterPriorityDefault,
  wakeGraceMs,
  wakeRoundMax,
} from '../../src/domain/stock/await-stock.ts'
import { decide, reportIdOf } from '../../src/domain/stock/decide.ts'
import type { StockFacts, Waiter } from '../../src/domain/stock/decision.ts'
import { evolve } from '../../src/domain/stock/evolve.ts'
import { decideExpire } from '../../src/domain/stock/expire.ts'
import { positionBreaches, reservationBreaches } from '../../src/domain/stock/invariants.ts'
import { initialPosition, type Position } from '../../src/domain/stock/position.ts'
import {
  evolveReservation,
  openUnits,
  type Reservation,
  reservationEventOf,
} from '../../src/domain/stock/reservation.ts'
import { availableAt, statesOf } from '../../src/domain/stock/states.ts'
import type { StockCommand, StockVerdict } from '../../src/domain/stock/stock-command.ts'
import type { StockEvent } from '../../src/domain/stock/stock-event.ts'
import { evolveSupply, type Supply, supplyEventOf } from '../../src/domain/stock/supply.ts'
import { decideTidy } from '../../src/domain/stock/tidy.ts'
import { MemoryReports } from '../fixtures/memory-reports.ts'
import { misreadPosition, type Plant } from './plants.ts'
import { grantExpected } from './slow-grant.ts'
import { StockWitness } from './stock-witness.ts'
import type { VirtualClock } from './virtual-clock.ts'

type Effects = {
  readonly wake: (orderId: string) => void
  readonly trace: (line: string) => void
  readonly violate: (violation: string) => void
}

export class StockShell {
  readonly sku: Sku
  readonly location: LocationId
  readonly #clock: VirtualClock
  readonly #effects: Effects
  readonly #plant: Plant | null
  #position: Position = initialPosition
  readonly #reservations = new Map<ReservationId, Reservation>()
  readonly #verdicts = new Map<string, StockVerdict>()
  readonly #supplies = new Map<string, Supply>()
  readonly #reports = new MemoryReports()
  readonly #waiters = new Map<string, Waiter>()
  readonly #left = new Map<string, number>()
  readonly #witness = new StockWitness()

  constructor(sku: Sku, location: LocationId, clock: VirtualClock, effects: Effects, plant: Plant | null) {
    this.sku = sku
    this.location = location
    this.#clock = clock
    this.#effects = effects
    this.#plant = plant
  }

  get position(): Position {
    return this.#position
  }

  get supply(): number {
    return this.#witness.supply
  }

  available(): number {
    this.#expire()
    return availableAt(this.#position)
  }

  apply(command: StockCommand): StockVerdict {
    const remembered = this.#verdicts.get(command.commandId)
    if (remembered) return remembered
    this.#expire()
    const nowMs = this.#clock.nowMs()
    const expected = grantExpected(command, this.#position, this.#reservations, nowMs)
    const verdict = this.#decide(command)
    this.#verdicts.set(command.commandId, verdict)
    if (verdict.ok) this.#witness.hear(command, nowMs)
    this.#wakeWaiters()
    this.#check()
    this.#checkGrant(verdict, expected)
    return verdict
  }

  claimedBy(reservationId: ReservationId): number {
    this.#expire()
    const reservation = this.#reservations.get(reservationId)
    return reservation === undefined ? 0 : openUnits(reservation)
  }

  receivedOf(supplyId: string): number {
    return this.#supplies.get(supplyId)?.received ?? 0
  }

  /** Units that left for a transfer. */
  leftFor(transferId: string): number {
    return this.#left.get(transferId) ?? 0
  }

  /** Claims that are still open, for the end of the run. */
  openClaims(): readonly Reservation[] {
    this.#expire()
    return [...this.#reservations.values()].filter((reservation) => openUnits(reservation) > 0)
  }

  #decide(command: StockCommand): StockVerdict {
    const reservation = 'reservationId' in command ? (this.#reservations.get(command.reservationId) ?? null) : null
    const decided = decide(command, this.#factsFor(command, reservation))
    if (!decided.ok) return { ok: false, error: decided.error }
    const { events, effect, granted, report } = decided.value
    this.#commit(events, reservation, command)
    if (report) this.#reports.save(report)
    return { ok: true, effect, granted, available: availableAt(this.#position), version: this.#position.version }
  }

  #factsFor(command: StockCommand, reservation: Reservation | null): StockFacts {
    const reportId = reportIdOf(command)
    const honest: StockFacts = {
      position: this.#position,
      nowMs: this.#clock.nowMs(),
      reservation,
      waiter: 'orderId' in command && command.orderId ? (this.#waiters.get(command.orderId) ?? null) : null,
      supply: 'supplyId' in command ? (this.#supplies.get(command.supplyId) ?? null) : null,
      ...this.#reports.factsFor(reportId),
    }
    return { ...honest, position: misreadPosition(this.#plant, command, this.#position) }
  }

  #commit(events: readonly StockEvent[], existing: Reservation | null, command: StockCommand | null): void {
    let reservation = existing
    const nowMs = this.#clock.nowMs()
    for (const event of events) {
      this.#position = this.#evolve(event, nowMs)
      const delivery = supplyEventOf(event)
      if (delivery) {
        const known = this.#supplies.get(delivery.supplyId) ?? null
        this.#supplies.set(delivery.supplyId, evolveSupply(known, delivery))
      }
      const claim = reservationEventOf(event)
      if (claim) {
        const thread = command?.cause.correlationId ?? reservation?.correlationId
        if (thread === undefined) throw new Error('a claim without a cause')
        reservation = evolveReservation(reservation, claim, thread, this.#position.version)
        this.#reservations.set(reservation.reservationId, reservation)
      }
      if (event.type === 'moved' && event.movement === 'transfer_out' && event.reference !== null)
        this.#left.set(event.reference, this.leftFor(event.reference) + event.quantity)
      this.#saveWaiter(event, command, nowMs)
      this.#effects.trace(`${this.sku}@${this.location} ${event.type}`)
    }
  }

  #evolve(event: StockEvent, nowMs: number): Position {
    const next = evolve(this.#position, event, nowMs)
    if (this.#plant === 'I1-keeps-expecting-what-arrived' && event.type === 'supply_received')
      return { ...next, supplies: this.#position.supplies }
    if (this.#plant !== 'I1-forgets-to-take-shipped-units' || event.type !== 'shipped') return next
    return { ...next, sellable: next.sellable + event.quantity }
  }

  #saveWaiter(event: StockEvent, command: StockCommand | null, nowMs: number): void {
    if (event.type === 'waiter_forgotten') this.#waiters.delete(event.orderId)
    if (event.type !== 'waiter_registered' && event.type !== 'waiter_woken') return
    const { orderId, quantity } = event
    const known = this.#waiters.get(orderId)
    const correlationId = command?.cause.correlationId ?? known?.correlationId
    if (correlationId === undefined) throw new Error('a waiter without a cause')
    const { version } = this.#position
    const turn =
      event.type === 'waiter_woken'
        ? { quantity: known?.quantity ?? quantity, place: version, wokenAtMs: nowMs, offered: quantity }
        : { quantity, place: known?.place ?? version, wokenAtMs: null, offered: 0 }
    const { priority, sinceMs } = {
      priority: known?.priority ?? waiterPriorityDefault,
      sinceMs: known?.sinceMs ?? 0,
      ...(event.type === 'waiter_registered' && known === undefined ? event : {}),
    }
    this.#waiters.set(orderId, { orderId, correlationId, priority, sinceMs, ...turn })
  }

  #expire(): void {
    const nowMs = this.#clock.nowMs()
    for (const reservation of this.#reservations.values()) {
      const events = decideExpire(reservation, nowMs)
      if (events.length > 0) this.#commit(events, reservation, null)
    }
    this.#commit(decideTidy(this.#position, nowMs), null, null)
  }

  #wakeWaiters(): void {
    const nowMs = this.#clock.nowMs()
    if (this.#waiters.size === 0 || availableAt(this.#position) === 0) return
    const all = inTurn([...this.#waiters.values()], nowMs)
    const isVoid = ({ wokenAtMs }: Waiter) => wokenAtMs === null || wokenAtMs <= nowMs - wakeGraceMs
    const standing = all.map((waiter) => (isVoid(waiter) ? { ...waiter, offered: 0 } : waiter))
    const offered = standing.reduce((sum, waiter) => sum + waiter.offered, 0)
    const line = standing.filter((waiter) => waiter.offered < waiter.quantity).slice(0, wakeRoundMax)
    for (const waiter of chooseWaiters(line, availableAt(this.#position), offered)) {
      this.#commit([{ type: 'waiter_woken', orderId: waiter.orderId, quantity: waiter.offered }], null, null)
      this.#effects.wake(waiter.orderId)
    }
    // The line is looked at again when the grace of those who were woken is over.
    this.#clock.after(wakeGraceMs + 1, () => this.#wakeWaiters())
  }

  #check(): void {
    const say = (breach: string) => this.#say(`I1: ${breach}`)
    positionBreaches(this.#position).forEach(say)
    reservationBreaches(this.#position, this.#reservations.values()).forEach(say)
    for (const breach of this.#witness.breaches(this.#position, this.#clock.nowMs())) this.#say(breach)
  }

  /** I2: a claim got what the slow reckoning allows; nothing that was promised for now is more than there is. */
  #checkGrant(verdict: StockVerdict, expected: number | null): void {
    if (expected === null) return
    const granted = verdict.ok ? verdict.granted : 0
    const isAboutUnits = verdict.ok || verdict.error.reason === 'insufficient_stock'
    if (isAboutUnits && granted !== expected) this.#say(`I2: promised ${granted}, may promise ${expected}`)
    const isForNow = ({ dueAtMs }: Reservation) => dueAtMs === null || dueAtMs <= this.#position.dueThroughMs
    const now = [...this.#reservations.values()].filter(isForNow)
    const claimed = now.reduce((units, reservation) => units + openUnits(reservation), 0)
    const cover = Math.max(0, this.supply)
    if (granted > 0 && claimed > cover && statesOf(this.#position).backordered > 0)
      this.#say(`I2: promised ${claimed} of ${cover} units`)
  }

  #say(breach: string): void {
    const [code, ...words] = breach.split(': ')
    this.#effects.violate(`${code}: ${this.sku}@${this.location} ${words.join(': ')}`)
  }
}
