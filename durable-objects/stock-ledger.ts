/**
 * A position in memory over its rows: hands the domain the few facts a command concerns, and records what was decided.
 * Totals live in memory and are saved once a batch; everything is read again after a roll-back.
 */
import { type Cause, timerCause } from '../src/domain/shared/cause.ts'
import { correlationId, type PositionId } from '../src/domain/shared/ids.ts'
import {
  chooseWaiters,
  passedOverMs,
  stillToOffer,
  unitsToOffer,
  waiterPriorityDefault,
  wakeGraceMs,
  wakeRoundMax,
} from '../src/domain/stock/await-stock.ts'
import type { CoverChanged } from '../src/domain/stock/cover.ts'
import { reportIdOf } from '../src/domain/stock/decide.ts'
import type { Decision, Report, StockFacts, Waiter } from '../src/domain/stock/decision.ts'
import { decideExpire } from '../src/domain/stock/expire.ts'
import { initialPosition, type Position } from '../src/domain/stock/position.ts'
import { type Reservation, reservationsOf } from '../src/domain/stock/reservation.ts'
import type { StockCommand } from '../src/domain/stock/stock-command.ts'
import type { LoggedStockEvent, StockEvent } from '../src/domain/stock/stock-event.ts'
import { type Step, takeStep } from '../src/domain/stock/take-step.ts'
import { decideTidy, nextTidyMs } from '../src/domain/stock/tidy.ts'
import type { EventLog } from './event-log.ts'
import type { StockReportTable } from './stock-report-table.ts'
import type { StockTables } from './stock-tables.ts'
import type { SupplyTable } from './supply-table.ts'
import type { Timers } from './timers.ts'

/** Holds tidied per query: bounds memory when a sale's carts all expire in the same second. */
const expiryPageRows = 500
/** Named before the clock did anything else. */
const tidyTimer = 'expire'

/** Nothing of it is written yet. Claims and supply are null where they did not change. */
export type PreparedStep = Step & { readonly report: Report | null; readonly cause: Cause }
type Facts = Pick<StockFacts, 'position' | 'reservation' | 'source' | 'supply'>
type OwnFacts = Pick<Facts, 'position' | 'reservation'>
type LedgerTables = {
  readonly stock: StockTables
  readonly reports: StockReportTable
  readonly supplies: SupplyTable
}
const ownDecision = { effect: 'applied', granted: 0, report: null } as const

export class StockLedger {
  readonly #tables: StockTables
  readonly #log: EventLog<LoggedStockEvent>
  readonly #timers: Timers
  readonly #reports: StockReportTable
  readonly #supplies: SupplyTable
  #position: Position | null = null
  #name: PositionId | null = null
  #waiters: number | null = null
  /** The batch's reservations, read in one query and kept up to date while it lasts. */
  readonly #batch = new Map<string, Reservation>()

  constructor(tables: LedgerTables, log: EventLog<LoggedStockEvent>, timers: Timers) {
    this.#tables = tables.stock
    this.#reports = tables.reports
    this.#supplies = tables.supplies
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

  /** Begins a batch. An actor serves one position for life: another name is a caller's bug. */
  open(name: PositionId, commands: readonly StockCommand[]): void {
    if (this.name !== null && this.name !== name) throw new Error(`this actor is ${this.name}, not ${name}`)
    this.#name = name
    this.#batch.clear()
    const named = this.#tables.reservations(commands.flatMap(reservationsOf))
    for (const reservation of named) this.#batch.set(reservation.reservationId, reservation)
  }

  factsFor(command: StockCommand, nowMs: number): StockFacts {
    const reportId = reportIdOf(command)
    const content = reportId === null ? null : this.#reports.content(reportId)
    return {
      position: this.position,
      nowMs,
      reservation: 'reservationId' in command ? this.reservation(command.reservationId) : null,
      source: command.type === 'take_over' ? this.reservation(command.source) : null,
      waiter: this.#waiterOf(command),
      supply: 'supplyId' in command ? this.#supplies.find(command.supplyId) : null,
      recorded: content === null ? null : { content },
      movedAfter: (asOfMs) => this.#reports.movedAfter(asOfMs),
      lotsMovedAfter: (asOfMs) => this.#reports.lotsMovedAfter(asOfMs),
      movementsAfter: (asOfMs) => this.#reports.movementsAfter(asOfMs),
    }
  }

  /** A broken invariant throws here, and only here. */
  prepare({ events, report }: Decision, facts: Facts, cause: Cause, nowMs: number): PreparedStep {
    const step = takeStep(facts, events, cause.correlationId, nowMs)
    const reservation = step.reservation === facts.reservation ? null : step.reservation
    const source = step.source === facts.source ? null : step.source
    const supply = step.supply === facts.supply ? null : step.supply
    return { ...step, reservation, source, supply, report, cause }
  }

  /** From here on only storage itself can throw, and then the whole batch is rolled back. */
  record(step: PreparedStep, nowMs: number): void {
    const { position, reservation, source, supply, logged, report, cause } = step
    this.#log.append(logged, cause, nowMs)
    this.#position = position
    for (const claim of [source, reservation]) if (claim) this.#saveReservation(claim)
    if (supply) this.#supplies.save(supply)
    // Fenced or not, a report is kept: its id answers its repetition, its units are added to an older figure.
    if (report) this.#reports.save(report)
    for (const event of logged) this.#saveWaiter(event, cause, nowMs)
  }

  /** True when the clock has done something that is not recorded: nothing may be decided or read before that. */
  isUntidy(nowMs: number): boolean {
    const dueAtMs = this.#timers.dueAtMs(tidyTimer)
    return dueAtMs !== null && dueAtMs <= nowMs
  }

  /** Holds that expired, each once, and what the clock did to lots, later dates and protections. */
  tidy(nowMs: number): void {
    if (!this.isUntidy(nowMs)) return
    for (let tidied = expiryPageRows; tidied === expiryPageRows; ) {
      const due = this.#tables.expiredHolds(nowMs, expiryPageRows)
      for (const hold of due) {
        const cause = timerCause(hold.correlationId, tidyTimer)
        this.recordEvents(decideExpire(hold, nowMs), hold, cause, nowMs)
      }
      tidied = due.length
    }
    // A position that nobody named has nothing that the clock could change.
    const cause = timerCause(correlationId(`position/${this.name ?? ''}`), tidyTimer)
    this.recordEvents(decideTidy(this.position, nowMs), null, cause, nowMs)
    this.#timers.clear(tidyTimer)
    this.#tidyAt(this.#tables.nextExpiryMs())
    this.#tidyAt(nextTidyMs(this.position))
  }

  /** Orders wait, and units lie here that some of them may take. */
  get hasOffers(): boolean {
    if (this.waiters === 0) return false
    const { anybodys, byGroup } = unitsToOffer(this.position)
    return anybodys > 0 || byGroup.size > 0
  }

  /** Offers what is available to the line, and answers whom to tell. */
  wakeWaiters(nowMs: number): readonly Waiter[] {
    if (!this.hasOffers) return []
    const units = stillToOffer(unitsToOffer(this.position), this.#tables.unitsOffered(nowMs - wakeGraceMs))
    // Only whom there is something for, or the line of one group would hide another.
    const groups = units.anybodys > 0 ? null : [...units.byGroup.keys()]
    const line = this.#tables.waitersInLine(nowMs - wakeGraceMs, nowMs - passedOverMs, wakeRoundMax, groups)
    const chosen = chooseWaiters(line, units)
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
    this.#tidyAt(nextTidyMs(this.position))
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

  /** Of a claim that may be none of the batch's. */
  recordCover(event: CoverChanged, nowMs: number): void {
    const existing = this.reservation(event.reservationId) ?? this.#tables.reservations([event.reservationId])[0]
    if (existing === undefined) throw new Error(`no reservation ${event.reservationId} to tell of its cover`)
    this.recordEvents([event], existing, timerCause(existing.correlationId, 'cover'), nowMs)
  }

  recordEvents(events: readonly StockEvent[], existing: Reservation | null, cause: Cause, nowMs: number): void {
    if (events.length === 0) return
    this.record(this.prepareEvents(events, { position: this.position, reservation: existing }, cause, nowMs), nowMs)
  }

  /** After others that are prepared and not recorded yet: `position` is what they come to. */
  prepareEvents(events: readonly StockEvent[], from: OwnFacts, cause: Cause, nowMs: number): PreparedStep {
    return this.prepare({ ...ownDecision, events }, { ...from, source: null, supply: null }, cause, nowMs)
  }

  #saveReservation(reservation: Reservation): void {
    this.#tables.saveReservation(reservation)
    this.#batch.set(reservation.reservationId, reservation)
    const { status, expiresAtMs } = reservation
    if (status === 'held') this.#tidyAt(expiresAtMs)
  }

  #tidyAt(dueAtMs: number | null): void {
    if (dueAtMs !== null) this.#timers.setAtLatest(tidyTimer, dueAtMs)
  }

  #saveWaiter(event: StockEvent, cause: Cause, nowMs: number): void {
    const place = this.position.version
    if (event.type === 'waiter_registered') {
      const { type: _, priority = waiterPriorityDefault, sinceMs = 0, ...asked } = event
      this.#tables.saveWaiter({ ...asked, place, priority, sinceMs, correlationId: cause.correlationId })
    } else if (event.type === 'waiter_woken') this.#tables.wakeWaiter(event.orderId, event.quantity, place, nowMs)
    else if (event.type === 'waiter_forgotten') this.#tables.removeWaiter(event.orderId)
    else return
    this.#waiters = null
  }

  #waiterOf(command: StockCommand): Waiter | null {
    const concerned = command.type === 'await_stock' || command.type === 'forget_waiter'
    return concerned ? this.#tables.waiter(command.orderId) : null
  }

  #load(): Position {
    const stored = this.#tables.position()
    this.#position = stored?.position ?? initialPosition
    this.#name ??= stored?.name ?? null
    return this.#position
  }
}
