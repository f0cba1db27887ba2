/**
 * The shards of one hot position: the domain's decisions over plain maps, as EscrowActor and the position make them
 * over rows. What a shard hands over gets lost on the way there or back, and is handed over again.
 */
import { adoptClaim } from '../../src/domain/stock/adopt-claim.ts'
import { accountAt, escrowedUnits, escrowOf, setAside, shardsMax } from '../../src/domain/stock/escrow.ts'
import {
  cutBatch,
  decideAtShard,
  type EscrowShard,
  freshShard,
  hearTerms,
} from '../../src/domain/stock/escrow-shard.ts'
import { termsFor, unitsToGrant } from '../../src/domain/stock/grant-escrow.ts'
import { isPlainPosition, type Position } from '../../src/domain/stock/position.ts'
import type { Reservation } from '../../src/domain/stock/reservation.ts'
import type { EscrowClaim, EscrowTerms, Settlement } from '../../src/domain/stock/settlement.ts'
import type { StockCommand, StockVerdict } from '../../src/domain/stock/stock-command.ts'
import type { StockEvent } from '../../src/domain/stock/stock-event.ts'
import type { Plant } from './plants.ts'

type Home = {
  readonly nowMs: () => number
  readonly position: () => Position
  readonly reservation: (reservationId: string) => Reservation | null
  readonly hasWaiters: () => boolean
  readonly hasAnswered: (commandId: string) => boolean
  readonly record: (events: readonly StockEvent[], existing: Reservation | null, command: StockCommand | null) => void
  readonly remember: (command: StockCommand) => void
  readonly violate: (violation: string) => void
}
type Fate = 'answered' | 'lost_call' | 'lost_answer'
type Open = { readonly claim: EscrowClaim; batch: number | null }

/** Units that a shard asks for when it has none to promise. */
const wantedUnits = 6

export class ShardSet {
  readonly #home: Home
  readonly #plant: Plant | null
  readonly #shards: EscrowShard[] = Array.from({ length: shardsMax }, (_, number) => freshShard(number))
  readonly #claims = this.#shards.map(() => new Map<string, Open>())
  readonly #settled = this.#shards.map(() => new Set<string>())
  readonly #known = new Map<number, number>()

  constructor(home: Home, plant: Plant | null) {
    this.#home = home
    this.#plant = plant
  }

  /** How many are open. */
  get open(): number {
    return escrowOf(this.#home.position()).shards
  }

  readonly isUpToDate = (shard: number): boolean => this.#known.get(shard) === this.open

  setOpen(shards: number): void {
    if (this.open === shards) return
    this.#home.record([{ type: 'shards_set', shards }], null, null)
    this.#known.clear()
  }

  /** Null: the shard leaves it to the position, and has handed over what it knows. */
  decide(number: number, command: StockCommand): StockVerdict | null {
    const claims = this.#claims[number]
    if (claims === undefined || command.type !== 'hold') return this.#passOn(number)
    const { reservationId } = command
    const known = this.#settled[number]?.has(reservationId) ? 'settled' : (claims.get(reservationId)?.claim ?? null)
    const decided = decideAtShard(command, this.#shard(number), known, this.#home.nowMs())
    if (decided.kind === 'passed_on') return this.#passOn(number)
    if (decided.kind === 'claimed') {
      this.#shards[number] = decided.shard
      claims.set(reservationId, { claim: decided.claim, batch: null })
    }
    return decided.verdict
  }

  /** Until nothing is left to hand over. What was cut and not answered goes first, unchanged. */
  settle(number: number, giveBack: boolean, wants: number, fate: Fate): void {
    for (let round = 0; round < 4; round += 1) {
      const settlement = this.#cut(number, giveBack, wants)
      if (fate === 'lost_call') return
      const terms = this.#settleAtHome(settlement)
      if (fate === 'lost_answer') return
      this.#hear(number, settlement, terms)
      const isLeft = (this.#claims[number]?.size ?? 0) > 0 || (giveBack && this.#shard(number).unused > 0)
      if (!isLeft) return
    }
  }

  /** I2: what was set aside is unused, promised or on its way, and no unit of it is two of these. */
  breaches(): string[] {
    if (this.#home.position().escrow === undefined) return []
    return this.#shards.flatMap((shard, number) => {
      const { granted, settled, batch } = accountAt(this.#home.position(), number)
      const isTakenOver = shard.returning !== null && batch === shard.batch
      const open = [...(this.#claims[number]?.values() ?? [])]
      const waiting = open.filter((each) => !isTakenOver || each.batch !== shard.batch)
      const claimed = waiting.reduce((sum, { claim }) => sum + claim.command.quantity, 0)
      const returning = isTakenOver ? 0 : (shard.returning ?? 0)
      const there = shard.unused + returning + claimed + granted - shard.granted
      return there === granted - settled ? [] : [`I2: shard ${number} has ${there} of ${granted - settled} units`]
    })
  }

  breachesAtRest(): string[] {
    const units = escrowedUnits(this.#home.position())
    return units === 0 ? [] : [`I5: ${units} units are still with shards`]
  }

  #passOn(number: number): null {
    this.settle(number, false, wantedUnits, 'answered')
    return null
  }

  #cut(number: number, giveBack: boolean, wants: number): Settlement {
    const claims = [...(this.#claims[number]?.values() ?? [])]
    const shard = this.#shard(number)
    const returned = giveBack || number >= shard.shards ? shard.unused : 0
    if (shard.returning === null && claims.length + returned > 0) {
      this.#shards[number] = cutBatch(shard, returned)
      for (const open of claims) open.batch = shard.batch + 1
    }
    const { batch, returning, shards } = this.#shard(number)
    const told = claims.filter((open) => open.batch === batch).map(({ claim }) => claim)
    const cut = returning === null ? null : { number: batch, claims: told, returned: returning }
    return { shard: number, knows: shards, batch: cut, wants: giveBack ? 0 : wants, asked: 0 }
  }

  #settleAtHome(settlement: Settlement): EscrowTerms {
    const { shard, batch } = settlement
    const home = this.#home
    this.#known.set(shard, settlement.knows)
    const isNew = batch !== null && batch.number > accountAt(home.position(), shard).batch
    if (batch !== null && (isNew || this.#plant === 'I1-takes-over-a-batch-twice')) this.#takeOver(shard, batch)
    const granting = { nowMs: home.nowMs(), keepBack: 0, isPaused: home.hasWaiters() }
    const quantity = unitsToGrant(home.position(), settlement, granting)
    if (quantity > 0) home.record([{ type: 'escrow_granted', shard, quantity }], null, null)
    const { sellable, committedUnits, heldUnits } = setAside(home.position())
    const isTooMuch = quantity > 0 && isPlainPosition(home.position()) && committedUnits + heldUnits > sellable
    if (isTooMuch) home.violate(`I2: set aside ${quantity} units that were promised`)
    return termsFor(home.position(), shard, granting)
  }

  #takeOver(shard: number, batch: NonNullable<Settlement['batch']>): void {
    const home = this.#home
    const adoptions = batch.claims.map((claim) => {
      const existing = home.reservation(claim.command.reservationId)
      return { claim, existing, ...adoptClaim(claim, existing, home.hasAnswered(claim.command.commandId)) }
    })
    const sum = (some: typeof adoptions) => some.reduce((units, { claim }) => units + claim.command.quantity, 0)
    const adopted = sum(adoptions.filter((each) => each.adopted))
    const returned = batch.returned + sum(adoptions) - adopted
    home.record([{ type: 'escrow_settled', shard, batch: batch.number, adopted, returned }], null, null)
    for (const { claim, existing, events } of adoptions) {
      home.record(events, existing, claim.command)
      home.remember(claim.command)
    }
  }

  #hear(number: number, settlement: Settlement, terms: EscrowTerms): void {
    const known = this.#shard(number)
    const heard = hearTerms(known, terms)
    const extra = this.#plant === 'I2-shard-takes-a-grant-twice' ? heard.granted - known.granted : 0
    this.#shards[number] = { ...heard, unused: heard.unused + extra }
    for (const { command } of settlement.batch?.claims ?? []) {
      this.#claims[number]?.delete(command.reservationId)
      this.#settled[number]?.add(command.reservationId)
    }
  }

  #shard(number: number): EscrowShard {
    const shard = this.#shards[number]
    if (shard === undefined) throw new Error(`there is no shard ${number}`)
    return shard
  }
}
