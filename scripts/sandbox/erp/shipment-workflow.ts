/** How a Tryton customer shipment behaves: picking decides what leaves, and what does not leave is asked for again. */
import { type Records, type Row, TrytonError, type Values } from './records.ts'
import type { SaleWorkflow } from './sale-workflow.ts'

const transitions: Readonly<Record<string, { readonly from: readonly string[]; readonly to: string }>> = {
  wait: { from: ['draft', 'waiting', 'assigned'], to: 'waiting' },
  assign_force: { from: ['waiting'], to: 'assigned' },
  pick: { from: ['waiting', 'assigned'], to: 'picked' },
  pack: { from: ['waiting', 'picked'], to: 'packed' },
  done: { from: ['packed'], to: 'done' },
  cancel: { from: ['draft', 'waiting', 'assigned', 'picked', 'packed'], to: 'cancelled' },
}

export function createShipmentWorkflow(records: Records, sales: SaleWorkflow) {
  const outgoingOf = (shipment: Row) => (shipment.outgoing_moves as number[]).map((id) => records.get('stock.move', id))
  const pickingOf = (shipment: Row) => (shipment.inventory_moves as number[]).map((id) => records.get('stock.move', id))

  function press(button: string, shipment: Row): void {
    const transition = transitions[button]
    if (!transition?.from.includes(String(shipment.state))) return
    const saleIds = new Set(outgoingOf(shipment).map((move) => move.sale))
    effect(button, shipment)
    shipment.state = transition.to
    shipment._timestamp = sales.timestamp()
    const reprocess = button === 'pack' || button === 'done' || button === 'cancel'
    for (const id of reprocess ? saleIds : []) sales.process(records.get('sale.sale', id))
  }

  function effect(button: string, shipment: Row): void {
    if (button === 'pick') pick(shipment)
    if (button === 'pack') drop(shipment, (move) => Number(move.quantity) > 0)
    if (button === 'done') for (const move of outgoingOf(shipment)) move.state = 'done'
    if (button === 'cancel') {
      for (const move of [...outgoingOf(shipment), ...pickingOf(shipment)]) move.state = 'cancelled'
    }
  }

  /** What was picked is what leaves: an outgoing move without a picking move is left with nothing. */
  function pick(shipment: Row): void {
    for (const move of outgoingOf(shipment)) {
      const picked = pickingOf(shipment).filter((candidate) => candidate.origin === `stock.move,${move.id}`)
      move.quantity = picked.reduce((total, candidate) => total + Number(candidate.quantity), 0)
    }
    for (const move of pickingOf(shipment)) move.state = 'done'
  }

  function drop(shipment: Row, stays: (move: Row) => boolean): void {
    const gone = outgoingOf(shipment).filter((move) => !stays(move))
    for (const move of gone) {
      for (const line of records.search('sale.line', [['moves', '=', move.id]]))
        line.moves = without(line.moves, move.id)
      forget(shipment, 'outgoing_moves', move.id)
    }
  }

  function forget(shipment: Row, list: 'outgoing_moves' | 'inventory_moves', id: number): void {
    shipment[list] = without(shipment[list], id)
    shipment.moves = without(shipment.moves, id)
    records.remove('stock.move', id)
  }

  /** `expected` is the `_timestamp` the caller read: anybody's write since then refuses this one. */
  function write(shipment: Row, values: Values, expected: string | undefined): void {
    if (expected !== undefined && expected !== shipment._timestamp) {
      throw new TrytonError(['ConcurrencyException', 'Records were modified in the meanwhile'])
    }
    const changes = (values.inventory_moves ?? []) as [string, number[], Values][]
    // Looked up before the first is touched: half a transaction is none.
    const found = changes.map(([command, ids, change]) => ({
      command,
      change,
      moves: ids.map((id) => records.get('stock.move', id)),
    }))
    if ('reference' in values) shipment.reference = values.reference
    for (const { command, change, moves } of found) {
      for (const move of moves) {
        if (command === 'write') move.quantity = change.quantity
        else if (command === 'delete') forget(shipment, 'inventory_moves', move.id)
      }
    }
    shipment._timestamp = sales.timestamp()
  }

  return { press, write }
}

const without = (ids: unknown, id: number) => (ids as number[]).filter((candidate) => candidate !== id)
