/** The RPC methods of the sandbox ERP: those that the connector calls, and no others. */
import { type Records, type Row, readRecord, searchRecords, TrytonError, userError, type Values } from './records.ts'
import { createSale, type Erp, pressSale, removeSale } from './sale-workflow.ts'
import { pressShipment, writeShipment } from './shipment-workflow.ts'

export type Method = (params: readonly unknown[], context: Values) => unknown

export const company = 1
const searchable = ['currency.currency', 'country.country', 'country.subdivision', 'account.invoice.payment_term']

export function methodsOf(records: Records): ReadonlyMap<string, Method> {
  const erp: Erp = { records, sales: 0, shipments: 0, writes: 0 }
  const methods = new Map<string, Method>([
    ['model.res.user.get_preferences', () => ({ company, language: 'en' })],
    ['model.sale.sale.create', ([list]) => (list as Values[]).map((values) => createSale(erp, values).id)],
    ['model.sale.sale.delete', ([ids]) => each(records, 'sale.sale', ids, (sale) => removeSale(erp, sale))],
    ['model.account.invoice.cancel', ([ids]) => each(records, 'account.invoice', ids, cancelInvoice)],
    ['model.party.party.create', ([list]) => (list as Values[]).map((values) => createParty(records, values).id)],
    [
      'model.party.address.create',
      ([list]) => (list as Values[]).map((values) => records.create('party.address', values).id),
    ],
    ['model.sale.line.write', ([ids, values]) => addTo(records, 'sale.line', ids, values, 'moves_ignored')],
    ['model.sale.sale.write', ([ids, values]) => addTo(records, 'sale.sale', ids, values, 'invoices_ignored')],
    [
      'model.stock.shipment.out.write',
      ([ids, values], { _timestamp: stamps }) =>
        each(records, 'stock.shipment.out', ids, (row) =>
          writeShipment(
            erp,
            row,
            values as Values,
            (stamps as Record<string, string>)?.[`stock.shipment.out,${row.id}`],
          ),
        ),
    ],
  ])
  for (const button of ['quote', 'confirm', 'process', 'cancel', 'draft']) {
    const press: Method = ([ids]) => each(records, 'sale.sale', ids, (sale) => pressSale(erp, button, sale))
    methods.set(`model.sale.sale.${button}`, press)
  }
  for (const button of ['wait', 'assign_force', 'pick', 'pack', 'done', 'cancel']) {
    const press: Method = ([ids]) => each(records, 'stock.shipment.out', ids, (row) => pressShipment(erp, button, row))
    methods.set(`model.stock.shipment.out.${button}`, press)
  }
  for (const model of [...searchable, 'stock.location', 'party.party', 'party.address']) {
    methods.set(`model.${model}.search`, ([domain, offset, limit]) =>
      page(searchRecords(records, model, domain as unknown[]), offset, limit).map((row) => row.id),
    )
  }
  for (const model of ['product.product', 'sale.sale', 'sale.line', 'stock.shipment.out']) {
    methods.set(`model.${model}.search_read`, ([domain, offset, limit, , names]) =>
      page(searchRecords(records, model, domain as unknown[]), offset, limit).map((row) =>
        readRecord(records, model, row, names as string[]),
      ),
    )
  }
  methods.set('model.sale.sale.read', ([ids, names]) =>
    (ids as number[]).map((id) => readRecord(records, 'sale.sale', records.get('sale.sale', id), names as string[])),
  )
  return methods
}

/** Everything the connector asks for is in order of id, as records are kept. */
const page = (rows: readonly Row[], offset: unknown, limit: unknown) =>
  rows.slice(Number(offset ?? 0), limit === null ? undefined : Number(offset ?? 0) + Number(limit))

/** Looks every record up before the first is touched: half a transaction is none. */
function each(records: Records, model: string, ids: unknown, act: (row: Row) => void): null {
  const rows = (ids as number[]).map((id) => records.get(model, id))
  for (const row of rows) act(row)
  return null
}

function addTo(records: Records, model: string, ids: unknown, values: unknown, field: string): null {
  const commands = (values as Values)[field]
  if (!Array.isArray(commands)) throw new TrytonError([`only ${field} can be written here`, ''])
  return each(records, model, ids, (row) => {
    for (const [command, members] of commands) if (command === 'add') (row[field] as number[]).push(...members)
  })
}

function cancelInvoice(invoice: Row): void {
  if (invoice.state === 'draft') invoice.state = 'cancelled'
}

function createParty(records: Records, values: Values): Row {
  if (searchRecords(records, 'party.party', [['code', '=', values.code]]).length > 0) {
    throw userError('The code on party must be unique.')
  }
  return records.create('party.party', values)
}
