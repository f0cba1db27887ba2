/** Tryton's records in memory: create, search by domain, read with dotted fields. As much of each as the wire needs. */

export type Row = { readonly id: number; [field: string]: unknown }
export type Values = Readonly<Record<string, unknown>>

/** An answer in Tryton's own form, `{"error": [name, arguments]}`: the transaction is rolled back. */
export class TrytonError extends Error {
  readonly args: readonly unknown[]
  constructor(args: readonly unknown[]) {
    super(JSON.stringify(args))
    this.args = args
  }
}
export const userError = (message: string) => new TrytonError(['UserError', [message, '', null]])

/** Fields that may be written, searched and read; anything else is a mistake of the caller, as it is in Tryton. */
const fields: Readonly<Record<string, readonly string[]>> = {
  'res.user': ['login', 'company'],
  'currency.currency': ['code'],
  'country.country': ['code'],
  'country.subdivision': ['code', 'country'],
  'account.invoice.payment_term': ['name'],
  'stock.location': ['code', 'type'],
  'product.product': ['code', 'default_uom', 'sale_uom'],
  'party.party': ['code', 'name', 'contact_mechanisms'],
  'party.address': ['party', 'party_name', 'street', 'postal_code', 'city', 'country', 'subdivision'],
  'sale.sale': [
    ...['company', 'party', 'invoice_address', 'shipment_address', 'currency', 'reference', 'description', 'lines'],
    ...['payment_term', 'warehouse', 'number', 'state', 'shipment_state', 'invoices', 'invoices_ignored'],
  ],
  'sale.line': [
    ...['sale', 'type', 'description', 'quantity', 'unit_price', 'product', 'unit', 'note'],
    ...['moves', 'moves_ignored', 'moves_recreated'],
  ],
  'stock.shipment.out': [
    ...['number', 'state', 'reference', '_timestamp', 'moves', 'outgoing_moves', 'inventory_moves'],
  ],
  'stock.move': ['product', 'quantity', 'state', 'origin', 'sale', 'shipment'],
  'account.invoice': ['state', 'sale'],
}
const relations: Readonly<Record<string, string>> = {
  'sale.sale.lines': 'sale.line',
  'sale.sale.invoices': 'account.invoice',
  'sale.sale.currency': 'currency.currency',
  'sale.sale.party': 'party.party',
  'sale.line.moves': 'stock.move',
  'sale.line.product': 'product.product',
  'stock.shipment.out.moves': 'stock.move',
  'stock.shipment.out.outgoing_moves': 'stock.move',
  'stock.shipment.out.inventory_moves': 'stock.move',
  'stock.move.product': 'product.product',
  'stock.move.sale': 'sale.sale',
}

export type Records = {
  readonly create: (model: string, values: Values) => Row
  readonly get: (model: string, id: unknown) => Row
  readonly all: (model: string) => readonly Row[]
  readonly remove: (model: string, id: number) => void
}

export function createRecords(): Records {
  const tables = new Map<string, Map<number, Row>>()
  let nextId = 1
  const table = (model: string) => {
    const known = tables.get(model) ?? new Map<number, Row>()
    tables.set(model, known)
    return known
  }
  return {
    create: (model, values) => {
      for (const field of Object.keys(values)) checkField(model, field)
      const row: Row = { ...values, id: nextId++ }
      table(model).set(row.id, row)
      return row
    },
    get: (model, id) => {
      const row = typeof id === 'number' ? table(model).get(id) : undefined
      if (!row) throw userError(`You are trying to read records "${id}" of "${model}" that don't exist anymore.`)
      return row
    },
    all: (model) => [...table(model).values()],
    remove: (model, id) => void table(model).delete(id),
  }
}

export function searchRecords(records: Records, model: string, domain: readonly unknown[]): readonly Row[] {
  return records.all(model).filter((row) => domain.every((clause) => holds(records, model, row, clause)))
}

function holds(records: Records, model: string, row: Row, clause: unknown): boolean {
  if (!Array.isArray(clause) || clause.length !== 3) throw new TrytonError([`invalid clause ${clause}`, ''])
  const [path, operator, value] = clause
  const found = valuesAt(records, model, row, String(path).split('.'))
  if (operator === 'in' && Array.isArray(value)) return found.some((member) => value.includes(member))
  if (operator === '=') return found.some((member) => (member ?? null) === value)
  throw new TrytonError([`unknown operator ${operator}`, ''])
}

function valuesAt(records: Records, model: string, row: Row, [field = '', ...rest]: readonly string[]): unknown[] {
  if (field !== 'id') checkField(model, field)
  const value = row[field]
  const members = Array.isArray(value) ? value : [value]
  if (rest.length === 0) return members
  const target = targetOf(model, field)
  return members.flatMap((id) =>
    id === undefined || id === null ? [] : valuesAt(records, target, records.get(target, id), rest),
  )
}

/** A dotted field answers `{"field.": {...}}`, a list of them for a one2many, as Tryton does. */
export function readRecord(records: Records, model: string, row: Row, names: readonly string[]): Row {
  const answer: Row = { id: row.id }
  const nested = new Map<string, string[]>()
  for (const name of names) {
    const [field = '', ...rest] = name.split('.')
    checkField(model, field)
    if (rest.length === 0) answer[field] = row[field] ?? null
    else nested.set(field, [...(nested.get(field) ?? []), rest.join('.')])
  }
  for (const [field, inner] of nested) answer[`${field}.`] = readRelated(records, model, row[field], field, inner)
  return answer
}

function readRelated(
  records: Records,
  model: string,
  value: unknown,
  field: string,
  inner: readonly string[],
): unknown {
  const target = targetOf(model, field)
  const readOne = (id: unknown) => readRecord(records, target, records.get(target, id), inner)
  if (Array.isArray(value)) return value.map(readOne)
  return value === null || value === undefined ? null : readOne(value)
}

function targetOf(model: string, field: string): string {
  const target = relations[`${model}.${field}`]
  if (target === undefined) throw new TrytonError([`no relation ${model}.${field}`, ''])
  return target
}

function checkField(model: string, field: string): void {
  if (!fields[model]?.includes(field)) throw new TrytonError([`'${field}'`, ''])
}
