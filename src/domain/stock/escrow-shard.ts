/**
 * One shard of a hot position: it promises units that the position has set aside for it, each in constant time and
 * without asking. It decides nothing else: what is not a plain claim that its units cover is the position's business.
 */

import type { Command } from './decision.ts'
import { doorOf } from './escrow.ts'
import type { EscrowClaim, EscrowTerms } from './settlement.ts'
import type { StockVerdict } from './stock-command.ts'

export type EscrowShard = EscrowTerms & {
  readonly number: number
  /** Units that may be promised here. */
  readonly unused: number
  /** Number of the newest batch that was cut. */
  readonly batch: number
  /** While a batch is on its way: the units it gives back. */
  readonly returning: number | null
}

/** Before it has heard anything it passes everything on. */
export function freshShard(number: number): EscrowShard {
  const terms = { shards: 0, granted: 0, keepBack: 0, protects: false, available: 0, version: 0 }
  return { ...terms, number, unused: 0, batch: 0, returning: null }
}

type AtShard =
  | { readonly kind: 'passed_on' }
  | { readonly kind: 'known'; readonly verdict: StockVerdict }
  | {
      readonly kind: 'claimed'
      readonly shard: EscrowShard
      readonly claim: EscrowClaim
      readonly verdict: StockVerdict
    }

const passedOn: AtShard = { kind: 'passed_on' }

/** What the shard knows of a reservation: its claim, or that the position has it; null: nothing. */
export type KnownClaim = EscrowClaim | 'settled' | null

export function decideAtShard(command: Command<'hold'>, shard: EscrowShard, known: KnownClaim, nowMs: number): AtShard {
  if (known === 'settled') return passedOn
  if (known !== null) {
    const repeated = known.command.quantity === command.quantity && !isOver(known.command, nowMs)
    return repeated ? { kind: 'known', verdict: answer(shard, 'unchanged', command.quantity) } : passedOn
  }
  if (!isMine(command, shard) || !isPlain(command, shard, nowMs) || command.quantity > shard.unused) return passedOn
  const unused = shard.unused - command.quantity
  const available = Math.max(unused, shard.available - command.quantity)
  const left = { ...shard, unused, available }
  const claim = { command, atMs: nowMs }
  return { kind: 'claimed', shard: left, claim, verdict: answer(left, 'applied', command.quantity) }
}

/** A caller with an old idea of how many shards there are is passed on: another one answers for the reservation. */
function isMine({ reservationId }: Command<'hold'>, { number, shards }: EscrowShard): boolean {
  return number < shards && doorOf(reservationId, shards) === number
}

/** No wish that depends on which units they are, whose they are, or when they are needed. */
function isPlain(hold: Command<'hold'>, { keepBack, protects }: EscrowShard, nowMs: number): boolean {
  const { goodUntilMs = null, group = null, dueAtMs = null } = hold
  if (goodUntilMs !== null || (group !== null && protects)) return false
  if (dueAtMs !== null && dueAtMs > nowMs) return false
  // A broken quantity is the position's to complain about.
  const isWhole = Number.isSafeInteger(hold.quantity) && hold.quantity > 0
  return isWhole && (hold.keepBack ?? 0) <= keepBack && !isOver(hold, nowMs)
}

const isOver = ({ expiresAtMs }: Command<'hold'>, nowMs: number) => expiresAtMs !== null && nowMs >= expiresAtMs

function answer({ available, version }: EscrowShard, effect: 'applied' | 'unchanged', granted: number): StockVerdict {
  return { ok: true, effect, granted, available, version }
}

/** A batch that takes these units back with it. One at a time: the next is cut when this one is answered. */
export function cutBatch(shard: EscrowShard, returned: number): EscrowShard {
  if (shard.returning !== null) throw new Error(`batch ${shard.batch} is still on its way`)
  if (returned > shard.unused) throw new Error(`${returned} of ${shard.unused} units cannot go back`)
  return { ...shard, batch: shard.batch + 1, unused: shard.unused - returned, returning: returned }
}

/** The answer to a settlement: the batch on its way is settled. An older answer that comes late tells nothing else. */
export function hearTerms(shard: EscrowShard, terms: EscrowTerms): EscrowShard {
  const granted = Math.max(shard.granted, terms.granted)
  const unused = shard.unused + granted - shard.granted
  const newer = terms.version < shard.version ? shard : { ...shard, ...terms }
  return { ...newer, granted, unused, returning: null }
}

/** Units it was asked for lately, decayed: in memory, a shard that wakes anew begins at nothing. */
export type Demand = { readonly unitsPerSecond: number; readonly atMs: number }

export const noDemand: Demand = { unitsPerSecond: 0, atMs: 0 }

const demandMemoryMs = 1_000
/** So much of the present demand is kept at hand: a few settlements' worth, so that one that is late is no matter. */
const keptForSeconds = 2
const keptAtLeast = 8
/** Slower than this nobody really asks here any more. */
const idleUnitsPerSecond = 0.1
/** Whoever keeps more than this many times what he needs gives the rest to shards that need it. */
const surplusFactor = 3

export function withUnits(demand: Demand, units: number, nowMs: number): Demand {
  return { unitsPerSecond: perSecondAt(demand, nowMs) + (units * 1_000) / demandMemoryMs, atMs: nowMs }
}

const perSecondAt = ({ unitsPerSecond, atMs }: Demand, nowMs: number) =>
  unitsPerSecond * Math.exp(-Math.max(0, nowMs - atMs) / demandMemoryMs)

function unitsToKeep(demand: Demand, nowMs: number): number {
  const perSecond = perSecondAt(demand, nowMs)
  if (perSecond < idleUnitsPerSecond) return 0
  return Math.max(keptAtLeast, Math.ceil(perSecond * keptForSeconds))
}

/** Time to ask for more, without waiting for the next settlement. */
export function isLow(shard: EscrowShard, demand: Demand, nowMs: number): boolean {
  return shard.unused < unitsToKeep(demand, nowMs) / 2
}

/** Asked for whether the shard is open or not: only the position knows. */
export function unitsWanted(shard: EscrowShard, demand: Demand, nowMs: number): number {
  return Math.max(0, unitsToKeep(demand, nowMs) - shard.unused)
}

/** What a settlement takes back by itself: everything once the shard is closed or nobody asks here any more. */
export function unitsToReturn(shard: EscrowShard, demand: Demand, nowMs: number): number {
  const kept = shard.number < shard.shards ? unitsToKeep(demand, nowMs) : 0
  return shard.unused > surplusFactor * kept ? shard.unused - kept : 0
}
