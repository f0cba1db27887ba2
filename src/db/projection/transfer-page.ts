/**
 * A transfer's page: its log entries, what was reported in them, the transfer unless D1 holds a newer one, and a case
 * for each SKU that the destination has no room to be told of.
 */
import type { LogEntry } from '../../domain/order/order-command.ts'
import { inTransit, overOf, type Transfer, totalOf } from '../../domain/transfer/transfer.ts'
import type { TransferEvent } from '../../domain/transfer/transfer-event.ts'
import type { ExceptionRow, TransferReportRow, TransferRow } from '../rows.ts'
import { exceptions } from '../schema/operations.ts'
import { transferReports, transfers } from '../schema/transfers.ts'
import { caseTerms } from './case-terms.ts'
import { joinsOn, type LogPage, type PageWrite } from './commit-pages.ts'
import { insertMissingRows, upsertNewerRows } from './statements.ts'

export function transferPage(page: LogPage, transfer: Transfer | null): PageWrite {
  const newest = page.entries.at(-1)
  const rows = transfer === null || newest === undefined ? [] : [transferRowOf(transfer, newest.atMs)]
  const statements = [
    ...insertMissingRows(transferReports, page.entries.flatMap(reportRowsOf(page.actorName)), joinsOn(page)),
    ...upsertNewerRows(transfers, rows, joinsOn(page)),
    ...upsertNewerRows(exceptions, caseRowsOf(page), joinsOn(page)),
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

/** The newest entry of a SKU says how its case stands. */
function caseRowsOf({ actorName, entries }: LogPage): readonly ExceptionRow[] {
  const rows = entries.flatMap((entry) => caseRow(actorName, entry))
  return [...new Map(rows.map((row) => [row.exceptionId, row])).values()]
}

const remediation =
  'Cancel or receive what the destination is told of and will not come; it is told of the transfer again by itself. ' +
  'Until then nothing of it is promised there, and what arrives is booked all the same.'

function caseRow(transferId: string, entry: LogEntry): ExceptionRow[] {
  const event = JSON.parse(entry.event) as TransferEvent
  if (event.type !== 'announcement_refused' && event.type !== 'announcement_settled') return []
  const openedAtMs = event.type === 'announcement_settled' ? event.openedAtMs : null
  const { sku } = event
  return [
    {
      exceptionId: `${transferId}/inventory_drift/${sku}`,
      sourceKind: 'transfer',
      sourceName: transferId,
      orderId: null,
      deliveryId: null,
      account: null,
      ...caseTerms('inventory_drift', openedAtMs ?? entry.atMs),
      class: 'value',
      status: openedAtMs === null ? 'open' : 'resolved',
      message: `${sku} of transfer ${transferId} is on its way, and its destination keeps no more announcements.`,
      remediation,
      fingerprint: 'inventory_drift/transfer',
      moneyAtRiskMinor: 0,
      currency: null,
      correlationId: entry.cause.correlationId,
      resolvedAtMs: openedAtMs === null ? null : entry.atMs,
      version: entry.seq,
    },
  ]
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
