/** Asks the sourcing engine without effect: any order, stored or not, against any profile, active or not. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { actor, type OrderApi } from '../../actor-apis.ts'
import { openDb } from '../../db/database.ts'
import { profileVersion } from '../../db/queries/sourcing-profiles.ts'
import { slugSchema } from '../../domain/config/slug.ts'
import { profileCalled, type VersionedProfile } from '../../domain/config/sourcing.ts'
import { canonicalOrderSchema } from '../../domain/order/canonical-order.ts'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import { profileSchema } from '../../domain/sourcing/profile.ts'
import { decideWhatIf, mappedOrder, storedOrder, type WhatIfOrder } from '../../sourcing/decide-what-if.ts'
import { mayActFor } from '../auth.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { answers, asks, noQuery, reasonsOf, refusals, takes } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { examples } from '../wire/examples.ts'
import { sourcingDecisionSchema, sourcingDocument } from '../wire/sourcing-decision.ts'
import { findOrder, type OrderAccessRefusal } from './order-access.ts'

export const whatIf = new OpenAPIHono<AppEnv>()

const pastVersionSchema = z.strictObject({ id: slugSchema, version: z.int().min(1) }).openapi('ProfileVersion')

const questionSchema = z
  .strictObject({
    order: canonicalOrderSchema.optional().openapi({ description: 'An order that need not exist' }),
    orderId: z
      .string()
      .max(200)
      .optional()
      .openapi({ description: 'A stored one, as if none of it were planned yet; its own claims are not free' }),
    profile: z
      .union([profileSchema, pastVersionSchema])
      .optional()
      .openapi({ description: 'The profile itself, or a version that was in force at some time' }),
    profileId: slugSchema.optional().openapi({ description: 'One that is in force. Neither: that of the channel' }),
  })
  .refine(({ order, orderId }) => (order === undefined) !== (orderId === undefined), 'either order or orderId')
  .refine(
    ({ profile, profileId }) => profile === undefined || profileId === undefined,
    'profile or profileId, not both',
  )
  .openapi('WhatIf')

const whatIfRoute = createRoute({
  method: 'post',
  path: '/v1/sourcing/what-if',
  ...asks('POST /v1/sourcing/what-if'),
  operationId: 'whatIf',
  tags: ['orders'],
  summary: 'What a profile would decide for an order now, without any effect',
  description:
    'Figures, capacity and rates are those of now. Lines that no listing maps are left out. Nothing is held or kept.',
  request: { query: noQuery, body: takes(questionSchema, { order: examples.order }) },
  responses: {
    200: answers(sourcingDecisionSchema, 'The decision, with every plan that was looked at'),
    ...refusals(
      ...reasonsOf.ask,
      'invalid_query',
      'unknown_account',
      'order_not_found',
      'unknown_profile',
      'version_not_found',
    ),
  },
})

type Question = z.infer<typeof questionSchema>
type Refusal =
  | OrderAccessRefusal
  | { readonly reason: 'unknown_account'; readonly account: string }
  | { readonly reason: 'unknown_profile'; readonly profile: string }
  | { readonly reason: 'version_not_found'; readonly profile: string; readonly version: number }

whatIf.openapi(whatIfRoute, async (c) => {
  const question = c.req.valid('json')
  const profile = await profileAsked(c, question)
  if (!profile.ok) return refuse(c, profile.error)
  const found = await orderAsked(c, question)
  if (!found.ok) return refuse(c, found.error)
  const { account: channel } = found.value.order
  const account = c.var.config.accounts.find(({ id, role }) => id === channel && role === 'channel')
  if (account === undefined) return refuse(c, { reason: 'unknown_account', account: channel })
  const decision = await decideWhatIf(c.env, account, found.value, profile.value, c.var.receivedAtMs)
  return c.json(sourcingDocument(decision), 200)
})

/** Null: the one that is active for the channel. */
async function profileAsked(
  c: AppContext,
  { profile, profileId }: Question,
): Promise<Result<VersionedProfile | null, Refusal>> {
  if (profile !== undefined && 'version' in profile) return pastProfile(c, profile)
  if (profile !== undefined) return ok({ profile, version: null })
  if (profileId === undefined) return ok(null)
  const known = profileCalled(c.var.config, profileId)
  return known === null ? err({ reason: 'unknown_profile', profile: profileId }) : ok(known)
}

/** From its history, so that what is no longer in force is found as well. */
async function pastProfile(
  c: AppContext,
  { id, version }: z.infer<typeof pastVersionSchema>,
): Promise<Result<VersionedProfile, Refusal>> {
  const entry = await profileVersion(openDb(c.env.DB), id, version)
  if (entry === null) return err({ reason: 'version_not_found', profile: id, version })
  return ok({ profile: entry.profile, version })
}

async function orderAsked(c: AppContext, { order, orderId }: Question): Promise<Result<WhatIfOrder, Refusal>> {
  if (order !== undefined) {
    if (mayActFor(c.var.principal, order.account)) return ok(await mappedOrder(c.env, order))
    return err({ reason: 'account_not_allowed', account: order.account })
  }
  const found = await findOrder(c, orderId ?? '')
  if (!found.ok) return found
  const state = await actor<OrderApi>(c.env.ORDER, found.value.orderId).state()
  return state === null ? err({ reason: 'order_not_found', orderId: found.value.orderId }) : ok(storedOrder(state))
}
