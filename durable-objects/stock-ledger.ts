/**
 * A position in memory over its rows: hands the domain the few facts a command concerns, and records what was decided.
 * Totals live in memory and are saved once a batch; everything is read again after a roll-back.
 */
import type { Cause } from '../src/domain/shared/cause.ts'
import type { CorrelationId, PositionId } from '../src/domain/shared/ids.ts'
import { chooseWaiters, wakeGraceMs, wakeRoundMax } from '../src/domain/stock/await-stock.ts'
import { reportIdOf } from '../src/domain/stock/decide.ts'
import type { Decision, Report, StockFacts, Waiter } from '../src/domain/stock/decision.ts'
import { setAside } from '../src/domain/stock/escrow.ts'
import { evolve } from '../src/domain/stock/evolve.ts'
import { decideExpire } from '../src/domain/stock/expire.ts'
import { availableAt, initialPosition, type Position, statesOf } from '../src/domain/stock/position.ts'
import { evolveReservation, type Reservation, reservationEventOf } from '../src/domain/stock/reservation.ts'
import type { StockCommand } from '../src/domain/stock/stock-command.ts'
import type { LoggedStockEvent, StockEvent } from '../src/domain/stock/stock-event.ts'
import type { EventLog } from './event-log.ts'
import type { StockTables } from './stock-tables.ts'
import type { Timers } from './timers.ts'

/** Holds tidied per query: bounds memory when a sale's carts all expire in the same second. */
const expiryPageRows = 500
const expiryTimer = 'expire'

export type PreparedStep = {
  readonly position: Position
  /** Null: no reservation changed. */
  readonly reservation: Reservation | null
  readonly logged: readonly LoggedStockEvent[]
  readonly report: Report | null
  readonly cause: Cause
}
const ownDecision = { effect: 'applied', granted: 0, report: null } as const

export class StockLedger {
  readonly #tables: StockTables
  readonly #log: EventLog<LoggedStockEvent>
  readonly #timers: Timers
  #position: Position | null = null
  #name: PositionId | null = null
  #waiters: number | null = null
  /** The batch's reservations, read in one query and kept up to date while it lasts. */
  readonly #batch = new Map<string, Reservation>()

  constructor(tables: StockTables, log: EventLog<LoggedStockEvent>, timers: Timers) {
    this.#tables = tables
    this.#log = log
    this.#timers = timers
  }

  get position(): Position {
    return this.#position ?? this.#load()
  }

  /** Null until the first command has named it. */
  get name(): PositionId | null {
    if (this.#position === null) this.#load()
    return this.#name
  }

  get waiters(): number {
    this.#waiters ??= this.#tables.waiterCount()
    return this.#waiters
  }

  /** As seen at `nowMs`: a hold whose time has come does not count, tidied or not. SQL only between the two. */
  positionAt(nowMs: number): Position {
    const { position } = this
    if (!this.#holdsAreDue(nowMs)) return position
    return { ...position, heldUnits: position.heldUnits - this.#tables.expiredUnits(nowMs) }
  }

  /** Begins a batch. An actor serves one position for life: another name is a caller's bug. */
  open(name: PositionId, commands: readonly StockCommand[]): void {
    if (this.name !== null && this.name !== name) throw new Error(`this actor is ${this.name}, not ${name}`)
    this.#name = name
    this.#batch.clear()
    const ids = commands.flatMap((command) => ('reservationId' in command ? [command.reservationId] : []))
    for (const reservation of this.#tables.reservations(ids)) this.#batch.set(reservation.reservationId, reservation)
  }

  factsFor(command: StockCommand, nowMs: number): StockFacts {
    const reportId = reportIdOf(command)
    const content = reportId === null ? null : this.#tables.reportContent(reportId)
    return {
      position: this.position,
      nowMs,
      reservation: 'reservationId' in command ? this.reservation(command.reservationId) : null,
      waiter: this.#waiterOf(command),
      recorded: content === null ? null : { content },
      movedAfter: (asOfMs) => this.#tables.movedAfter(asOfMs),
    }
  }

  /** What an accepted decision comes to. Changes nothing yet: a broken invariant throws here, and only here. */
  prepare(decision: Decision, existing: Reservation | null, cause: Cause, nowMs: number): PreparedStep {
    let position = this.position
    let reservation = existing
    const logged: LoggedStockEvent[] = []
    for (const event of decision.events) {
      position = evolve(position, event, nowMs)
      const claim = reservationEventOf(event)
      if (claim) reservation = evolveReservation(reservation, claim, cause.correlationId)
      const { onHand, available } = statesOf(position)
      logged.push({ ...event, after: { onHand, available } })
    }
    return {
      position,
      reservation: reservation === existing ? null : reservation,
      logged,
      report: decision.report,
      cause,
    }
  }

  /** From here on only storage itself can throw, and then the whole batch is rolled back. */
  record(step: PreparedStep, nowMs: number): void {
    const { position, reservation, logged, report, cause } = step
    this.#log.append(logged, cause, nowMs)
    this.#position = position
    if (reservation) this.#saveReservation(reservation)
    // Fenced or not, a report is kept: its id answers its repetition, its units are added to an older figure.
    if (report) this.#tables.saveReport(report)
    for (const event of logged) this.#saveWaiter(event, cause, nowMs)
  }

  /** Before anything is decided, so that no decision sees a hold that no longer counts. Each hold expires once. */
  expireHolds(nowMs: number): void {
    if (!this.#holdsAreDue(nowMs)) return
    for (let tidied = expiryPageRows; tidied === expiryPageRows; ) {
      const due = this.#tables.expiredHolds(nowMs, expiryPageRows)
      for (const hold of due) {
        const cause = timerCause(hold.correlationId, expiryTimer)
        this.recordEvents(decideExpire(hold, nowMs), hold, cause, nowMs)
      }
      tidied = due.length
    }
    const nextExpiryMs = this.#tables.nextExpiryMs()
    if (nextExpiryMs === null) this.#timers.clear(expiryTimer)
    else this.#timers.set(expiryTimer, nextExpiryMs)
  }

  /** Offers what is available to the line, and answers whom to tell. */
  wakeWaiters(nowMs: number): readonly Waiter[] {
    const available = availableAt(setAside(this.position))
    if (this.waiters === 0 || available === 0) return []
    const offered = this.#tables.unitsOffered(nowMs - wakeGraceMs)
    const line = this.#tables.waitersInLine(nowMs - wakeGraceMs, wakeRoundMax)
    const chosen = chooseWaiters(line, available, offered)
    for (const { orderId, offered: quantity, correlationId } of chosen) {
      const woken = { type: 'waiter_woken', orderId, quantity } as const
      this.recordEvents([woken], null, timerCause(correlationId, 'wake'), nowMs)
    }
    return chosen
  }

  /** Ends a batch: one row for the totals, whatever happened in it. */
  save(): void {
    if (this.#name === null) throw new Error('a position is saved before it is named')
    this.#tables.savePosition(this.#name, this.position)
    this.#batch.clear()
  }

  forget(): void {
    this.#position = null
    this.#name = null
    this.#waiters = null
    this.#batch.clear()
  }

  /** Of the batch: null when it has none by this id. */
  reservation(reservationId: string): Reservation | null {
    return this.#batch.get(reservationId) ?? null
  }

  recordEvents(events: readonly StockEvent[], existing: Reservation | null, cause: Cause, nowMs: number): void {
    this.record(this.prepare({ ...ownDecision, events }, existing, cause, nowMs), nowMs)
  }

  #saveReservation(reservation: Reservation): void {
    this.#tables.saveReservation(reservation)
    this.#batch.set(reservation.reservationId, reservation)
    const { status, expiresAtMs } = reservation
    if (status === 'held' && expiresAtMs !== null) this.#timers.setAtLatest(expiryTimer, expiresAtMs)
  }

  #saveWaiter(event: StockEvent, cause: Cause, nowMs: number): void {
    const place = this.position.version
    if (event.type === 'waiter_registered') {
      this.#tables.saveWaiter(event.orderId, event.quantity, place, cause.correlationId)
    } else if (event.type === 'waiter_woken') this.#tables.wakeWaiter(event.orderId, event.quantity, place, nowMs)
    else if (event.type === 'waiter_forgotten') this.#tables.removeWaiter(event.orderId)
    else return
    this.#waiters = null
  }

  #waiterOf(command: StockCommand): Waiter | null {
    const concerned = command.type === 'await_stock' || command.type === 'forget_waiter'
    return concerned ? this.#tables.waiter(command.orderId) : null
  }

  #holdsAreDue(nowMs: number): boolean {
    const dueAtMs = this.#timers.dueAtMs(expiryTimer)
    return dueAtMs !== null && dueAtMs <= nowMs
  }

  #load(): Position {
    const stored = this.#tables.position()
    this.#position = stored?.position ?? initialPosition
    this.#name ??= stored?.name ?? null
    return this.#position
  }
}

const timerCause = (correlationId: CorrelationId, id: string): Cause => ({ correlationId, kind: 'timer', id })
