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

export type Records = ReturnType<typeof createRecords>

export function createRecords() {
  const tables = new Map<string, Map<number, Row>>()
  const table = (model: string) => {
    const known = tables.get(model) ?? new Map<number, Row>()
    tables.set(model, known)
    return known
  }
  let nextId = 1

  function create(model: string, values: Values): Row {
    for (const field of Object.keys(values)) checkField(model, field)
    const row: Row = { ...values, id: nextId++ }
    table(model).set(row.id, row)
    return row
  }

  function get(model: string, id: unknown): Row {
    const row = typeof id === 'number' ? table(model).get(id) : undefined
    if (!row) throw userError(`You are trying to read records "${id}" of "${model}" that don't exist anymore.`)
    return row
  }

  const all = (model: string): Row[] => [...table(model).values()]
  const remove = (model: string, id: number) => void table(model).delete(id)

  function search(model: string, domain: readonly unknown[]): Row[] {
    return all(model).filter((row) => domain.every((clause) => holds(model, row, clause)))
  }

  function holds(model: string, row: Row, clause: unknown): boolean {
    if (!Array.isArray(clause) || clause.length !== 3) throw new TrytonError([`invalid clause ${clause}`, ''])
    const [path, operator, value] = clause
    const found = valuesAt(model, row, String(path).split('.'))
    if (operator === 'in' && Array.isArray(value)) return found.some((member) => value.includes(member))
    if (operator === '=') return found.some((member) => (member ?? null) === value)
    throw new TrytonError([`unknown operator ${operator}`, ''])
  }

  function valuesAt(model: string, row: Row, [field = '', ...rest]: readonly string[]): unknown[] {
    if (field !== 'id') checkField(model, field)
    const value = row[field]
    const members = Array.isArray(value) ? value : [value]
    if (rest.length === 0) return members
    const target = relations[`${model}.${field}`]
    if (target === undefined) throw new TrytonError([`no relation ${model}.${field}`, ''])
    return members.flatMap((id) => (id === undefined || id === null ? [] : valuesAt(target, get(target, id), rest)))
  }

  /** A dotted field answers `{"field.": {...}}`, a list of them for a one2many, as Tryton does. */
  function read(model: string, row: Row, names: readonly string[]): Row {
    const answer: Row = { id: row.id }
    const nested = new Map<string, string[]>()
    for (const name of names) {
      const [field = '', ...rest] = name.split('.')
      checkField(model, field)
      if (rest.length === 0) answer[field] = row[field] ?? null
      else nested.set(field, [...(nested.get(field) ?? []), rest.join('.')])
    }
    for (const [field, inner] of nested) answer[`${field}.`] = readRelated(model, row, field, inner)
    return answer
  }

  function readRelated(model: string, row: Row, field: string, inner: readonly string[]): unknown {
    const target = relations[`${model}.${field}`]
    if (target === undefined) throw new TrytonError([`no relation ${model}.${field}`, ''])
    const value = row[field]
    if (Array.isArray(value)) return value.map((id) => read(target, get(target, id), inner))
    return value === null || value === undefined ? null : read(target, get(target, value), inner)
  }

  return { create, get, all, remove, search, read }
}

function checkField(model: string, field: string): void {
  if (!fields[model]?.includes(field)) throw new TrytonError([`'${field}'`, ''])
}
