import { readdirSync, readFileSync } from 'node:fs'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { describe, expect, it } from 'vitest'
import * as deliveries from '../src/db/schema/deliveries.ts'
import * as fulfilment from '../src/db/schema/fulfilment.ts'
import * as operations from '../src/db/schema/operations.ts'
import * as orders from '../src/db/schema/orders.ts'
import * as sourcing from '../src/db/schema/sourcing.ts'
import * as stock from '../src/db/schema/stock.ts'
import * as transfers from '../src/db/schema/transfers.ts'

const document = readFileSync('docs/storage.md', 'utf8')
const named = new Set([...document.matchAll(/`([^`]+)`/g)].map((match) => match[1]))

const missing = (names: readonly string[]) => names.filter((name) => !named.has(name))

describe('docs/storage.md names every table and column of', () => {
  const tables: SQLiteTable[] = [deliveries, fulfilment, operations, orders, sourcing, stock, transfers].flatMap(
    (schema) => Object.values(schema),
  )

  it.each(tables.map((table) => [getTableConfig(table).name, table] as const))('D1: %s', (name, table) => {
    expect(missing([name, ...getTableConfig(table).columns.map((column) => column.name)])).toEqual([])
  })

  const sources = readdirSync('durable-objects').map((file) => readFileSync(`durable-objects/${file}`, 'utf8'))
  const created = sources.flatMap((source) => [
    ...source.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+) \(([\s\S]*?)\)(?: WITHOUT ROWID,)?\s*STRICT/g),
  ])

  it.each(created.map(([, name = '', columns = '']) => [name, columns] as const))('the actors: %s', (name, columns) => {
    const columnNames = [...columns.matchAll(/(?:^|,)\s*([a-z_]+) (?:TEXT|INTEGER)/g)].map((match) => match[1] ?? '')
    expect(columnNames).not.toEqual([])
    expect(missing([name, ...columnNames])).toEqual([])
  })

  it('the actors, all of them', () => expect(created.length).toBeGreaterThan(10))
})
