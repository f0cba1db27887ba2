/**
 * Drafts of sourcing profiles and their history, and what profiles in shadow came to. Not a projection of the actors:
 * people write the first two through the API, and a rebuild leaves all three alone.
 */
import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Where each profile stands: JSON of `ProfileHead`. */
export const sourcingProfiles = sqliteTable('sourcing_profiles', {
  profileId: text('profile_id').primaryKey(),
  revision: integer('revision').notNull(),
  head: text('head').notNull(),
  updatedAtMs: integer('updated_at_ms').notNull(),
})

/** Append-only: its key is what keeps two people from changing the same revision. */
export const sourcingHistory = sqliteTable(
  'sourcing_history',
  {
    profileId: text('profile_id').notNull(),
    revision: integer('revision').notNull(),
    action: text('action').notNull(),
    /** Of what came into force. */
    version: integer('version'),
    contentHash: text('content_hash').notNull(),
    content: text('content').notNull(),
    author: text('author'),
    comment: text('comment').notNull(),
    atMs: integer('at_ms').notNull(),
    /** Changes what is in force: their number is the sequence of what is published. */
    isPublished: integer('is_published', { mode: 'boolean' }).notNull(),
    /** The shadow's report as it stood when this was activated, JSON. */
    shadowReport: text('shadow_report'),
  },
  (t) => [
    primaryKey({ columns: [t.profileId, t.revision] }),
    index('sourcing_history_by_version').on(t.profileId, t.version),
    index('sourcing_history_published').on(t.isPublished),
  ],
)

/** One row for each decision of a sampled order while a profile was in shadow; of an order the first is reported. */
export const shadowResults = sqliteTable(
  'shadow_results',
  {
    profileId: text('profile_id').notNull(),
    /** Of the profile's history: the content that was in shadow. */
    revision: integer('revision').notNull(),
    orderId: text('order_id').notNull(),
    /** Of the order's log: the plan that it was compared with. */
    seq: integer('seq').notNull(),
    atMs: integer('at_ms').notNull(),
    currency: text('currency').notNull(),
    samePlan: integer('same_plan', { mode: 'boolean' }).notNull(),
    activeProfile: text('active_profile').notNull(),
    activeVersion: integer('active_version'),
    activeStrategy: text('active_strategy'),
    shadowStrategy: text('shadow_strategy'),
    activeCostMinor: integer('active_cost_minor'),
    shadowCostMinor: integer('shadow_cost_minor'),
    activeSplits: integer('active_splits'),
    shadowSplits: integer('shadow_splits'),
    activeOnTime: real('active_on_time'),
    shadowOnTime: real('shadow_on_time'),
    activeMarginMinor: integer('active_margin_minor'),
    shadowMarginMinor: integer('shadow_margin_minor'),
    activeUnplanned: integer('active_unplanned').notNull(),
    shadowUnplanned: integer('shadow_unplanned').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.profileId, t.revision, t.orderId, t.seq] }),
    index('shadow_results_newest').on(t.profileId, t.revision, t.atMs, t.orderId),
  ],
)
