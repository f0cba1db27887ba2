/** How a Tryton sale behaves: what its buttons do, and how `process` makes the shipments and invoices still missing. */
import { type Records, type Row, TrytonError, userError, type Values } from './records.ts'

/** The ERP as its workflows see it: the records, and the counters that number what they make. */
export type Erp = { readonly records: Records; sales: number; shipments: number; writes: number }

/** As PostgreSQL writes it: seconds with microseconds, so that two writes never look alike. */
export function nextTimestamp(erp: Erp): string {
  erp.writes++
  return `1800000000.${String(erp.writes).padStart(6, '0')}`
}

const rowsOf = ({ records }: Erp, model: string, ids: unknown) =>
  Array.isArray(ids) ? ids.map((id) => records.get(model, id)) : []
const movesOf = (erp: Erp, line: Row) => rowsOf(erp, 'stock.move', line.moves)

export function createSale(erp: Erp, values: Values): Row {
  for (const [field, model] of [['party', 'party.party'] as const, ['currency', 'currency.currency'] as const]) {
    if (values[field] === undefined) throw userError(`A value is required for field "${field}" in "Sale".`)
    erp.records.get(model, values[field])
  }
  const sale = erp.records.create('sale.sale', {
    ...{ reference: null, invoice_address: null, shipment_address: null },
    ...values,
    ...{ number: null, state: 'draft', shipment_state: 'none', invoices: [], invoices_ignored: [], lines: [] },
  })
  sale.lines = createdRecords(values.lines).map((line) => createLine(erp, sale, line).id)
  return sale
}

function createLine(erp: Erp, sale: Row, values: Values): Row {
  if (typeof values.quantity !== 'number') throw userError('A value is required for field "Quantity" in "Sale Line".')
  if (!isDecimal(values.unit_price)) throw new TrytonError(["'float' object has no attribute 'quantize'", ''])
  if (values.product !== undefined) {
    erp.records.get('product.product', values.product)
    if (values.unit === undefined) throw userError('A value is required for field "Unit" in "Sale Line".')
  }
  const lists = { moves: [], moves_ignored: [], moves_recreated: [] }
  return erp.records.create('sale.line', { note: null, ...values, ...lists, sale: sale.id })
}

/** A step that the state does not allow is ignored in silence, as Tryton's workflow does. */
export function pressSale(erp: Erp, button: string, sale: Row): void {
  const step = `${sale.state}/${button}`
  if (step === 'draft/quote') quote(erp, sale)
  else if (step === 'quotation/confirm') {
    sale.state = 'confirmed'
    processSale(erp, sale)
  } else if (button === 'process') processSale(erp, sale)
  else if (step === 'draft/cancel' || step === 'quotation/cancel') sale.state = 'cancelled'
  else if (button === 'draft' && ['cancelled', 'quotation', 'confirmed'].includes(String(sale.state))) {
    sale.state = 'draft'
  }
}

function quote(erp: Erp, sale: Row): void {
  if (!sale.invoice_address) throw userError('The sale needs an invoice address for its quotation.')
  if (!sale.shipment_address) throw userError('The sale needs a shipment address for its quotation.')
  sale.number ??= String(++erp.sales)
  sale.state = 'quotation'
}

export function removeSale({ records }: Erp, sale: Row): void {
  if (!['draft', 'quotation', 'cancelled'].includes(String(sale.state))) {
    throw userError(`To delete sale "${sale.number}" you must cancel it.`)
  }
  records.remove('sale.sale', sale.id)
}

export function processSale(erp: Erp, sale: Row): void {
  if (!['confirmed', 'processing', 'done'].includes(String(sale.state))) return
  invoiceOnce(erp, sale)
  const missing = rowsOf(erp, 'sale.line', sale.lines).flatMap((line) => {
    const recreated = line.moves_recreated as number[]
    const moved = sum(movesOf(erp, line).filter((move) => !recreated.includes(move.id)))
    const quantity = Number(line.quantity) - moved
    return line.product !== undefined && quantity > 0 ? [{ line, quantity }] : []
  })
  if (missing.length > 0) makeShipment(erp, sale, missing)
  sale.shipment_state = shipmentState(erp, sale)
  const open = rowsOf(erp, 'account.invoice', sale.invoices).filter(
    (invoice) => !(sale.invoices_ignored as number[]).includes(invoice.id),
  )
  sale.state = sale.shipment_state === 'sent' && open.length === 0 ? 'done' : 'processing'
}

function invoiceOnce({ records }: Erp, sale: Row): void {
  const invoices = sale.invoices as number[]
  if (invoices.length === 0) invoices.push(records.create('account.invoice', { state: 'draft', sale: sale.id }).id)
}

type MissingUnits = { readonly line: Row; readonly quantity: number }

function makeShipment(erp: Erp, sale: Row, missing: readonly MissingUnits[]): void {
  const { records } = erp
  const shipment = records.create('stock.shipment.out', {
    ...{ number: String(++erp.shipments), state: 'waiting', reference: null, _timestamp: nextTimestamp(erp) },
    ...{ moves: [], outgoing_moves: [], inventory_moves: [] },
  })
  for (const { line, quantity } of missing) {
    const values = { product: line.product, quantity, state: 'draft', sale: sale.id, shipment: shipment.id }
    const outgoing = records.create('stock.move', { ...values, origin: `sale.line,${line.id}` })
    const picking = records.create('stock.move', { ...values, sale: null, origin: `stock.move,${outgoing.id}` })
    ;(line.moves as number[]).push(outgoing.id)
    ;(shipment.outgoing_moves as number[]).push(outgoing.id)
    ;(shipment.inventory_moves as number[]).push(picking.id)
    ;(shipment.moves as number[]).push(outgoing.id, picking.id)
  }
}

function shipmentState(erp: Erp, sale: Row): string {
  const lines = rowsOf(erp, 'sale.line', sale.lines).filter((line) => line.product !== undefined)
  const answered = (line: Row) => [...(line.moves_ignored as number[]), ...(line.moves_recreated as number[])]
  const asked = lines.some((line) =>
    movesOf(erp, line).some((move) => move.state === 'cancelled' && !answered(line).includes(move.id)),
  )
  if (asked) return 'exception'
  const sent = lines.every((line) => {
    const ended = movesOf(erp, line).filter(
      (move) => move.state === 'done' || (line.moves_ignored as number[]).includes(move.id),
    )
    return sum(ended) >= Number(line.quantity)
  })
  return sent ? 'sent' : 'waiting'
}

/** The records of `[["create", [...]]]`. */
function createdRecords(commands: unknown): readonly Values[] {
  if (!Array.isArray(commands)) return []
  return commands.flatMap((command) => (command[0] === 'create' ? command[1] : []))
}

const sum = (moves: readonly Row[]) => moves.reduce((total, move) => total + Number(move.quantity), 0)

function isDecimal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '__class__' in value && value.__class__ === 'Decimal'
}
