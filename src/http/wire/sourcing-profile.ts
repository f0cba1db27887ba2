/** Sourcing profiles on the wire: where one stands, its history, and what one in shadow came to. */
import { z } from '@hono/zod-openapi'
import type { HistoryEntry } from '../../db/queries/sourcing-profiles.ts'
import type { ProfileHead } from '../../domain/sourcing/lifecycle/profile-head.ts'
import { profileSchema } from '../../domain/sourcing/profile.ts'
import type { FigureReport, ShadowReport } from '../../domain/sourcing/shadow-report.ts'
import { instantOutSchema, rfc3339 } from './instant.ts'

const author = z.string().nullable().openapi({ description: 'Null: not known who' })

export const sourcingProfileSchema = z
  .object({
    id: z.string(),
    revision: z.int().openapi({ description: 'Name it as `expectedRevision` to change what you have seen' }),
    status: z.enum(['draft', 'reviewed', 'active']).openapi({ description: 'Of the newest content' }),
    draft: z.object({ revision: z.int(), hash: z.string(), author, profile: profileSchema }).nullable(),
    review: z.object({ hash: z.string(), by: author, at: instantOutSchema }).nullable(),
    active: z
      .object({
        version: z.int(),
        hash: z.string(),
        at: instantOutSchema,
        channels: z.array(z.string()),
        isDefault: z.boolean(),
        profile: profileSchema,
      })
      .nullable(),
    shadow: z.object({ revision: z.int(), samplePercent: z.int(), startedAt: instantOutSchema }).nullable(),
  })
  .openapi('SourcingProfileState')

export function sourcingProfileDocument(head: ProfileHead): z.infer<typeof sourcingProfileSchema> {
  const { profileId, revision, draft, review, active, shadow } = head
  return {
    id: profileId,
    revision,
    status: statusOf(head),
    draft: draft === null ? null : { ...draft },
    review: review === null ? null : { hash: review.hash, by: review.by, at: rfc3339(review.atMs) },
    active:
      active === null
        ? null
        : {
            version: active.version,
            hash: active.hash,
            at: rfc3339(active.atMs),
            channels: [...active.channels],
            isDefault: active.isDefault,
            profile: active.profile,
          },
    shadow:
      shadow === null
        ? null
        : { revision: shadow.revision, samplePercent: shadow.samplePercent, startedAt: rfc3339(shadow.startedAtMs) },
  }
}

function statusOf({ draft, review, active }: ProfileHead): 'draft' | 'reviewed' | 'active' {
  if (draft === null || draft.hash === active?.hash) return 'active'
  return draft.hash === review?.hash ? 'reviewed' : 'draft'
}

const figure = z.object({
  orders: z.int().openapi({ description: 'Known on both sides; the totals are of these alone' }),
  activeTotal: z.number(),
  shadowTotal: z.number(),
  difference: z
    .object({
      mean: z.number(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      p10: z.number(),
      p50: z.number(),
      p90: z.number(),
    })
    .nullable()
    .openapi({ description: 'Shadow less active, an order; `low` to `high` holds the true mean in 95 cases of 100' }),
})
export const shadowReportSchema = z
  .object({
    orders: z.int(),
    differing: z.int(),
    activeUnplannedUnits: z.int(),
    shadowUnplannedUnits: z.int(),
    splits: figure,
    onTime: figure,
    money: z.array(z.object({ currency: z.string(), cost: figure, margin: figure })),
  })
  .openapi('ShadowReport')

export function shadowReportDocument(report: ShadowReport): z.infer<typeof shadowReportSchema> {
  const plain = ({ difference, ...totals }: FigureReport) => ({
    ...totals,
    difference: difference === null ? null : { ...difference },
  })
  return {
    ...report,
    splits: plain(report.splits),
    onTime: plain(report.onTime),
    money: report.money.map(({ currency, cost, margin }) => ({ currency, cost: plain(cost), margin: plain(margin) })),
  }
}

export const activatedProfileSchema = sourcingProfileSchema
  .extend({
    shadowReport: shadowReportSchema.nullable().openapi({ description: 'Null: this content never ran in shadow' }),
  })
  .openapi('ActivatedProfile')

type Activated = { readonly head: ProfileHead; readonly report: ShadowReport | null }

export function activatedProfileDocument({ head, report }: Activated): z.infer<typeof activatedProfileSchema> {
  return { ...sourcingProfileDocument(head), shadowReport: report === null ? null : shadowReportDocument(report) }
}

export const historyEntrySchema = z
  .object({
    revision: z.int(),
    action: z.enum(['drafted', 'reviewed', 'activated', 'rolled_back', 'shadow_started', 'shadow_stopped']),
    version: z.int().nullable().openapi({ description: 'Of what came into force' }),
    hash: z.string(),
    author,
    comment: z.string(),
    at: instantOutSchema,
    profile: profileSchema,
    shadowReport: shadowReportSchema.nullable().openapi({ description: 'As it stood at the activation' }),
  })
  .openapi('SourcingProfileEntry')

export function historyEntryDocument(entry: HistoryEntry): z.infer<typeof historyEntrySchema> {
  const { revision, action, version, hash, author, comment, atMs, profile, shadowReport } = entry
  // Written by us from a report of ours: parsed, not validated again.
  const report = shadowReport === null ? null : shadowReportDocument(JSON.parse(shadowReport) as ShadowReport)
  return { revision, action, version, hash, author, comment, at: rfc3339(atMs), profile, shadowReport: report }
}
