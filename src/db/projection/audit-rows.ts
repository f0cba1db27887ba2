/** Log entries as audit rows. The event body stays in the actor; of it only the part that it is about comes along. */
import type { LogEntry } from '../../domain/order/order-command.ts'
import type { ActorKind } from '../../queue-messages.ts'
import type { AuditRow } from '../rows.ts'

/** Members of an event that name the part concerned, most specific first. All are ids of ours or a partner's. */
const subjectMembers = [
  'shipmentId',
  'receiptId',
  'fulfilmentOrderId',
  'intentId',
  'reservationId',
  'claimId',
  'holdId',
  'exceptionId',
  'deliveryId',
  'movementId',
  'snapshotId',
  'orderId',
  'lineId',
] as const

export function auditRowsOf(actorKind: ActorKind, actorName: string, entries: readonly LogEntry[]): AuditRow[] {
  return entries.map((entry) => ({
    actorKind,
    actorName,
    seq: entry.seq,
    atMs: entry.atMs,
    type: entry.type,
    subject: subjectOf(entry.event),
    causeKind: entry.cause.kind,
    causeId: entry.cause.id,
    correlationId: entry.cause.correlationId,
    hash: entry.hash,
  }))
}

/** Looks one level deep as well: some events carry their subject whole (`{shipment: {shipmentId, …}}`). */
function subjectOf(eventJson: string): string | null {
  const event: unknown = JSON.parse(eventJson)
  if (typeof event !== 'object' || event === null) return null
  const own = idIn(event)
  if (own !== null) return own
  for (const member of Object.values(event)) {
    if (typeof member !== 'object' || member === null) continue
    const inner = idIn(member)
    if (inner !== null) return inner
  }
  return null
}

function idIn(value: object): string | null {
  const members: Partial<Record<string, unknown>> = { ...value }
  for (const name of subjectMembers) {
    const id = members[name]
    if (typeof id === 'string') return id
  }
  return null
}
