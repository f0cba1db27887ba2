/** What operations looks at across all actors: the audit trail, the open cases, and how far the projection has come. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * One row per log entry of every actor. The event body stays in the actor (it may hold personal data); the hash is
 * copied, so that a chain rewritten inside an actor no longer agrees with what was published here.
 */
export const audit = sqliteTable(
  'audit',
  {
    actorKind: text('actor_kind').notNull(),
    actorName: text('actor_name').notNull(),
    seq: integer('seq').notNull(),
    atMs: integer('at_ms').notNull(),
    type: text('type').notNull(),
    /** The part of the order concerned (a line, hold, intent, fulfilment order, shipment), when the event names one. */
    subject: text('subject'),
    causeKind: text('cause_kind').notNull(),
    causeId: text('cause_id').notNull(),
    correlationId: text('correlation_id').notNull(),
    hash: text('hash').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.actorKind, t.actorName, t.seq] }),
    index('audit_by_correlation').on(t.correlationId, t.atMs),
    index('audit_by_cause').on(t.causeId, t.atMs),
  ],
)

export const exceptions = sqliteTable(
  'exceptions',
  {
    /** `<source>/<category>/<subject>`: unique over all actors. */
    exceptionId: text('exception_id').primaryKey(),
    sourceKind: text('source_kind').notNull(),
    /** The actor it was opened by: an order id, an inbox, a position. */
    sourceName: text('source_name').notNull(),
    orderId: text('order_id'),
    deliveryId: text('delivery_id'),
    account: text('account'),
    category: text('category').notNull(),
    class: text('class').notNull(),
    team: text('team').notNull(),
    status: text('status').notNull(),
    message: text('message').notNull(),
    remediation: text('remediation').notNull(),
    fingerprint: text('fingerprint').notNull(),
    moneyAtRiskMinor: integer('money_at_risk_minor').notNull(),
    currency: text('currency'),
    correlationId: text('correlation_id').notNull(),
    openedAtMs: integer('opened_at_ms').notNull(),
    dueAtMs: integer('due_at_ms').notNull(),
    resolvedAtMs: integer('resolved_at_ms'),
    version: integer('version').notNull(),
  },
  (t) => [
    index('exceptions_newest').on(t.openedAtMs, t.exceptionId),
    index('exceptions_by_status').on(t.status, t.openedAtMs, t.exceptionId),
    index('exceptions_by_category').on(t.category, t.openedAtMs, t.exceptionId),
    index('exceptions_by_category_status').on(t.category, t.status, t.openedAtMs, t.exceptionId),
    index('exceptions_by_source').on(t.sourceKind, t.sourceName),
    index('exceptions_by_order').on(t.orderId),
    index('exceptions_by_fingerprint').on(t.fingerprint, t.status, t.openedAtMs, t.exceptionId),
  ],
)

/** Up to which entry each actor's log stands in D1. */
export const projectedActors = sqliteTable(
  'projected_actors',
  {
    actorKind: text('actor_kind').notNull(),
    actorName: text('actor_name').notNull(),
    throughSeq: integer('through_seq').notNull(),
  },
  (t) => [primaryKey({ columns: [t.actorKind, t.actorName] })],
)

/** Rebuilds of all of the above, newest last: where an interrupted one goes on. Not a projection itself. */
export const rebuilds = sqliteTable('rebuilds', {
  rebuildId: text('rebuild_id').primaryKey(),
  requestedAtMs: integer('requested_at_ms').notNull(),
  /** The step that comes next, JSON; null when finished. */
  nextStep: text('next_step'),
  actorsProjected: integer('actors_projected').notNull(),
  steppedAtMs: integer('stepped_at_ms').notNull(),
})
