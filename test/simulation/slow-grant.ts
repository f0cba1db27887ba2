/** What a new claim should get, by the slow reckoning of what may be promised and from nothing that the position answers. */
import type { PositionFigures } from '../../src/domain/atp/position-figures.ts'
import { figuresOf } from '../../src/domain/stock/figures-of.ts'
import { isPlainPosition, type Position } from '../../src/domain/stock/position.ts'
import { openUnits, type Reservation } from '../../src/domain/stock/reservation.ts'
import type { StockCommand } from '../../src/domain/stock/stock-command.ts'
import { slowAtp } from '../domain/atp/slow-promise.ts'

/** The slow reckoning tries every unit with every other: beyond this many it takes longer than the rest of the run. */
const slowUnitsMax = 24

/** Null: no new claim, or too many units to try. */
export function grantExpected(
  command: StockCommand,
  position: Position,
  reservations: ReadonlyMap<string, Reservation>,
  nowMs: number,
): number | null {
  if ((command.type !== 'hold' && command.type !== 'take_over') || reservations.has(command.reservationId)) return null
  const { quantity, allowPartial } = command
  const source = command.type === 'take_over' ? reservations.get(command.source) : undefined
  const has = source === undefined ? 0 : openUnits(source) - source.uncovered
  if (source === undefined || has === 0) return granted(quantity, promisable(command, position, nowMs), allowPartial)
  if (has >= quantity) return quantity
  // Beyond what a claim has, as much as it might have got.
  const { dueAtMs, goodUntilMs } = source
  const more = promisable({ ...command, dueAtMs, goodUntilMs }, position, nowMs)
  return granted(quantity, more === null ? null : has + more, allowPartial)
}

function granted(quantity: number, promised: number | null, allowPartial: boolean): number | null {
  if (promised === null) return null
  return quantity <= promised ? quantity : allowPartial ? promised : 0
}

function promisable(
  command: Extract<StockCommand, { type: 'hold' | 'take_over' }>,
  position: Position,
  nowMs: number,
): number | null {
  const { group = null, goodUntilMs = null, keepBack = 0, dueAtMs } = command
  const { sellable, committedUnits, heldUnits, safetyTarget } = position
  if (isPlainPosition(position))
    return Math.max(0, sellable - committedUnits - heldUnits - Math.max(safetyTarget, keepBack))
  const figures = figuresOf(position, nowMs)
  const life = (goodUntilMs ?? 0) > nowMs ? goodUntilMs : null
  if (unitsIn(figures) > slowUnitsMax) return null
  return slowAtp(figures, { nowMs, group, goodUntilMs: life, keepBack }, Math.max(nowMs, dueAtMs ?? nowMs))
}

function unitsIn({ sellable, committed, held, supplies, demands }: PositionFigures): number {
  const sum = (rows: readonly { readonly units: number }[]) => rows.reduce((units, row) => units + row.units, 0)
  return sellable + committed + held + sum(supplies) + sum(demands)
}
