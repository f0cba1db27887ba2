/** How a Tryton customer shipment behaves: picking decides what leaves, and what does not leave is asked for again. */
import { type Row, searchRecords, TrytonError, type Values } from './records.ts'
import { type Erp, nextTimestamp, processSale } from './sale-workflow.ts'

const transitions: Readonly<Record<string, { readonly from: readonly string[]; readonly to: string }>> = {
  wait: { from: ['draft', 'waiting', 'assigned'], to: 'waiting' },
  assign_force: { from: ['waiting'], to: 'assigned' },
  pick: { from: ['waiting', 'assigned'], to: 'picked' },
  pack: { from: ['waiting', 'picked'], to: 'packed' },
  done: { from: ['packed'], to: 'done' },
  cancel: { from: ['draft', 'waiting', 'assigned', 'picked', 'packed'], to: 'cancelled' },
}

const outgoingOf = ({ records }: Erp, shipment: Row) =>
  (shipment.outgoing_moves as number[]).map((id) => records.get('stock.move', id))
const pickingOf = ({ records }: Erp, shipment: Row) =>
  (shipment.inventory_moves as number[]).map((id) => records.get('stock.move', id))

export function pressShipment(erp: Erp, button: string, shipment: Row): void {
  const transition = transitions[button]
  if (!transition?.from.includes(String(shipment.state))) return
  const saleIds = new Set(outgoingOf(erp, shipment).map((move) => move.sale))
  takeEffect(erp, button, shipment)
  shipment.state = transition.to
  shipment._timestamp = nextTimestamp(erp)
  const reprocess = button === 'pack' || button === 'done' || button === 'cancel'
  for (const id of reprocess ? saleIds : []) processSale(erp, erp.records.get('sale.sale', id))
}

function takeEffect(erp: Erp, button: string, shipment: Row): void {
  if (button === 'pick') pick(erp, shipment)
  if (button === 'pack') drop(erp, shipment, (move) => Number(move.quantity) > 0)
  if (button === 'done') for (const move of outgoingOf(erp, shipment)) move.state = 'done'
  if (button === 'cancel') {
    for (const move of [...outgoingOf(erp, shipment), ...pickingOf(erp, shipment)]) move.state = 'cancelled'
  }
}

/** What was picked is what leaves: an outgoing move without a picking move is left with nothing. */
function pick(erp: Erp, shipment: Row): void {
  for (const move of outgoingOf(erp, shipment)) {
    const picked = pickingOf(erp, shipment).filter((candidate) => candidate.origin === `stock.move,${move.id}`)
    move.quantity = picked.reduce((total, candidate) => total + Number(candidate.quantity), 0)
  }
  for (const move of pickingOf(erp, shipment)) move.state = 'done'
}

function drop(erp: Erp, shipment: Row, stays: (move: Row) => boolean): void {
  const gone = outgoingOf(erp, shipment).filter((move) => !stays(move))
  for (const move of gone) {
    for (const line of searchRecords(erp.records, 'sale.line', [['moves', '=', move.id]]))
      line.moves = without(line.moves, move.id)
    forget(erp, shipment, 'outgoing_moves', move.id)
  }
}

function forget({ records }: Erp, shipment: Row, list: 'outgoing_moves' | 'inventory_moves', id: number): void {
  shipment[list] = without(shipment[list], id)
  shipment.moves = without(shipment.moves, id)
  records.remove('stock.move', id)
}

/** `expected` is the `_timestamp` the caller read: anybody's write since then refuses this one. */
export function writeShipment(erp: Erp, shipment: Row, values: Values, expected: string | undefined): void {
  if (expected !== undefined && expected !== shipment._timestamp) {
    throw new TrytonError(['ConcurrencyException', 'Records were modified in the meanwhile'])
  }
  const changes = (values.inventory_moves ?? []) as [string, number[], Values][]
  // Looked up before the first is touched: half a transaction is none.
  const found = changes.map(([command, ids, change]) => ({
    command,
    change,
    moves: ids.map((id) => erp.records.get('stock.move', id)),
  }))
  if ('reference' in values) shipment.reference = values.reference
  for (const { command, change, moves } of found) {
    for (const move of moves) {
      if (command === 'write') move.quantity = change.quantity
      else if (command === 'delete') forget(erp, shipment, 'inventory_moves', move.id)
    }
  }
  shipment._timestamp = nextTimestamp(erp)
}

const without = (ids: unknown, id: number) => (ids as number[]).filter((candidate) => candidate !== id)
