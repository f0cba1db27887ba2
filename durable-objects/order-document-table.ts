/**
 * The order's document, whole, in rows of bounded size: a row holds two megabytes at most, and an order of five hundred
 * lines that was planned many times may come near that.
 */
import { emptyDocument, type OrderDocument } from '../src/domain/order/order-document.ts'
import type { Migrations } from './migrations.ts'

export const documentTable = 'CREATE TABLE order_document (part INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT'

/** UTF-16 units; at most three bytes each, so a part stays below a megabyte and a half. */
const partLengthMax = 500_000

export class OrderDocumentTable {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations
  #parts = 0

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  load(): OrderDocument {
    if (!this.#migrations.applied) return emptyDocument
    const rows = this.#sql.exec<{ body: string }>('SELECT body FROM order_document ORDER BY part').toArray()
    this.#parts = rows.length
    return rows.length === 0 ? emptyDocument : (JSON.parse(rows.map((row) => row.body).join('')) as OrderDocument)
  }

  /** Inside the caller's transaction. */
  save(document: OrderDocument): void {
    const parts = split(JSON.stringify(document))
    parts.forEach((body, part) => {
      this.#sql.exec('INSERT OR REPLACE INTO order_document (part, body) VALUES (?, ?)', part, body)
    })
    if (this.#parts > parts.length) this.#sql.exec('DELETE FROM order_document WHERE part >= ?', parts.length)
    this.#parts = parts.length
  }
}

function split(text: string): readonly string[] {
  const parts: string[] = []
  for (let from = 0; from < text.length; ) {
    const end = from + partLengthMax
    const to = isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end
    parts.push(text.slice(from, to))
    from = to
  }
  return parts
}

/** A character cut in two would not survive being stored as UTF-8. */
const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff
