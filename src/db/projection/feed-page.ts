/** A feed's page: its log entries, and a case for each listing whose channel showed what nobody sent. */
import { exceptionCatalogue } from '../../domain/exceptions/exception-catalogue.ts'
import { type FeedEvent, keyText } from '../../domain/feed/feed-listing.ts'
import type { LogEntry } from '../../domain/order/order-command.ts'
import type { ExceptionRow } from '../rows.ts'
import { exceptions } from '../schema/operations.ts'
import { caseTerms } from './case-terms.ts'
import { joinsOn, type LogPage, type PageWrite } from './commit-pages.ts'
import { upsertNewerRows } from './statements.ts'

export function feedPage(page: LogPage): PageWrite {
  const rows = driftRowsOf(page.actorName, page.entries)
  return { page, statements: upsertNewerRows(exceptions, rows, joinsOn(page)) }
}

/** The newest entry of a listing says how its case stands: each says all that the case needs. */
function driftRowsOf(account: string, entries: readonly LogEntry[]): readonly ExceptionRow[] {
  const rows = entries.map((entry) => driftRow(account, entry))
  return [...new Map(rows.map((row) => [row.exceptionId, row])).values()]
}

function driftRow(account: string, entry: LogEntry): ExceptionRow {
  // Written by the feed itself, hash-chained and never edited: parsed, not validated again.
  const event = JSON.parse(entry.event) as FeedEvent
  const { sku, item, place, expected, found } = event
  const isOpen = event.type === 'drift_found'
  return {
    exceptionId: `${account}/inventory_drift/${keyText(event)}`,
    sourceKind: 'feed',
    sourceName: account,
    orderId: null,
    deliveryId: null,
    account,
    ...caseTerms('inventory_drift', isOpen ? entry.atMs : event.openedAtMs),
    class: 'value',
    status: isOpen ? 'open' : 'resolved',
    message: `${sku}: the channel showed ${found} of item ${item} at ${place}, and had confirmed ${expected}.`,
    remediation: exceptionCatalogue.inventory_drift.remediation,
    fingerprint: `inventory_drift/${account}`,
    moneyAtRiskMinor: 0,
    currency: null,
    correlationId: entry.cause.correlationId,
    resolvedAtMs: isOpen ? null : entry.atMs,
    version: entry.seq,
  }
}
