/**
 * One position with the pure core inside and a store that commits whole commands: the shape of StockActor without its
 * platform. Beside it stands a witness who counts by himself, from what was told alone.
 */
import type { LocationId, OrderId, ReservationId, Sku } from '../../src/domain/shared/ids.ts'
import {
  chooseWaiters,
  inTurn,
  stillToOffer,
  unitsToOffer,
  waiterPriorityDefault,
  wakeGraceMs,
  wakeRoundMax,
} from '../../src/domain/stock/await-stock.ts'
import type { ClaimCover } from '../../src/domain/stock/claim-cover.ts'
import { reportIdOf } from '../../src/domain/stock/decide.ts'
import { decideAtHome } from '../../src/domain/stock/decide-at-home.ts'
import type { Decided, StockFacts, Waiter } from '../../src/domain/stock/decision.ts'
import { doorOf, escrowedUnits, isOverdrawn, shardsWithUnits } from '../../src/domain/stock/escrow.ts'
import { evolve } from '../../src/domain/stock/evolve.ts'
import { decideExpire } from '../../src/domain/stock/expire.ts'
import { positionBreaches, reservationBreaches } from '../../src/domain/stock/invariants.ts'
import { lotsSentBy } from '../../src/domain/stock/lot-changes.ts'
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
import { coverChanges } from '../fixtures/claims-cover.ts'
import { MemoryReports } from '../fixtures/memory-reports.ts'
import { ShardSet } from '../fixtures/shard-set.ts'
import { misreadPosition, type Plant } from './plants.ts'
import { grantExpected } from './slow-grant.ts'
import { StockWitness } from './stock-witness.ts'
import type { VirtualClock } from './virtual-clock.ts'

type Effects = {
  readonly wake: (orderId: string) => void
  readonly trace: (line: string) => void
  readonly violate: (violation: string) => void
  /** Claims of the order lost their cover, or have it again. Null: nobody looks after cover. */
  readonly coverChanged: () => ((position: StockShell, orderId: OrderId) => void) | null
}

/** Asked once for what they know and once for what they have, shards have no more to say. */
const roundsMax = 5
const callInMs = 20
/** Nothing was decided: whoever is told so asks again. */
const overloaded: StockVerdict = { ok: false, error: { reason: 'overloaded' } }

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
  readonly shards: ShardSet
  readonly #left = new Map<string, number>()
  readonly #witness = new StockWitness()
  #reviewed: Position = initialPosition
  readonly #lacked = new Set<ReservationId>()
  #isCallingIn = false
  #lookAtMs = 0

  constructor(sku: Sku, location: LocationId, clock: VirtualClock, effects: Effects, plant: Plant | null) {
    this.sku = sku
    this.location = location
    this.#clock = clock
    this.#effects = effects
    this.#plant = plant
    this.shards = new ShardSet(this.#home(), plant)
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

  /** As callers do: a plain claim goes to the shard that decides about it, anything else to the position. */
  ask(command: StockCommand): StockVerdict {
    const { open } = this.shards
    return command.type === 'hold' && open > 0
      ? this.askAt(doorOf(command.reservationId, open), command)
      : this.apply(command)
  }

  askAt(door: number, command: StockCommand): StockVerdict {
    if (this.shards.isDead(door)) return overloaded
    this.#expire()
    const verdict = this.shards.decide(door, command) ?? this.apply(command, door)
    this.#review()
    this.#check()
    return verdict
  }

  /** `from`: the shard that left it to the position. */
  apply(command: StockCommand, from: number | null = null): StockVerdict {
    const remembered = this.#verdicts.get(command.commandId)
    if (remembered) return remembered
    this.#expire()
    const nowMs = this.#clock.nowMs()
    const isWhole = escrowedUnits(this.#position) === 0
    const expected = isWhole ? grantExpected(command, this.#position, this.#reservations, nowMs) : null
    const claimed = sumOf(this.#claimsForNow(), openUnits)
    const verdict = this.#decide(command, from)
    if (verdict === overloaded) return verdict
    this.#verdicts.set(command.commandId, verdict)
    if (verdict.ok) this.#witness.hear(command, nowMs)
    this.#review()
    this.#wakeWaiters()
    this.#check()
    this.#checkGrant(verdict, expected, claimed)
    return verdict
  }

  /** As the shard's alarm does. */
  settleShard(...settling: Parameters<ShardSet['settle']>): void {
    this.shards.settle(...settling)
    this.#review()
    this.#check()
  }

  /** A settlement that was given up for lost comes after all. */
  hearLate(shard: number): void {
    this.shards.comeLate(shard)
    this.#review()
    this.#check()
  }

  hearAgain(shard: number): void {
    this.shards.comeAgain(shard)
    this.#review()
    this.#check()
  }

  /** What the order's claims lack. */
  coverOf(orderId: OrderId): Omit<ClaimCover, 'revision'> {
    this.#expire()
    const lacking = this.lacking().filter((claim) => claim.orderId === orderId)
    const claims = lacking.map(({ reservationId, uncovered }) => ({ reservationId, units: uncovered }))
    // Why there are fewer units is looked for in the log, which a shell has not got.
    return { version: this.#position.version, claims, because: null }
  }

  /** Ever, be it covered again by now. */
  hasLacked(reservationId: ReservationId): boolean {
    return this.#lacked.has(reservationId)
  }

  /** Claims that were told to lack cover. */
  lacking(): readonly Reservation[] {
    return [...this.#reservations.values()].filter(({ uncovered }) => uncovered > 0)
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

  #decide(command: StockCommand, from: number | null): StockVerdict {
    const decided = this.#decideAtHome(command, new Set(from === null ? [] : [from]))
    if (decided === null) return overloaded
    if (!decided.ok) return { ok: false, error: decided.error }
    const { events, effect, granted, report } = decided.value
    this.#commit(events, command)
    if (report) this.#reports.save(report)
    const told = { effect, granted, available: availableAt(this.#position), version: this.#position.version }
    return { ok: true, ...told, ...lotsSentBy(events) }
  }

  /** Shards are asked for what they know, or have, before anything depends on it; null while one is out of reach. */
  #decideAtHome(command: StockCommand, forThis: Set<number>): Decided | null {
    const isDeaf = this.#plant === 'I2-decides-without-a-dead-shard'
    for (let round = 0; round < roundsMax; round += 1) {
      const heard = { forThis, isUpToDate: this.shards.isUpToDate }
      const answer = decideAtHome(command, this.#factsFor(command), heard)
      if (answer.kind === 'decided') return answer.decided
      const { shards, giveBack } = answer.asking
      for (const shard of shards) {
        this.shards.settle(shard, giveBack, 0, 'answered')
        if (isDeaf || !this.shards.isDead(shard)) forThis.add(shard)
      }
      if (shards.some(this.shards.isDead) && (giveBack || !isDeaf)) return null
    }
    throw new Error('the position asks its shards for ever')
  }

  #factsFor(command: StockCommand): StockFacts {
    const reportId = reportIdOf(command)
    const honest: StockFacts = {
      position: this.#position,
      nowMs: this.#clock.nowMs(),
      reservation: 'reservationId' in command ? (this.#reservations.get(command.reservationId) ?? null) : null,
      source: this.#sourceOf(command),
      waiter: 'orderId' in command && command.orderId ? (this.#waiters.get(command.orderId) ?? null) : null,
      supply: 'supplyId' in command ? (this.#supplies.get(command.supplyId) ?? null) : null,
      ...this.#reports.factsFor(reportId),
    }
    return { ...honest, position: misreadPosition(this.#plant, command, this.#position) }
  }

  #sourceOf(command: StockCommand): Reservation | null {
    if (command.type !== 'take_over' || this.#plant === 'I2-lets-a-cart-compete-again') return null
    return this.#reservations.get(command.source) ?? null
  }

  #commit(events: readonly StockEvent[], command: StockCommand | null): void {
    const nowMs = this.#clock.nowMs()
    for (const event of events) {
      this.#position = this.#evolve(event, nowMs)
      const delivery = supplyEventOf(event)
      if (delivery) {
        const known = this.#supplies.get(delivery.supplyId) ?? null
        this.#supplies.set(delivery.supplyId, evolveSupply(known, delivery))
      }
      const claim = reservationEventOf(event)
      if (claim?.type === 'cover_changed' && claim.uncovered > 0) this.#lacked.add(claim.reservationId)
      if (claim) {
        const existing = this.#reservations.get(claim.reservationId) ?? null
        const thread = command?.cause.correlationId ?? existing?.correlationId
        if (thread === undefined) throw new Error('a claim without a cause')
        const evolved = evolveReservation(existing, claim, thread, this.#position.version)
        this.#reservations.set(claim.reservationId, evolved)
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
    const group = event.type === 'waiter_registered' ? event.group : known?.group
    const asOf = group === undefined ? {} : { group }
    this.#waiters.set(orderId, { orderId, correlationId, priority, sinceMs, ...turn, ...asOf })
  }

  #expire(): void {
    const nowMs = this.#clock.nowMs()
    for (const reservation of this.#reservations.values()) {
      const events = decideExpire(reservation, nowMs)
      if (events.length > 0) this.#commit(events, null)
    }
    this.#commit(decideTidy(this.#position, nowMs), null)
    this.#review()
  }

  /** After every change, in the same commit: says whose claims lost their cover, or have it again. */
  #review(): void {
    const tell = this.#effects.coverChanged()
    if (tell === null || this.#position === this.#reviewed) return
    this.#reviewed = this.#position
    for (const event of coverChanges(this.#position, this.#reservations.values(), this.#clock.nowMs())) {
      this.#commit([event], null)
      if (event.orderId !== null) tell(this, event.orderId)
    }
    // What shards have set aside may be what is missing.
    const calledIn = isOverdrawn(this.#position, this.#clock.nowMs()) ? shardsWithUnits(this.#position) : []
    if (calledIn.length > 0 && !this.#isCallingIn) this.#callIn(calledIn)
  }

  #callIn(shards: readonly number[]): void {
    this.#isCallingIn = true
    this.#clock.after(callInMs, () => {
      for (const shard of shards) this.shards.settle(shard, true, 0, 'answered')
      this.#isCallingIn = false
      this.#review()
    })
  }

  #wakeWaiters(): void {
    const nowMs = this.#clock.nowMs()
    if (this.#waiters.size === 0) return
    const all = inTurn([...this.#waiters.values()], nowMs)
    const isVoid = ({ wokenAtMs }: Waiter) => wokenAtMs === null || wokenAtMs <= nowMs - wakeGraceMs
    const standing = all.map((waiter) => (isVoid(waiter) ? { ...waiter, offered: 0 } : waiter))
    const line = standing.filter((waiter) => waiter.offered < waiter.quantity).slice(0, wakeRoundMax)
    for (const waiter of chooseWaiters(line, stillToOffer(unitsToOffer(this.#position), standing))) {
      this.#commit([{ type: 'waiter_woken', orderId: waiter.orderId, quantity: waiter.offered }], null)
      this.#effects.wake(waiter.orderId)
    }
    this.#lookAgain()
  }

  /** The line is looked at again when the grace of those who were woken is over. */
  #lookAgain(): void {
    const graces = [...this.#waiters.values()].flatMap(({ wokenAtMs }) => wokenAtMs ?? [])
    const nowMs = this.#clock.nowMs()
    const ends = graces.map((wokenAtMs) => wokenAtMs + wakeGraceMs + 1).filter((atMs) => atMs > nowMs)
    const lookAtMs = Math.min(...ends)
    if (ends.length === 0 || lookAtMs === this.#lookAtMs) return
    this.#lookAtMs = lookAtMs
    this.#clock.at(lookAtMs, () => this.#wakeWaiters())
  }

  #home(): ConstructorParameters<typeof ShardSet>[0] {
    const granting = (granted: number): StockVerdict => {
      return { ok: true, effect: 'applied', granted, available: 0, version: this.#position.version }
    }
    return {
      nowMs: this.#clock.nowMs,
      position: () => this.#position,
      reservation: (id) => this.#reservations.get(id as ReservationId) ?? null,
      hasWaiters: () => this.#waiters.size > 0,
      hasAnswered: (id) => this.#verdicts.has(id),
      record: (events, _, command) => this.#commit(events, command),
      remember: (command) => {
        const granted = command.type === 'hold' ? command.quantity : 0
        if (!this.#verdicts.has(command.commandId)) this.#verdicts.set(command.commandId, granting(granted))
      },
      violate: (violation) => this.#say(violation),
    }
  }

  #check(): void {
    const say = (breach: string) => this.#say(`I1: ${breach}`)
    positionBreaches(this.#position).forEach(say)
    reservationBreaches(this.#position, this.#reservations.values()).forEach(say)
    for (const breach of this.shards.breaches()) this.#say(breach)
    for (const breach of this.#witness.breaches(this.#position, this.#clock.nowMs())) this.#say(breach)
    if (this.#effects.coverChanged() !== null) this.#checkCover()
  }

  /** I2: a claim got what the slow reckoning allows; nothing that was promised for now is more than there is. */
  #checkGrant(verdict: StockVerdict, expected: number | null, claimedBefore: number): void {
    if (expected === null) return
    const granted = verdict.ok ? verdict.granted : 0
    const isAboutUnits = verdict.ok || verdict.error.reason === 'insufficient_stock'
    if (isAboutUnits && granted !== expected) this.#say(`I2: promised ${granted}, may promise ${expected}`)
    const claimed = sumOf(this.#claimsForNow(), openUnits)
    const cover = Math.max(0, this.supply)
    if (claimed > claimedBefore && claimed > cover && statesOf(this.#position).backordered > 0)
      this.#say(`I2: promised ${claimed} of ${cover} units`)
  }

  /** I2: whatever is promised for now and is not there, somebody is told to lack. */
  #checkCover(): void {
    const claims = this.#claimsForNow()
    const short = sumOf(claims, openUnits) - this.#position.sellable
    const told = sumOf(claims, ({ uncovered }) => uncovered)
    if (told < short) this.#say(`I2: ${short} units lack cover, ${told} were told`)
    for (const claim of this.lacking()) {
      if (claim.uncovered > openUnits(claim)) this.#say(`I2: ${claim.reservationId} lacks more than it claims`)
    }
  }

  #claimsForNow(): readonly Reservation[] {
    const { dueThroughMs } = this.#position
    return [...this.#reservations.values()].filter(({ dueAtMs }) => dueAtMs === null || dueAtMs <= dueThroughMs)
  }

  #say(breach: string): void {
    const [code, ...words] = breach.split(': ')
    this.#effects.violate(`${code}: ${this.sku}@${this.location} ${words.join(': ')}`)
  }
}

const sumOf = (claims: readonly Reservation[], unitsOf: (claim: Reservation) => number) =>
  claims.reduce((sum, claim) => sum + unitsOf(claim), 0)
