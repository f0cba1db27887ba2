/** What a channel is told of its stock: how its feed stands, listing by listing, and telling it again. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { actor, type FeedApi, type LimiterApi } from '../../actor-apis.ts'
import type { Account } from '../../domain/config/config.ts'
import { productEntrySchema } from '../../domain/config/product-entry.ts'
import type { FeedPage } from '../../domain/feed/feed-contract.ts'
import { feedStates } from '../../domain/feed/feed-listing.ts'
import { subjectOfProduct } from '../../domain/feed/feed-subject.ts'
import { skuSchema } from '../../domain/order/canonical-order.ts'
import { mayActFor } from '../auth.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { answers, noQuery, reads, reasonsOf, refusals, takes, writes } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { examples } from '../wire/examples.ts'
import { feedDocument, feedListingDocument, feedListingSchema, feedSchema } from '../wire/feed-document.ts'
import { nextCursorSchema } from '../wire/paging.ts'
import { wholeNumber } from '../wire/whole-number.ts'

export const channelFeed = new OpenAPIHono<AppEnv>()

const pageSizeDefault = 100
const pageSizeMax = 500
const skusMax = 100

const params = z.object({
  account: z
    .string()
    .max(63)
    .openapi({ param: { name: 'account', in: 'path' }, example: 'shopify-us' }),
})
const stateSchema = z.enum([...feedStates, 'drifted'])
const cursorSchema = z.string().max(400).openapi({ description: 'From `nextCursor` of the page before' })

/** Null: the caller was refused. */
function channelOf(c: AppContext, id: string): Account | null {
  if (!mayActFor(c.var.principal, id)) return null
  return c.var.config.accounts.find((account) => account.id === id && account.role === 'channel') ?? null
}

function refuseChannel(c: AppContext, account: string) {
  if (!mayActFor(c.var.principal, account)) return refuse(c, { reason: 'account_not_allowed', account })
  return refuse(c, { reason: 'unknown_account', account })
}

const feedRoute = createRoute({
  method: 'get',
  path: '/v1/channels/{account}/feed',
  ...reads('GET /v1/channels/{account}/feed'),
  operationId: 'getChannelFeed',
  tags: ['channels'],
  summary: 'How the publication of stock to a channel stands',
  request: { params, query: noQuery },
  responses: {
    200: answers(feedSchema, 'Counters of now: they cost the same for ten listings and for a million'),
    ...refusals(...reasonsOf.read, 'unknown_account'),
  },
})

channelFeed.openapi(feedRoute, async (c) => {
  const { account: id } = c.req.valid('param')
  const account = channelOf(c, id)
  if (account === null) return refuseChannel(c, id)
  const feed = actor<FeedApi>(c.env.FEED, id)
  const budgets = actor<LimiterApi>(c.env.LIMITER, id)
  const [status, outlook, budget] = await Promise.all([feed.status(), feed.outlook([]), budgets.status()])
  return c.json(feedDocument(account, status, outlook, budget, c.var.receivedAtMs), 200)
})

const listingsRoute = createRoute({
  method: 'get',
  path: '/v1/channels/{account}/feed/listings',
  ...reads('GET /v1/channels/{account}/feed/listings'),
  operationId: 'listFeedListings',
  tags: ['channels'],
  summary: 'What each listing should show, was sent, confirmed and was seen to show',
  request: {
    params,
    query: z.strictObject({
      state: stateSchema.optional(),
      sku: skuSchema.optional().openapi({ description: 'All listings of one SKU' }),
      product: productEntrySchema.shape.externalProductId
        .optional()
        .openapi({ description: 'The content of one product; not with `sku`' }),
      cursor: cursorSchema.default(''),
      limit: wholeNumber(1, pageSizeMax).default(pageSizeDefault),
    }),
  },
  responses: {
    200: answers(
      z.object({ listings: z.array(feedListingSchema), nextCursor: nextCursorSchema }),
      'In order of their ids',
    ),
    ...refusals(...reasonsOf.read, 'unknown_account'),
  },
})

channelFeed.openapi(listingsRoute, async (c) => {
  const { account: id } = c.req.valid('param')
  const { state, sku, product, cursor, limit } = c.req.valid('query')
  const subject = product === undefined ? sku : subjectOfProduct(product)
  const account = channelOf(c, id)
  if (account === null) return refuseChannel(c, id)
  const feed = actor<FeedApi>(c.env.FEED, id)
  const page = await (subject === undefined ? feed.listings(state ?? null, cursor, limit) : feed.listingsOf([subject]))
  const found = page.listings.filter((listing) => subject === undefined || matches(listing, state))
  const outlook = await feed.outlook([...new Set(found.map((listing) => listing.sku))])
  const listings = found.map((listing) => feedListingDocument(listing, outlook, account))
  return c.json({ listings, nextCursor: page.nextCursor }, 200)
})

function matches(listing: FeedPage['listings'][number], state: z.infer<typeof stateSchema> | undefined): boolean {
  return state === undefined || (state === 'drifted' ? listing.drift !== null : listing.state === state)
}

const resendSchema = z
  .union([
    z.strictObject({ skus: z.array(skuSchema).min(1).max(skusMax) }),
    z.strictObject({
      state: stateSchema.optional().openapi({ description: 'Absent: every listing, page by page' }),
      cursor: cursorSchema.default(''),
      limit: z.int().min(1).max(pageSizeMax).default(pageSizeMax),
    }),
  ])
  .openapi('Resend')

const resendRoute = createRoute({
  method: 'post',
  path: '/v1/channels/{account}/feed/resend',
  ...writes('POST /v1/channels/{account}/feed/resend'),
  operationId: 'resendListings',
  tags: ['channels'],
  summary: 'Work listings out anew and send them whatever the channel is believed to show',
  description: 'A figure is absolute, so sending it again does no harm. One page a call: go on with `nextCursor`.',
  request: { params, query: noQuery, body: takes(resendSchema, examples.resend) },
  responses: {
    200: answers(z.object({ resent: z.int(), nextCursor: nextCursorSchema }), 'How many of them'),
    ...refusals(...reasonsOf.write, 'unknown_account'),
  },
})

channelFeed.openapi(resendRoute, async (c) => {
  const { account: id } = c.req.valid('param')
  const body = c.req.valid('json')
  if (channelOf(c, id) === null) return refuseChannel(c, id)
  const feed = actor<FeedApi>(c.env.FEED, id)
  const page = await ('skus' in body
    ? feed.resendSkus(body.skus)
    : feed.resend(body.state ?? null, body.cursor, body.limit))
  return c.json({ resent: page.listings.length, nextCursor: page.nextCursor }, 200)
})
