/** A transfer's page: its log entries, and the transfer unless D1 holds a newer one. */
import { inTransit, overOf, type Transfer, totalOf } from '../../domain/transfer/transfer.ts'
import type { TransferRow } from '../rows.ts'
import { transfers } from '../schema/transfers.ts'
import { joinsOn, type LogPage, type PageWrite } from './commit-pages.ts'
import { upsertNewerRows } from './statements.ts'

export function transferPage(page: LogPage, transfer: Transfer | null): PageWrite {
  const newest = page.entries.at(-1)
  const rows = transfer === null || newest === undefined ? [] : [transferRowOf(transfer, newest.atMs)]
  return { page, statements: upsertNewerRows(transfers, rows, joinsOn(page)) }
}

function transferRowOf(transfer: Transfer, updatedAtMs: number): TransferRow {
  const { transferId, status, dueAtMs, requestedAtMs, version, lines, pending } = transfer
  return {
    ...{ transferId, status, dueAtMs, requestedAtMs, updatedAtMs, version },
    fromLocation: transfer.from,
    toLocation: transfer.to,
    effectsPending: pending.length,
    skus: lines.length,
    unitsRequested: totalOf(transfer, ({ requested }) => requested),
    unitsReserved: totalOf(transfer, ({ reserved }) => reserved),
    unitsShipped: totalOf(transfer, ({ shipped }) => shipped),
    unitsInTransit: totalOf(transfer, inTransit),
    unitsReceived: totalOf(transfer, ({ received }) => received),
    unitsOver: totalOf(transfer, overOf),
    unitsWrittenOff: totalOf(transfer, ({ writtenOff }) => writtenOff),
  }
}
