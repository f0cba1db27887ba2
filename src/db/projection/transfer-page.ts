/** A transfer's page: its log entries, what was reported in them, and the transfer unless D1 holds a newer one. */
import type { LogEntry } from '../../domain/order/order-command.ts'
import { inTransit, overOf, type Transfer, totalOf } from '../../domain/transfer/transfer.ts'
import type { TransferEvent } from '../../domain/transfer/transfer-event.ts'
import type { TransferReportRow, TransferRow } from '../rows.ts'
import { transferReports, transfers } from '../schema/transfers.ts'
import { joinsOn, type LogPage, type PageWrite } from './commit-pages.ts'
import { insertMissingRows, upsertNewerRows } from './statements.ts'

export function transferPage(page: LogPage, transfer: Transfer | null): PageWrite {
  const newest = page.entries.at(-1)
  const rows = transfer === null || newest === undefined ? [] : [transferRowOf(transfer, newest.atMs)]
  const statements = [
    ...insertMissingRows(transferReports, page.entries.flatMap(reportRowsOf(page.actorName)), joinsOn(page)),
    ...upsertNewerRows(transfers, rows, joinsOn(page)),
  ]
  return { page, statements }
}

/** Written by the transfer itself and never edited: parsed, not validated again. */
const reportRowsOf =
  (transferId: string) =>
  ({ event: json }: LogEntry): TransferReportRow[] => {
    const event = JSON.parse(json) as TransferEvent
    if (event.type !== 'shipped' && event.type !== 'received') return []
    const report =
      event.type === 'shipped'
        ? { kind: 'shipment', reportId: event.shipmentId }
        : { kind: 'receipt', reportId: event.receiptId }
    const units = event.lines.reduce((sum, { quantity }) => sum + quantity, 0)
    return [{ transferId, ...report, units, atMs: event.occurredAtMs }]
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
