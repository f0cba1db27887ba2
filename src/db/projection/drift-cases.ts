/**
 * A position's log entries as drift cases. Each figure or movement that showed a difference opens its own case; the
 * next absolute figure settles the ones before it, whether or not it opens a new one. A cart or
 * transfer whose units are not there has a case until they are, or until it ends: an order is told, and goes elsewhere.
 * A shard that is refused what it hands over has one until it is understood.
 */
import { exceptionCatalogue } from '../../domain/exceptions/exception-catalogue.ts'
import type { LogEntry } from '../../domain/order/order-command.ts'
import type { CoverChanged } from '../../domain/stock/cover.ts'
import type { DriftedEvent, EscrowEvent, LoggedStockEvent } from '../../domain/stock/stock-event.ts'
import type { ExceptionRow } from '../rows.ts'
import { caseTerms } from './case-terms.ts'

/** Entries of other types say nothing about drift. */
export const driftTypes: ReadonlySet<string> = new Set<LoggedStockEvent['type']>([
  'drifted',
  'rebased',
  'cover_changed',
  'escrow_refused',
  'escrow_mended',
])

type RefusedEvent = Extract<EscrowEvent, { readonly type: 'escrow_refused' }>

/** `open` holds the position's open cases in D1. Answers the cases that are new or changed. */
export function driftCasesOf(
  position: string,
  entries: readonly LogEntry[],
  open: readonly ExceptionRow[],
): readonly ExceptionRow[] {
  const cases = new Map(open.map((row) => [row.exceptionId, row]))
  const changed = new Map<string, ExceptionRow>()
  const put = (row: ExceptionRow) => {
    cases.set(row.exceptionId, row)
    changed.set(row.exceptionId, row)
  }
  for (const entry of entries) {
    // Written by the position itself, hash-chained and never edited: parsed, not validated again.
    const event = JSON.parse(entry.event) as LoggedStockEvent
    // Within what the source is known to be off by it is recorded and opens nothing.
    if (event.type === 'drifted' && event.beyondTolerance !== false) put(driftCase(position, entry, event))
    if (event.type === 'cover_changed') for (const row of claimCase(position, entry, event, cases)) put(row)
    if (event.type === 'escrow_refused') put(shardCase(position, entry, event))
    if (event.type === 'escrow_mended') for (const row of mended(position, entry, event.shard, cases)) put(row)
    if (event.type === 'rebased') for (const row of settledBy(event.reference, entry, cases)) put(row)
  }
  return [...changed.values()]
}

const caseIdOf = (position: string, reference: string): string => `${position}/inventory_drift/${reference}`

function settledBy(reference: string, entry: LogEntry, cases: ReadonlyMap<string, ExceptionRow>): ExceptionRow[] {
  const settled = [...cases.values()].filter(
    (row) =>
      row.status === 'open' &&
      row.version < entry.seq &&
      row.exceptionId !== caseIdOf(row.sourceName, reference) &&
      !notCounted.some((prefix) => row.exceptionId.startsWith(caseIdOf(row.sourceName, prefix))),
  )
  return settled.map((row) => resolved(row, entry))
}

const resolved = (row: ExceptionRow, { atMs, seq }: LogEntry): ExceptionRow => ({
  ...row,
  status: 'resolved',
  resolvedAtMs: atMs,
  version: seq,
})

const claimPrefix = 'claim '
const shardPrefix = 'shard '
/** What no count settles. */
const notCounted = [claimPrefix, shardPrefix]

function claimCase(
  position: string,
  entry: LogEntry,
  { orderId, reservationId, uncovered }: CoverChanged,
  cases: ReadonlyMap<string, ExceptionRow>,
): readonly ExceptionRow[] {
  const reference = `${claimPrefix}${reservationId}`
  const known = cases.get(caseIdOf(position, reference))
  if (orderId !== null || (uncovered === 0 && known === undefined)) return []
  if (known !== undefined && uncovered === 0) {
    return [resolved(known, entry)]
  }
  const message = `${uncovered} units claimed by ${reservationId} are not there any more. The claim keeps its answer.`
  return [caseOf(position, entry, reference, message)]
}

function shardCase(position: string, entry: LogEntry, { shard, batch, because }: RefusedEvent): ExceptionRow {
  const message = `Shard ${shard} could not hand over batch ${batch}: ${because}.`
  return { ...caseOf(position, entry, `${shardPrefix}${shard}`, message), remediation: shardRemediation }
}

const shardRemediation =
  'Its claims are kept and handed over again every minute. Compare the storage of the shard with the escrow of the ' +
  'position (docs/runbook.md); the case closes itself when they agree.'

function mended(position: string, entry: LogEntry, shard: number, cases: ReadonlyMap<string, ExceptionRow>) {
  const known = cases.get(caseIdOf(position, `${shardPrefix}${shard}`))
  return known === undefined ? [] : [resolved(known, entry)]
}

function driftCase(position: string, entry: LogEntry, event: DriftedEvent): ExceptionRow {
  return caseOf(position, entry, event.reference, messageOf(event))
}

function caseOf(position: string, entry: LogEntry, reference: string, message: string): ExceptionRow {
  return {
    exceptionId: caseIdOf(position, reference),
    sourceKind: 'stock',
    sourceName: position,
    orderId: null,
    deliveryId: null,
    account: null,
    ...caseTerms('inventory_drift', entry.atMs),
    class: 'value',
    status: 'open',
    message,
    remediation: exceptionCatalogue.inventory_drift.remediation,
    fingerprint: `inventory_drift/${position.slice(position.lastIndexOf('@') + 1)}`,
    moneyAtRiskMinor: 0,
    currency: null,
    correlationId: entry.cause.correlationId,
    resolvedAtMs: null,
    version: entry.seq,
  }
}

/** Movements named in a message; the event holds more. */
const movementsNamedMax = 10

function messageOf({ believed, by, reference, found, difference, movements = [] }: DriftedEvent): string {
  const told = `Believed ${believed} on hand, ${by} ${reference} found ${found} (${signed(difference)}).`
  if (movements.length === 0) return told
  const named = movements.slice(0, movementsNamedMax).map(({ id, units }) => `${id} ${signed(units)}`)
  const more = movements.length > named.length ? ` and ${movements.length - named.length} more` : ''
  return `${told} Moved after it: ${named.join(', ')}${more}.`
}

const signed = (units: number) => (units > 0 ? `+${units}` : `${units}`)
