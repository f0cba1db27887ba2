/**
 * What may be promised for a date without taking a unit that a promise already given needs: the forward minimum, exact
 * by shelf life. The position decides its holds by it and every reader answers by it, so that both agree.
 */
import { keptBackOf } from './kept-back.ts'
import type { PositionFigures, UnitsAsk } from './position-figures.ts'
import { claimAt, roomBeside, type Served, serveClaims, sumUnits, type Units } from './serve-claims.ts'
import { claimsDue, claimsLater, comingUnits, isPlain, onHandUnits } from './supply-and-claims.ts'

/** `units = max(0, onHand + supply − promised − waiting − safetyStock − protectedForOthers)`. */
export type PromiseTerms = {
  readonly byMs: number
  readonly units: number
  /** On hand, of the kind that is asked for. */
  readonly onHand: number
  /** Of that kind and due by then, as far as it is trusted. */
  readonly supply: number
  /** Of those two, what promises already given need, whenever they are due. */
  readonly promised: number
  /** Promised, and served by nothing on time at some instant from then on: as many units are set aside. */
  readonly waiting: number
  readonly safetyStock: number
  readonly protectedForOthers: number
}

/** `byMs` before now asks for now. */
export function atpOf(figures: PositionFigures, ask: UnitsAsk, byMs: number): number {
  return promiseTerms(figures, ask, byMs).units
}

/** What may be promised from today's stock. */
export function atfOf(figures: PositionFigures, ask: UnitsAsk): number {
  return atpOf(figures, ask, ask.nowMs)
}

/** Every term of the answer, for whoever asks why. */
export function promiseTerms(figures: PositionFigures, ask: UnitsAsk, byMs: number): PromiseTerms {
  const atMs = Math.max(byMs, ask.nowMs)
  const kept = keptBackOf(figures, ask, atMs)
  const terms = isPlain(figures) ? plainTerms(figures) : timedTerms(figures, ask, atMs)
  const { onHand, supply, promised, waiting } = terms
  const units = onHand + supply - promised - waiting - kept.safetyStock - kept.protectedForOthers
  return { byMs: atMs, units: Math.max(0, units), ...terms, ...kept }
}

type Covered = Pick<PromiseTerms, 'onHand' | 'supply' | 'promised' | 'waiting'>

function plainTerms({ sellable, committed, held }: PositionFigures): Covered {
  const promised = Math.min(sellable, committed + held)
  return { onHand: sellable, supply: 0, promised, waiting: committed + held - promised }
}

function timedTerms(figures: PositionFigures, ask: UnitsAsk, atMs: number): Covered {
  const { nowMs } = ask
  const kind = claimAt(atMs, ask.goodUntilMs, 0)
  const isOfKind = ({ goodUntilMs, fromMs }: Units) => goodUntilMs >= kind.keepUntilMs && fromMs <= atMs
  const [there, coming] = [onHandUnits(figures, nowMs), comingUnits(figures, nowMs)]
  const [onHand, supply] = [sumUnits(there.filter(isOfKind)), sumUnits(coming.filter(isOfKind))]
  const served = serveClaims([...there, ...coming], [...claimsDue(figures, nowMs), ...claimsLater(figures, nowMs)])
  const room = roomBeside([...there, ...coming], served.served, kind)
  return { onHand, supply, promised: onHand + supply - room, waiting: waitingFrom(served, atMs) }
}

/** The most units that wait at any instant from `atMs` on. */
function waitingFrom({ waiting }: Served, atMs: number): number {
  const before = waiting.findLast((step) => step.atMs <= atMs)?.units ?? 0
  return waiting.reduce((most, step) => (step.atMs > atMs ? Math.max(most, step.units) : most), before)
}
