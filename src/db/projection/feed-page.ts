/**
 * A feed's page: its log entries, and a case for each listing whose channel showed what nobody sent, or refused it, and
 * for calls that were refused without a word on which listing was to blame.
 */
import { versionText } from '../../domain/catalog/product-content.ts'
import { exceptionCatalogue } from '../../domain/exceptions/exception-catalogue.ts'
import {
  type BatchRefused,
  type BatchSettled,
  type DriftFound,
  type DriftSettled,
  type FeedEvent,
  type FeedKey,
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
  const { category, subject, message, remediation, openedAtMs } = caseOf(event)
  return {
    exceptionId: `${account}/${category}/${subject}`,
    sourceKind: 'feed',
    sourceName: account,
    orderId: null,
    deliveryId: null,
    account,
    ...caseTerms(category, openedAtMs ?? entry.atMs),
    class: 'value',
    status: openedAtMs === null ? 'open' : 'resolved',
    message,
    remediation: remediation ?? exceptionCatalogue[category].remediation,
    fingerprint: `${category}/${account}`,
    moneyAtRiskMinor: 0,
    currency: null,
    correlationId: entry.cause.correlationId,
    resolvedAtMs: openedAtMs === null ? null : entry.atMs,
    version: entry.seq,
  }
}

type FeedCase = {
  readonly category: 'inventory_drift' | 'pricing_mismatch' | 'content_mismatch' | 'listing_refused'
  /** What the case is about, within its category: one open case for each. */
  readonly subject: string
  readonly message: string
  /** Absent: as for every case of the category. */
  readonly remediation?: string
  /** Null: the event opens the case. */
  readonly openedAtMs: number | null
}

function caseOf(event: FeedEvent): FeedCase {
  switch (event.type) {
    case 'drift_found':
      return { ...driftCase(event), openedAtMs: null }
    case 'drift_settled':
      return { ...driftCase(event), openedAtMs: event.openedAtMs }
    case 'listing_refused':
      return { ...refusalCase(event), openedAtMs: null }
    case 'refusal_settled':
      return { ...refusalCase(event), openedAtMs: event.openedAtMs }
    case 'batch_refused':
      return { ...batchCase(event), openedAtMs: null }
    case 'batch_settled':
      return { ...batchCase(event), openedAtMs: event.openedAtMs }
    default:
      return unreachable(event)
  }
}

function driftCase(event: DriftFound | DriftSettled) {
  const { kind, sku, item, place, expected, found } = event
  const subject = keyText(event)
  const remediation = `Find out who else changes this ${kind} at the channel; ours is sent again by itself.`
  switch (kind) {
    case 'stock': {
      const message = `${sku}: the channel showed ${found} of item ${item} at ${place}, and had confirmed ${expected}.`
      return { category: 'inventory_drift', subject, message, remediation } as const
    }
    case 'price': {
      const asked = `the channel asked ${found} for variant ${item}, and had confirmed ${expected} (minor units)`
      return { category: 'pricing_mismatch', subject, message: `${sku}: ${asked}.`, remediation } as const
    }
    case 'content': {
      const versions = `version ${versionText(found)}, and had confirmed ${versionText(expected)}`
      const message = `The channel's product ${item} said something else: ${versions}.`
      return { category: 'content_mismatch', subject, message } as const
    }
    default:
      return unreachable(kind)
  }
}

function refusalCase(event: ListingRefused | RefusalSettled) {
  const { kind, sku, item } = event
  const told =
    kind === 'content'
      ? `The channel refused the content of product ${item}`
      : `${sku}: the channel refused the ${kind} of ${placed(event)}`
  return { category: 'listing_refused', subject: keyText(event), message: `${told}: ${event.message}` } as const
}

const placed = ({ item, place }: FeedKey): string => `item ${item}${place === '' ? '' : ` at ${place}`}`

function batchCase({ kind, named, listings, message }: BatchRefused | BatchSettled) {
  const names = named.map((key) => (kind === 'content' ? `product ${key.item}` : `${key.sku} (${placed(key)})`))
  const rest = listings > named.length ? ` and ${listings - named.length} more` : ''
  const told = `A call with the ${kind} of ${names.join(', ')}${rest} was refused`
  const unsaid = 'nobody said which of them is to blame'
  return {
    category: 'listing_refused',
    subject: `batch/${kind}`,
    message: `${told}, and ${unsaid}: ${message}`,
  } as const
}
