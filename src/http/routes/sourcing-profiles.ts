/** Sourcing profiles as they stand: where each is between draft and in force, its history, its differences, its shadow. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { openDb } from '../../db/database.ts'
import { differingShadowResults, newestShadowResults } from '../../db/queries/shadow-results.ts'
import { profileHead, profileHeads, profileHistory, profileRevision } from '../../db/queries/sourcing-profiles.ts'
import { profileDiff } from '../../domain/sourcing/lifecycle/profile-diff.ts'
import { shadowRunOf } from '../../domain/sourcing/lifecycle/profile-head.ts'
import type { SourcingProfile } from '../../domain/sourcing/profile.ts'
import { shadowReport } from '../../domain/sourcing/shadow-report.ts'
import type { AppEnv } from '../context.ts'
import { answers, noQuery, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { instantOutSchema, rfc3339, rfc3339OrNull } from '../wire/instant.ts'
import { nextCursorSchema, pagingFields } from '../wire/paging.ts'
import { profilePathSchema } from '../wire/profile-path.ts'
import {
  historyEntryDocument,
  historyEntrySchema,
  shadowReportDocument,
  shadowReportSchema,
  sourcingProfileDocument,
  sourcingProfileSchema,
} from '../wire/sourcing-profile.ts'
import { wholeNumber } from '../wire/whole-number.ts'

export const sourcingProfiles = new OpenAPIHono<AppEnv>()

const historyDefault = 20
const historyMax = 100
const found = refusals(...reasonsOf.read, 'profile_not_found')
const revision = wholeNumber(1)

const listRoute = createRoute({
  method: 'get',
  path: '/v1/sourcing/profiles',
  ...reads('GET /v1/sourcing/profiles'),
  operationId: 'listSourcingProfiles',
  tags: ['sourcing'],
  summary: 'Every profile, and where it stands',
  request: { query: noQuery },
  responses: {
    200: answers(z.object({ profiles: z.array(sourcingProfileSchema) }), 'In order of their ids; at most 200'),
    ...refusals(...reasonsOf.read),
  },
})

sourcingProfiles.openapi(listRoute, async (c) => {
  const heads = await profileHeads(openDb(c.env.DB))
  return c.json({ profiles: heads.map(sourcingProfileDocument) }, 200)
})

const readRoute = createRoute({
  method: 'get',
  path: '/v1/sourcing/profiles/{id}',
  ...reads('GET /v1/sourcing/profiles/{id}'),
  operationId: 'getSourcingProfile',
  tags: ['sourcing'],
  summary: 'One profile: its draft, its review, what is in force',
  request: { params: profilePathSchema, query: noQuery },
  responses: { 200: answers(sourcingProfileSchema, 'The profile'), ...found },
})

sourcingProfiles.openapi(readRoute, async (c) => {
  const { id } = c.req.valid('param')
  const head = await profileHead(openDb(c.env.DB), id)
  if (head === null) return refuse(c, { reason: 'profile_not_found', profile: id })
  return c.json(sourcingProfileDocument(head), 200)
})

const historyRoute = createRoute({
  method: 'get',
  path: '/v1/sourcing/profiles/{id}/history',
  ...reads('GET /v1/sourcing/profiles/{id}/history'),
  operationId: 'getSourcingProfileHistory',
  tags: ['sourcing'],
  summary: 'Who changed it, when, why, and to what',
  request: {
    params: profilePathSchema,
    query: z.strictObject({
      beforeRevision: revision.optional(),
      limit: wholeNumber(1, historyMax).default(historyDefault),
    }),
  },
  responses: {
    200: answers(
      z.object({ entries: z.array(historyEntrySchema), nextBeforeRevision: z.int().nullable() }),
      'Newest first; ask again with `beforeRevision` = `nextBeforeRevision`',
    ),
    ...found,
  },
})

sourcingProfiles.openapi(historyRoute, async (c) => {
  const { id } = c.req.valid('param')
  const { beforeRevision, limit } = c.req.valid('query')
  const db = openDb(c.env.DB)
  if ((await profileHead(db, id)) === null) return refuse(c, { reason: 'profile_not_found', profile: id })
  const entries = await profileHistory(db, id, limit, beforeRevision)
  const nextBeforeRevision = entries.length === limit ? (entries.at(-1)?.revision ?? null) : null
  return c.json({ entries: entries.map(historyEntryDocument), nextBeforeRevision }, 200)
})

const diffRoute = createRoute({
  method: 'get',
  path: '/v1/sourcing/profiles/{id}/diff',
  ...reads('GET /v1/sourcing/profiles/{id}/diff'),
  operationId: 'compareSourcingProfile',
  tags: ['sourcing'],
  summary: 'What one content has and another has not',
  request: {
    params: profilePathSchema,
    query: z.strictObject({
      from: revision.optional().openapi({ description: 'Left out: what is in force' }),
      to: revision.optional().openapi({ description: 'Left out: the draft' }),
    }),
  },
  responses: {
    200: answers(
      z.object({
        differences: z.array(
          z.object({
            path: z.string().openapi({ example: 'strategies.fast.weights.sla' }),
            before: z.unknown(),
            after: z.unknown(),
          }),
        ),
      }),
      'By path, strategies by their id; null: not there',
    ),
    ...found,
    ...refusals('revision_not_found'),
  },
})

sourcingProfiles.openapi(diffRoute, async (c) => {
  const { id } = c.req.valid('param')
  const { from, to } = c.req.valid('query')
  const db = openDb(c.env.DB)
  const head = await profileHead(db, id)
  if (head === null) return refuse(c, { reason: 'profile_not_found', profile: id })
  const contentAt = async (at: number | undefined, other: { readonly profile: SourcingProfile } | null) =>
    at === undefined ? other : await profileRevision(db, id, at)
  const [before, after] = await Promise.all([contentAt(from, head.active), contentAt(to, head.draft)])
  if (before === null || after === null) return refuse(c, { reason: 'revision_not_found', profile: id })
  const differences = profileDiff(before.profile, after.profile)
  return c.json({ differences: [...differences] }, 200)
})

const differingSchema = z.object({
  orderId: z.string(),
  at: instantOutSchema,
  activeProfile: z.string(),
  activeVersion: z.int().nullable(),
  active: z.unknown(),
  shadow: z.unknown(),
})

const shadowRoute = createRoute({
  method: 'get',
  path: '/v1/sourcing/profiles/{id}/shadow',
  ...reads('GET /v1/sourcing/profiles/{id}/shadow'),
  operationId: 'getShadowReport',
  tags: ['sourcing'],
  summary: 'What the profile in shadow would have made of live orders, also when the shadow is over',
  request: { params: profilePathSchema, query: z.strictObject(pagingFields) },
  responses: {
    200: answers(
      z.object({
        revision: z.int(),
        startedAt: instantOutSchema,
        endedAt: instantOutSchema.nullable().openapi({ description: 'Null: it is under way' }),
        report: shadowReportSchema.openapi({ description: 'Of the newest 5,000 comparisons' }),
        differing: z.array(differingSchema),
        nextCursor: nextCursorSchema,
      }),
      'The report, and a page of the orders that would have been planned differently, newest first',
    ),
    ...found,
    ...refusals('not_in_shadow'),
  },
})

sourcingProfiles.openapi(shadowRoute, async (c) => {
  const { id } = c.req.valid('param')
  const db = openDb(c.env.DB)
  const head = await profileHead(db, id)
  if (head === null) return refuse(c, { reason: 'profile_not_found', profile: id })
  const run = shadowRunOf(head)
  if (run === null) return refuse(c, { reason: 'not_in_shadow', profile: id })
  const of = { profileId: id, revision: run.revision }
  const [results, page] = await Promise.all([
    newestShadowResults(db, of),
    differingShadowResults(db, of, c.req.valid('query')),
  ])
  const differing = page.rows.map(({ orderId, atMs, activeProfile, activeVersion, active, shadow }) => ({
    ...{ orderId, at: rfc3339(atMs), activeProfile, activeVersion, active, shadow },
  }))
  const report = shadowReportDocument(shadowReport(results))
  const when = { startedAt: rfc3339(run.startedAtMs), endedAt: rfc3339OrNull(run.endedAtMs) }
  return c.json({ revision: of.revision, ...when, report, differing, nextCursor: page.nextCursor }, 200)
})
