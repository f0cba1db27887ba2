/**
 * Shopify's states of a position, derived: the state equation cannot be broken by forgetting to move a number.
 *
 * Who is covered first when units are short: committed reservations (somebody has paid), then holds (somebody is
 * paying), then safety stock (it exists for exactly this), and what is left is available. So on hand that shrinks takes
 * available first, then safety stock, then the cover of holds, then the cover of commitments; what lost its cover is
 * `backordered`, and arrivals give it back in the opposite order. Units that lie here for somebody who has not come yet
 * (a later-dated promise, a protected group) are `reserved`: `available` is what anybody may take now.
 */
import { atfOf } from '../atp/atp-of.ts'
import type { PositionFigures } from '../atp/position-figures.ts'
import { claimAt, serveClaims, sumUnits } from '../atp/serve-claims.ts'
import { onHandUnits } from '../atp/supply-and-claims.ts'
import { figuresOf } from './figures-of.ts'
import { isPlainPosition, type PoolUnits, type Position } from './position.ts'
import type { InventoryStates } from './stock-command.ts'

/** What of the sellable pool serves the claims that are due. */
export type Cover = { readonly committed: number; readonly held: number }

/** As of its last change, or of a later instant. Total, and the only place that knows who is covered first. */
export function statesOf(position: Position, nowMs = position.updatedAtMs): InventoryStates {
  const figures = figuresOf(position, nowMs)
  const cover = coverOf(position, nowMs, figures)
  const blocked = position.sellable - figures.sellable
  const available = availableOf(position, nowMs, figures)
  const uncommitted = figures.sellable - cover.committed - cover.held
  const safetyStock = Math.min(position.safetyTarget, uncommitted - available)
  const damaged = Math.max(0, position.damaged)
  const qualityControl = Math.max(0, position.qualityControl)
  return {
    available,
    committed: cover.committed,
    reserved: cover.held + uncommitted - available - safetyStock,
    damaged,
    safetyStock,
    qualityControl: qualityControl + blocked,
    onHand: onHandOf(position),
    incoming: Math.max(0, position.incoming) + sumUnits(position.supplies),
    backordered: position.committedUnits + position.heldUnits - cover.committed - cover.held,
  }
}

export function onHandOf({ sellable, damaged, qualityControl }: PoolUnits): number {
  return sellable + Math.max(0, damaged) + Math.max(0, qualityControl)
}

/** What anybody may take now. */
export function availableAt(position: Position, nowMs = position.updatedAtMs): number {
  return availableOf(position, nowMs, isPlainPosition(position) ? null : figuresOf(position, nowMs))
}

function availableOf(position: Position, nowMs: number, figures: PositionFigures | null): number {
  if (figures === null || isPlainPosition(position)) {
    const promised = position.committedUnits + position.heldUnits
    return Math.max(0, position.sellable - promised - position.safetyTarget)
  }
  return atfOf(figures, { nowMs, group: null, goodUntilMs: null, keepBack: 0 })
}

export function coverOf(position: Position, nowMs: number, figures = figuresOf(position, nowMs)): Cover {
  const { committedUnits, heldUnits, needs } = position
  const { sellable } = figures
  if (needs.length === 0) {
    const committed = Math.min(committedUnits, sellable)
    return { committed, held: Math.min(heldUnits, sellable - committed) }
  }
  const served = (count: (claims: Cover) => number, units: number) => {
    const needing = needs.map((need) => claimAt(nowMs, need.goodUntilMs, count(need)))
    const claims = [claimAt(nowMs, null, units - sumUnits(needing)), ...needing]
    return sumUnits(serveClaims(onHandUnits(figures, nowMs), claims).served)
  }
  const committed = served((need) => need.committed, committedUnits)
  const all = served((need) => need.committed + need.held, committedUnits + heldUnits)
  return { committed, held: all - committed }
}

/** A group may be left with less while everybody else is left with the same. */
export function changesWhatIsSold(before: Position, after: Position): boolean {
  return availableAt(before) !== availableAt(after) || before.protections.length + after.protections.length > 0
}
