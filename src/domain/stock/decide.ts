/** One command, decided. Refusals are values; anything thrown from here is a bug. */
import { unreachable } from '../shared/result.ts'
import { decideAnnounceSupply, decideCancelSupply } from './announce-supply.ts'
import { decideAwaitStock, decideForgetWaiter } from './await-stock.ts'
import { decideCommit } from './commit.ts'
import type { Decided, StockFacts } from './decision.ts'
import { decideExtend } from './extend.ts'
import { decideHold } from './hold.ts'
import { decideMove, movementReportId } from './move.ts'
import { decideReceiveSupply, receiptReportId } from './receive-supply.ts'
import { decideRelease } from './release.ts'
import { decideSetLotStatus } from './set-lot-status.ts'
import { decideSetProtection } from './set-protection.ts'
import { decideSetSafetyStock } from './set-safety-stock.ts'
import { decideShip, shipmentReportId } from './ship.ts'
import { decideSnapshot, snapshotReportId } from './snapshot.ts'
import type { StockCommand } from './stock-command.ts'
import { decideTakeOver } from './take-over.ts'

export function decide(command: StockCommand, facts: StockFacts): Decided {
  assertUnits(command)
  switch (command.type) {
    case 'hold':
      return decideHold(command, facts)
    case 'take_over':
      return decideTakeOver(command, facts)
    case 'extend':
      return decideExtend(command, facts)
    case 'commit':
      return decideCommit(command, facts)
    case 'release':
      return decideRelease(command, facts)
    case 'ship':
      return decideShip(command, facts)
    case 'move':
      return decideMove(command, facts)
    case 'snapshot':
      return decideSnapshot(command, facts)
    case 'set_safety_stock':
      return decideSetSafetyStock(command, facts)
    case 'await_stock':
      return decideAwaitStock(command, facts)
    case 'forget_waiter':
      return decideForgetWaiter(command, facts)
    case 'announce_supply':
      return decideAnnounceSupply(command, facts)
    case 'receive_supply':
      return decideReceiveSupply(command, facts)
    case 'cancel_supply':
      return decideCancelSupply(command, facts)
    case 'set_lot_status':
      return decideSetLotStatus(command, facts)
    case 'set_protection':
      return decideSetProtection(command, facts)
    default:
      return unreachable(command)
  }
}

/** The id under which the command's report is kept; null for commands that report nothing. */
export function reportIdOf(command: StockCommand): string | null {
  if (command.type === 'move') return movementReportId(command.movementId)
  if (command.type === 'snapshot') return snapshotReportId(command.snapshotId)
  if (command.type === 'receive_supply') return receiptReportId(command.receiptId)
  return command.type === 'ship' ? shipmentReportId(command) : null
}

/** Boundaries parse quantities; this catches the caller that did not, before the figures do. */
function assertUnits(command: StockCommand): void {
  const figures = Object.entries(command).filter(([name, value]) => isQuantity(name) && value !== null)
  const least = atLeastOne.has(command.type) ? 1 : command.type === 'move' ? -unitsMax : 0
  for (const [name, value] of figures) {
    const units: unknown = value
    if (!Number.isSafeInteger(units) || Number(units) < least || Number(units) > unitsMax) {
      throw new Error(`${command.type}: ${name} is ${String(units)}`)
    }
  }
}

const atLeastOne: ReadonlySet<StockCommand['type']> = new Set<StockCommand['type']>(['hold', 'take_over', 'ship'])

/** Sums of this many units stay exact: SQLite integers come back as doubles. */
const unitsMax = 1_000_000_000_000

const isQuantity = (name: string) => ['quantity', 'onHand', 'damaged', 'qualityControl'].includes(name)
