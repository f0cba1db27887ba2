/**
 * Takes a lot off sale, for an inspection or for good, or puts it back. Its units stay on hand; promises that lose
 * their cover by it are backordered. A lot that is not here is remembered: what still arrives of it is blocked as well.
 */
import { err } from '../shared/result.ts'
import { applied, type Command, type Decided, type StockFacts, unchanged } from './decision.ts'
import { overfillsLots } from './lots.ts'

export function decideSetLotStatus(command: Command<'set_lot_status'>, facts: StockFacts): Decided {
  const { lotId, status, reason } = command
  const { position } = facts
  const known = position.lots.find((lot) => lot.lotId === lotId)
  // An expired lot that is put back on sale stays blocked by its date.
  const isSo = known === undefined ? status === 'sellable' : known.status === status
  if (isSo) return unchanged()
  if (overfillsLots(position, [{ lotId }])) return err({ reason: 'position_full', of: 'lots' })
  return applied([{ type: 'lot_status_set', lotId, status, reason }])
}
