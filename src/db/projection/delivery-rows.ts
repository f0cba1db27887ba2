/**
 * An inbox's log entries as delivery rows and the cases of deliveries that failed. A case depends on the ones before
 * it (reopened, or resolved by a later success), so it is folded entry by entry over what D1 already holds.
 */
import { exceptionCatalogue } from '../../domain/exceptions/exception-catalogue.ts'
import type { DeliveryFacts, InboxEvent } from '../../domain/inbox/delivery-facts.ts'
import type { LogEntry } from '../../domain/order/order-command.ts'
import type { DeliveryRow, DeliverySubjectRow, ExceptionRow } from '../rows.ts'
import { caseTerms } from './case-terms.ts'
import { clip } from './clip.ts'

export type DeliveryRowSet = {
  readonly deliveries: readonly DeliveryRow[]
  readonly subjects: readonly DeliverySubjectRow[]
  readonly exceptions: readonly ExceptionRow[]
}

/** Written by the inbox from `DeliveryFacts`, hash-chained and never edited: parsed, not validated again. */
const eventOf = (entry: LogEntry) => JSON.parse(entry.event) as InboxEvent

export function deliveryIdsIn(entries: readonly LogEntry[]): string[] {
  return [...new Set(entries.map((entry) => eventOf(entry).delivery.deliveryId))]
}

/** `known` holds the cases that D1 has for these deliveries. */
export function deliveryRowsOf(
  inbox: string,
  entries: readonly LogEntry[],
  known: readonly ExceptionRow[],
): DeliveryRowSet {
  const deliveries = new Map<string, DeliveryRow>()
  const subjects = new Map<string, DeliverySubjectRow>()
  const cases = new Map(known.map((row) => [row.exceptionId, row]))
  const touched = new Set<string>()
  for (const entry of entries) {
    const facts = eventOf(entry).delivery
    deliveries.set(facts.deliveryId, deliveryRowFrom(inbox, entry.seq, facts))
    for (const subject of facts.subjects) {
      subjects.set(`${facts.deliveryId} ${subject}`, { deliveryId: facts.deliveryId, subject })
    }
    const before = cases.get(caseIdOf(facts.deliveryId)) ?? null
    const after = caseAfter(before, inbox, entry, facts)
    if (after === null || after === before) continue
    cases.set(after.exceptionId, after)
    touched.add(after.exceptionId)
  }
  return {
    deliveries: [...deliveries.values()],
    subjects: [...subjects.values()],
    exceptions: [...cases.values()].filter((row) => touched.has(row.exceptionId)),
  }
}

export const caseIdOf = (deliveryId: string): string => `${deliveryId}/order_ingestion`

function deliveryRowFrom(inbox: string, seq: number, facts: DeliveryFacts): DeliveryRow {
  return {
    deliveryId: facts.deliveryId,
    inbox,
    account: facts.account,
    domain: facts.domain,
    topic: facts.topic,
    status: facts.status,
    attempts: facts.attempts,
    reason: facts.reason,
    message: clip(facts.message),
    bodyBytes: facts.bytes,
    correlationId: facts.correlationId,
    receivedAtMs: facts.receivedAtMs,
    settledAtMs: facts.settledAtMs,
    version: seq,
  }
}

/** An entry that the case already reflects changes nothing: a page may be read twice. */
function caseAfter(
  before: ExceptionRow | null,
  inbox: string,
  entry: LogEntry,
  facts: DeliveryFacts,
): ExceptionRow | null {
  if (before !== null && entry.seq <= before.version) return before
  if (facts.status === 'rejected' || facts.status === 'dead_lettered') return failed(before, inbox, entry, facts)
  if (before === null || before.status === 'resolved' || facts.status === 'received') return before
  return { ...before, status: 'resolved', resolvedAtMs: entry.atMs, version: entry.seq }
}

/** A case that is still open keeps its age: failing again does not restart the clock. */
function failed(before: ExceptionRow | null, inbox: string, entry: LogEntry, facts: DeliveryFacts): ExceptionRow {
  const openedAtMs = before?.status === 'open' ? before.openedAtMs : entry.atMs
  return {
    exceptionId: caseIdOf(facts.deliveryId),
    sourceKind: 'inbox',
    sourceName: inbox,
    orderId: null,
    deliveryId: facts.deliveryId,
    account: facts.account,
    ...caseTerms('order_ingestion', openedAtMs),
    class: facts.status === 'dead_lettered' ? 'intermittent' : classOf(facts.reason),
    status: 'open',
    message: clip(facts.message) ?? facts.reason ?? facts.status,
    remediation: exceptionCatalogue.order_ingestion.remediation,
    fingerprint: `${facts.account}/${facts.topic}/${facts.reason ?? facts.status}`,
    moneyAtRiskMinor: 0,
    currency: null,
    correlationId: facts.correlationId,
    resolvedAtMs: null,
    version: entry.seq,
  }
}

function classOf(reason: string | null): string {
  if (reason === 'malformed_json' || reason === 'schema_mismatch') return 'parse'
  return reason === 'missing_field' ? 'missing' : 'value'
}
