/** The rows of a position, and how they came to be what they are: steps are appended, never edited. */
import { ClaimCoverTable, claimCover } from './claim-cover-table.ts'
import { commandMemoryTable } from './command-memory.ts'
import { eventLogTable } from './event-log.ts'
import type { Migrations } from './migrations.ts'
import { outboxIndex, outboxTable } from './outbox.ts'
import { reportLots, StockReportTable } from './stock-report-table.ts'
import { claimTerms, StockTables, stockTables, waiterGroup, waiterOffer, waiterTurn } from './stock-tables.ts'
import { SupplyTable, supplyTable } from './supply-table.ts'
import { timersTable } from './timers.ts'

export const stockSteps = [
  {
    id: 1,
    statements: [...stockTables, eventLogTable, commandMemoryTable, outboxTable, outboxIndex, timersTable],
  },
  { id: 2, statements: [waiterOffer] },
  { id: 3, statements: [...claimTerms, reportLots, supplyTable] },
  { id: 4, statements: waiterTurn },
  { id: 5, statements: claimCover },
  { id: 6, statements: [waiterGroup] },
]

export const stockTablesIn = (sql: SqlStorage, migrations: Migrations) => ({
  stock: new StockTables(sql, migrations),
  reports: new StockReportTable(sql, migrations),
  supplies: new SupplyTable(sql, migrations),
  cover: new ClaimCoverTable(sql, migrations),
})
