/**
 * Somebody counted one state. `available` means what lies on the shelf for sale, promised or not. Counting safety stock
 * or announcements sets those figures, since neither is a place where units lie.
 */
import { err, ok } from '../shared/result.ts'
import { changeOf, noUnits } from './change-stock.ts'
import type { Command, Decided, Report, StockFacts } from './decision.ts'
import { lotsRefusal } from './lot-changes.ts'
import { noPools, type Pool } from './position.ts'
import { rebaseEvents } from './rebase.ts'
import type { MovementState } from './stock-command.ts'

type CountReport = Omit<Report, 'moved'>

const poolOf: Readonly<Record<MovementState, Pool | null>> = {
  available: 'sellable',
  damaged: 'damaged',
  quality_control: 'qualityControl',
  safety_stock: null,
  incoming: null,
}

export function decideCount(command: Command<'move'>, facts: StockFacts, report: CountReport): Decided {
  const { movementId, state, quantity } = command
  if (quantity < 0) return err({ reason: 'movement_exceeds_stock', movementId, requested: quantity, available: 0 })
  const pool = poolOf[state]
  return pool === null ? countFigure(command, facts, report) : countPool(pool, command, facts, report)
}

function countPool(pool: Pool, command: Command<'move'>, facts: StockFacts, report: CountReport): Decided {
  const { position } = facts
  const { movementId: reference, quantity, state } = command
  const told = { by: 'count', reference, source: null, sourceSequence: null, asOfMs: report.occurredAtMs } as const
  const figures = { [state]: quantity }
  const kept = { ...report, moved: noPools }
  const newestAsOfMs = position.asOfMs[pool]
  if (report.occurredAtMs < newestAsOfMs) {
    const ignored = { type: 'figure_ignored', ...told, newestAsOfMs, figures } as const
    return ok({ effect: 'stale', granted: 0, events: [ignored], report: kept })
  }
  const absolute = { sellable: null, damaged: null, qualityControl: null, [pool]: quantity }
  const lots = pool === 'sellable' ? command.lots : undefined
  const refusal = lotsRefusal(position, command.lots ?? [], pool === 'sellable' ? quantity : 0)
  if (refusal) return err(refusal)
  const events = rebaseEvents(facts, { ...told, figures, lots, tolerance: command.tolerance }, absolute)
  return ok({ effect: 'applied', granted: 0, events, report: kept })
}

function countFigure(command: Command<'move'>, facts: StockFacts, report: CountReport): Decided {
  const { position } = facts
  const { movementId, movement, state, quantity, reference } = command
  const { occurredAtMs } = report
  const by =
    state === 'incoming'
      ? { incoming: quantity - position.incoming }
      : { safetyTarget: quantity - position.safetyTarget }
  const change = changeOf(position, { ...noUnits, ...by }, occurredAtMs)
  const moved = { type: 'moved', movementId, movement, state, quantity, occurredAtMs, reference, change } as const
  return ok({
    effect: 'applied',
    granted: 0,
    events: [{ ...moved, stale: false }],
    report: { ...report, moved: noPools },
  })
}
