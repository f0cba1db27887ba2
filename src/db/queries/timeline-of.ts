/** What happened to this order, and why? Oldest first. The event bodies are the actor's to show. */
import type { Db } from '../database.ts'
import { type AuditPage, auditOf } from './audit-of.ts'

export type TimelineOf = {
  readonly orderId: string
  readonly afterSeq?: number | undefined
  readonly limit?: number | undefined
}

export function timelineOf(db: Db, args: TimelineOf): Promise<AuditPage> {
  return auditOf(db, { actorKind: 'order', actorName: args.orderId, afterSeq: args.afterSeq, limit: args.limit })
}
