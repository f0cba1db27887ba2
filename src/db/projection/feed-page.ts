/** A feed's page: its log entries, and a case for each listing whose channel showed what nobody sent, or refused it. */
import { exceptionCatalogue } from '../../domain/exceptions/exception-catalogue.ts'
import {
  type DriftFound,
  type DriftSettled,
  type FeedEvent,
  keyText,
  type ListingRefused,
  type RefusalSettled,
} from '../../domain/feed/feed-listing.ts'
import type { LogEntry } from '../../domain/order/order-command.ts'
import { unreachable } from '../../domain/shared/result.ts'
import type { ExceptionRow } from '../rows.ts'
import { exceptions } from '../schema/operations.ts'
import { caseTerms } from './case-terms.ts'
import { joinsOn, type LogPage, type PageWrite } from './commit-pages.ts'
import { upsertNewerRows } from './statements.ts'

export function feedPage(page: LogPage): PageWrite {
  const rows = caseRowsOf(page.actorName, page.entries)
  return { page, statements: upsertNewerRows(exceptions, rows, joinsOn(page)) }
}

/** The newest entry of a listing says how its case stands: each says all that the case needs. */
function caseRowsOf(account: string, entries: readonly LogEntry[]): readonly ExceptionRow[] {
  const rows = entries.map((entry) => caseRow(account, entry))
  return [...new Map(rows.map((row) => [row.exceptionId, row])).values()]
}

function caseRow(account: string, entry: LogEntry): ExceptionRow {
  // Written by the feed itself, hash-chained and never edited: parsed, not validated again.
  const event = JSON.parse(entry.event) as FeedEvent
  const { category, message, openedAtMs } = caseOf(event)
  return {
    exceptionId: `${account}/${category}/${keyText(event)}`,
    sourceKind: 'feed',
    sourceName: account,
    orderId: null,
    deliveryId: null,
    account,
    ...caseTerms(category, openedAtMs ?? entry.atMs),
    class: 'value',
    status: openedAtMs === null ? 'open' : 'resolved',
    message,
    remediation: exceptionCatalogue[category].remediation,
    fingerprint: `${category}/${account}`,
    moneyAtRiskMinor: 0,
    currency: null,
    correlationId: entry.cause.correlationId,
    resolvedAtMs: openedAtMs === null ? null : entry.atMs,
    version: entry.seq,
  }
}

type FeedCase = {
  readonly category: 'inventory_drift' | 'listing_refused'
  readonly message: string
  /** Null: the event opens the case. */
  readonly openedAtMs: number | null
}

function caseOf(event: FeedEvent): FeedCase {
  switch (event.type) {
    case 'drift_found':
      return { category: 'inventory_drift', message: driftMessage(event), openedAtMs: null }
    case 'drift_settled':
      return { category: 'inventory_drift', message: driftMessage(event), openedAtMs: event.openedAtMs }
    case 'listing_refused':
      return { category: 'listing_refused', message: refusalMessage(event), openedAtMs: null }
    case 'refusal_settled':
      return { category: 'listing_refused', message: refusalMessage(event), openedAtMs: event.openedAtMs }
    default:
      return unreachable(event)
  }
}

const driftMessage = ({ sku, item, place, expected, found }: DriftFound | DriftSettled): string =>
  `${sku}: the channel showed ${found} of item ${item} at ${place}, and had confirmed ${expected}.`

const refusalMessage = ({ kind, sku, item, place, message }: ListingRefused | RefusalSettled): string =>
  `${sku}: the channel refused the ${kind} of item ${item}${place === '' ? '' : ` at ${place}`}: ${message}`
