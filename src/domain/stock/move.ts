/**
 * A movement somebody reports: units came, left, or changed their state. Facts (receipts, shipments, adjustments,
 * transfers, returns) are never refused; `hold` and `release` are our own bookkeeping between states and cannot take
 * more than is there. A count is an absolute figure and is decided like a snapshot.
 */
import { canonicalJson } from '../shared/canonical-json.ts'
import { err, ok, unreachable } from '../shared/result.ts'
import { changeOf, isStale, noUnits, type ReportedUnits, shortageDrift } from './change-stock.ts'
import { decideCount } from './count.ts'
import { type Command, type Decided, type StockFacts, unchanged } from './decision.ts'
import { lotChanges, lotsOf, lotsRefusal } from './lot-changes.ts'
import type { Position } from './position.ts'
import { availableAt } from './states.ts'
import type { MovementState } from './stock-command.ts'

export const movementReportId = (movementId: string) => `movement/${movementId}`

export function decideMove(command: Command<'move'>, facts: StockFacts): Decided {
  const { movementId, movement, state, quantity, occurredAtMs, reference } = command
  const { lots = [] } = command
  const content = canonicalJson({
    movement,
    state,
    quantity,
    occurredAtMs,
    reference,
    ...(lots.length === 0 ? {} : { lots }),
  })
  if (facts.recorded) {
    return facts.recorded.content === content ? unchanged() : err({ reason: 'movement_conflict', movementId })
  }
  // A partner's clock that runs ahead must not fence off what really happens until then.
  const effectiveAtMs = Math.min(occurredAtMs, facts.nowMs)
  const report = { id: movementReportId(movementId), content, occurredAtMs: effectiveAtMs }
  if (movement === 'count') return decideCount(command, facts, report)
  const short = betweenStatesShort(command, facts.position)
  if (short !== null) {
    return err({ reason: 'movement_exceeds_stock', movementId, requested: Math.abs(quantity), available: short })
  }
  const reported = reportedUnits(command)
  const refusal = lotsRefusal(facts.position, lots, reported.sellable)
  if (refusal) return err(refusal)
  const stale = isStale(facts.position, reported, effectiveAtMs)
  const change = changeOf(facts.position, reported, effectiveAtMs)
  const { sellable, damaged, qualityControl } = reported
  const changes = lotChanges(facts, { units: sellable, named: lots, sold: isSold(command), goodUntilMs: null })
  const moved = { movementId, movement, state, quantity, occurredAtMs: effectiveAtMs, reference, change, stale }
  return ok({
    effect: stale ? 'stale' : 'applied',
    granted: 0,
    events: [
      { type: 'moved', ...moved, ...lotsOf(changes) },
      ...shortageDrift(facts.position, change, movementId, effectiveAtMs),
    ],
    report: { ...report, moved: { sellable, damaged, qualityControl }, lots: changes },
  })
}

/** What somebody is to use is picked from what may be sold; what is written off takes what expires first. */
function isSold({ movement }: Command<'move'>): boolean {
  return movement === 'shipment' || movement === 'transfer_out'
}

/** Signed: a receipt of −2 corrects an earlier one, as warehouses like to send it. */
function reportedUnits(command: Command<'move'>): ReportedUnits {
  const { movement, state, quantity } = command
  switch (movement) {
    case 'receipt':
    case 'return':
    case 'transfer_in':
    case 'adjustment':
      return onHandUnits(state, quantity)
    case 'shipment':
    case 'transfer_out':
      return onHandUnits(state, 0 - quantity)
    case 'hold':
      return betweenStates(state, quantity)
    case 'release':
      return betweenStates(state, 0 - quantity)
    case 'count':
      throw new Error('a count is an absolute figure, not a movement of units')
    default:
      return unreachable(movement)
  }
}

/** Units that enter (or leave) the location in this state. */
function onHandUnits(state: MovementState, units: number): ReportedUnits {
  switch (state) {
    case 'available':
      return { ...noUnits, sellable: units }
    case 'damaged':
      return { ...noUnits, damaged: units }
    case 'quality_control':
      return { ...noUnits, qualityControl: units }
    case 'incoming':
      return { ...noUnits, incoming: units }
    case 'safety_stock':
      return { ...noUnits, sellable: units, safetyTarget: units }
    default:
      return unreachable(state)
  }
}

/** Units that go from available into this state; releasing from `incoming` is their arrival. */
function betweenStates(state: MovementState, units: number): ReportedUnits {
  if (state === 'available') return noUnits
  if (state === 'safety_stock') return { ...noUnits, safetyTarget: units }
  return { ...onHandUnits(state, units), sellable: 0 - units }
}

/** How many units the giving state has when that is too few for a `hold` or `release`; null when it has enough. */
function betweenStatesShort(command: Command<'move'>, position: Position): number | null {
  const { movement, state, quantity } = command
  if (movement !== 'hold' && movement !== 'release') return null
  const intoState = movement === 'hold' ? quantity : 0 - quantity
  const has = intoState > 0 ? givenByAvailable(position, state) : givenByState(position, state)
  return Math.abs(intoState) > has ? has : null
}

/** Broken goods are broken even if they were promised: that is a loss of cover. Safety stock is a wish: only spare units. */
function givenByAvailable(position: Position, state: MovementState): number {
  if (state === 'available') return Number.POSITIVE_INFINITY
  return state === 'safety_stock' ? availableAt(position) : position.sellable
}

function givenByState(position: Position, state: MovementState): number {
  switch (state) {
    case 'damaged':
      return Math.max(0, position.damaged)
    case 'quality_control':
      return Math.max(0, position.qualityControl)
    case 'safety_stock':
      return position.safetyTarget
    // More may arrive than was announced.
    case 'incoming':
    case 'available':
      return Number.POSITIVE_INFINITY
    default:
      return unreachable(state)
  }
}
