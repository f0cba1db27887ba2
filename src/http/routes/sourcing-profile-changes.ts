/** From draft to what is in force: every change names the revision that its author has seen, and says why. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Config } from '../../domain/config/config.ts'
import { slugSchema } from '../../domain/config/slug.ts'
import type { ProfileCommandBody } from '../../domain/sourcing/lifecycle/decide-profile.ts'
import { profileProblems } from '../../domain/sourcing/lifecycle/profile-problems.ts'
import { profileSchema, type SourcingProfile } from '../../domain/sourcing/profile.ts'
import { changeProfile, contentHash } from '../change-profile.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { answers, noQuery, reasonsOf, refusals, takes, writes } from '../describe-route.ts'
import { type FieldError, refuse } from '../problem.ts'
import { examples } from '../wire/examples.ts'
import { profilePathSchema } from '../wire/profile-path.ts'
import {
  activatedProfileDocument,
  activatedProfileSchema,
  sourcingProfileDocument,
  sourcingProfileSchema,
} from '../wire/sourcing-profile.ts'

export const sourcingProfileChanges = new OpenAPIHono<AppEnv>()

const comment = z.string().trim().min(1).max(1_000)
const expectedRevision = z.int().min(1)
const seen = { expectedRevision, comment }
const reasons = refusals(
  ...reasonsOf.write,
  ...(['profile_not_found', 'revision_conflict', 'no_draft', 'not_reviewed', 'not_shadowed'] as const),
  ...(['already_active', 'version_not_found', 'not_in_shadow', 'review_by_author'] as const),
  ...(['too_many_profiles', 'too_many_shadows'] as const),
)
const responses = { 200: answers(sourcingProfileSchema, 'The profile as it now stands'), ...reasons }
const tags = ['sourcing']

type Change = { readonly id: string; readonly expectedRevision: number | null; readonly comment: string }

async function change(c: AppContext, { id, expectedRevision, comment }: Change, body: ProfileCommandBody) {
  const author = c.var.principal.id
  return changeProfile(c.env, { ...body, profileId: id, expectedRevision, author, comment }, c.var.receivedAtMs)
}

async function answer(c: AppContext, of: Change, body: ProfileCommandBody) {
  const changed = await change(c, of, body)
  return changed.ok ? c.json(sourcingProfileDocument(changed.value.head), 200) : refuse(c, changed.error)
}

/** All at once, each with its path, as when the body's shape is wrong. */
function errorsOf(config: Config, profile: SourcingProfile, id: string): readonly FieldError[] {
  const misnamed = profile.id === id ? [] : [{ path: 'profile.id', message: `the path says '${id}'` }]
  return [...misnamed, ...profileProblems(config, profile)]
}

const createProfileRoute = createRoute({
  method: 'post',
  path: '/v1/sourcing/profiles',
  ...writes('POST /v1/sourcing/profiles'),
  operationId: 'createSourcingProfile',
  tags,
  summary: 'Draft a new profile',
  request: {
    query: noQuery,
    body: takes(z.strictObject({ profile: profileSchema, comment }), examples.newProfile),
  },
  responses: { 201: answers(sourcingProfileSchema, 'The profile, a draft'), ...reasons },
})

sourcingProfileChanges.openapi(createProfileRoute, async (c) => {
  const { profile, comment } = c.req.valid('json')
  const errors = errorsOf(c.var.config, profile, profile.id)
  if (errors.length > 0) return refuse(c, { reason: 'invalid_body', errors })
  const of = { id: profile.id, expectedRevision: null, comment }
  const created = await change(c, of, { type: 'draft', profile, hash: contentHash(profile) })
  if (!created.ok) return refuse(c, created.error)
  return c.json(sourcingProfileDocument(created.value.head), 201)
})

const draftRoute = createRoute({
  method: 'post',
  path: '/v1/sourcing/profiles/{id}/drafts',
  ...writes('POST /v1/sourcing/profiles/{id}/drafts'),
  operationId: 'draftSourcingProfile',
  tags,
  summary: 'Save another content as the draft',
  request: {
    query: noQuery,
    params: profilePathSchema,
    body: takes(z.strictObject({ ...seen, profile: profileSchema }), examples.draftProfile),
  },
  responses,
})

sourcingProfileChanges.openapi(draftRoute, async (c) => {
  const { id } = c.req.valid('param')
  const { profile, ...of } = c.req.valid('json')
  const errors = errorsOf(c.var.config, profile, id)
  if (errors.length > 0) return refuse(c, { reason: 'invalid_body', errors })
  return answer(c, { id, ...of }, { type: 'draft', profile, hash: contentHash(profile) })
})

const reviewRoute = createRoute({
  method: 'post',
  path: '/v1/sourcing/profiles/{id}/review',
  ...writes('POST /v1/sourcing/profiles/{id}/review'),
  operationId: 'reviewSourcingProfile',
  tags,
  summary: 'Say that the draft has been reviewed',
  description: 'By somebody other than who saved it. Only exactly this content can then be activated.',
  request: { query: noQuery, params: profilePathSchema, body: takes(z.strictObject(seen), examples.reviewProfile) },
  responses,
})

sourcingProfileChanges.openapi(reviewRoute, (c) =>
  answer(c, { ...c.req.valid('param'), ...c.req.valid('json') }, { type: 'review' }),
)

const activateRoute = createRoute({
  method: 'post',
  path: '/v1/sourcing/profiles/{id}/activate',
  ...writes('POST /v1/sourcing/profiles/{id}/activate'),
  operationId: 'activateSourcingProfile',
  tags,
  summary: 'Put the reviewed content in force, as a new version',
  description:
    '`channels` and `isDefault` say whose orders go by it; left out, it keeps those it has. A channel goes by the ' +
    'profile that was activated for it last. The report of what this content came to in shadow is answered, and kept with ' +
    'the activation. A content that never ran in shadow is activated only with `withoutShadow`.',
  request: {
    query: noQuery,
    params: profilePathSchema,
    body: takes(
      z.strictObject({
        ...seen,
        channels: z.array(slugSchema).max(500).optional(),
        isDefault: z.boolean().optional(),
        withoutShadow: z.boolean().optional().openapi({ description: 'I know that it never ran in shadow' }),
      }),
      examples.activateProfile,
    ),
  },
  responses: { 200: answers(activatedProfileSchema, 'The profile as it now stands, and its report'), ...reasons },
})

sourcingProfileChanges.openapi(activateRoute, async (c) => {
  const { channels, isDefault, withoutShadow, ...of } = c.req.valid('json')
  const known = c.var.config.accounts.filter(({ role }) => role === 'channel').map(({ id }) => id)
  const errors = (channels ?? []).flatMap((id, at) =>
    known.includes(id) ? [] : [{ path: `channels.${at}`, message: `no channel '${id}'` }],
  )
  if (errors.length > 0) return refuse(c, { reason: 'invalid_body', errors })
  const body = { type: 'activate', channels, isDefault, withoutShadow } as const
  const changed = await change(c, { ...c.req.valid('param'), ...of }, body)
  return changed.ok ? c.json(activatedProfileDocument(changed.value), 200) : refuse(c, changed.error)
})

const rollBackRoute = createRoute({
  method: 'post',
  path: '/v1/sourcing/profiles/{id}/rollback',
  ...writes('POST /v1/sourcing/profiles/{id}/rollback'),
  operationId: 'rollBackSourcingProfile',
  tags,
  summary: 'Put the content of an earlier version in force, as a new version',
  request: {
    query: noQuery,
    params: profilePathSchema,
    body: takes(z.strictObject({ ...seen, version: z.int().min(1) }), examples.rollBackProfile),
  },
  responses,
})

sourcingProfileChanges.openapi(rollBackRoute, (c) => {
  const { version, ...of } = c.req.valid('json')
  return answer(c, { ...c.req.valid('param'), ...of }, { type: 'roll_back', version })
})

const shadowRoute = createRoute({
  method: 'post',
  path: '/v1/sourcing/profiles/{id}/shadow',
  ...writes('POST /v1/sourcing/profiles/{id}/shadow'),
  operationId: 'shadowSourcingProfile',
  tags,
  summary: 'Score the draft beside the active profile on live orders, without effect',
  description: '`samplePercent` of the orders; 0 ends it.',
  request: {
    query: noQuery,
    params: profilePathSchema,
    body: takes(z.strictObject({ ...seen, samplePercent: z.int().min(0).max(100) }), examples.shadowProfile),
  },
  responses,
})

sourcingProfileChanges.openapi(shadowRoute, (c) => {
  const { samplePercent, ...of } = c.req.valid('json')
  const body =
    samplePercent === 0 ? ({ type: 'stop_shadow' } as const) : ({ type: 'start_shadow', samplePercent } as const)
  return answer(c, { ...c.req.valid('param'), ...of }, body)
})
