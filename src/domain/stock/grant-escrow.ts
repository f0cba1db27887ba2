/** How many units a position sets aside for a shard that asks, and on which terms the shard promises them. */
import { atfOf } from '../atp/atp-of.ts'
import { freeUnits } from '../atp/free-units.ts'
import type { PositionFigures } from '../atp/position-figures.ts'
import { accountAt, calledInBeforeMs, escrowOf, setAside } from './escrow.ts'
import { figuresOf } from './figures-of.ts'
import type { Position } from './position.ts'
import type { EscrowTerms, Settlement } from './settlement.ts'
import { availableAt } from './states.ts'

/**
 * Below so many units a shard the position serves alone: the last units are sold one by one, and spread over shards
 * every claim would have to collect them again.
 */
export const tailUnitsPerShard = 4
/** A shard gets at most its share of this part: the rest is for whoever asks next and for the position's own claims. */
const grantedPart = 0.5

export type Granting = {
  readonly nowMs: number
  /** The most that any recent claim had to leave by rule. */
  readonly keepBack: number
  /** Nothing is given away while units are being collected for a claim, or while orders stand in line for them. */
  readonly isPaused: boolean
}

export function unitsToGrant(position: Position, { shard, wants }: Settlement, granting: Granting): number {
  const { shards } = escrowOf(position)
  if (granting.isPaused || wants <= 0 || shard >= shards) return 0
  const { nowMs, keepBack } = granting
  const keeps = { goodUntilMs: nowMs + calledInBeforeMs }
  const free = atfOf(figuresOf(setAside(position), nowMs), { nowMs, keepBack, group: null, ...keeps })
  if (free < tailUnitsPerShard * shards) return 0
  return Math.min(wants, Math.max(1, Math.floor((free * grantedPart) / shards)))
}

export function termsFor(position: Position, shard: number, { nowMs, keepBack }: Granting): EscrowTerms {
  const figures = figuresOf(setAside(position), nowMs)
  return {
    shards: escrowOf(position).shards,
    granted: accountAt(position, shard).granted,
    keepBack: leaves(figures, nowMs, keepBack) ? keepBack : 0,
    protects: figures.protections.length > 0,
    available: availableAt(position),
    version: position.version,
  }
}

/** Also with everything that is set aside promised, so many units are left. */
const leaves = (figures: PositionFigures, nowMs: number, keepBack: number) =>
  freeUnits(figures, { nowMs, keepBack, group: null, goodUntilMs: null }) >= 0
