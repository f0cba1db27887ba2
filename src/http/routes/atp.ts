/**
 * What can be promised, per SKU: now, by date, to whom and from where. Answers are made from the positions' own
 * figures, each with its age; how old they may be is for the caller to say.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { configInForceAt, type PastConfig } from '../../config/past-config.ts'
import { type AtpQuestion, answerAtp, heldStock } from '../atp/answer-atp.ts'
import { askedSites } from '../atp/asked-delivery.ts'
import { type AskedSku, findAskedSku } from '../atp/asked-sku.ts'
import { cachedMaxMs } from '../atp/atp-cache.ts'
import { channelBuffers } from '../atp/channel-buffers.ts'
import { HistoryTooLong, pastStock } from '../atp/past-stock.ts'
import { renderSku, stableParts } from '../atp/render-atp.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { answers, reads, reasonsOf, refusals } from '../describe-route.ts'
import { matchesTag, weakTag } from '../entity-tag.ts'
import { refuse } from '../problem.ts'
import { availabilitySchema, pastConfigSchema } from '../wire/atp-answer.ts'
import { type AtpQuery, atpQuerySchema } from '../wire/atp-query.ts'
import { instantOutSchema, rfc3339, rfc3339OrNull } from '../wire/instant.ts'

export const atp = new OpenAPIHono<AppEnv>()

/** SKUs and components read for one answer, each in one hop. */
const partsMax = 300
/** Positions that may be read themselves for one answer: each is a call of its own. */
const positionsMax = 1_000
/** Positions whose past may be recomputed: each is up to twenty calls. */
const pastPositionsMax = 40

const atpRoute = createRoute({
  method: 'get',
  path: '/v1/atp',
  ...reads('GET /v1/atp'),
  operationId: 'getAvailability',
  tags: ['inventory'],
  summary: 'Available to promise, per SKU',
  request: { query: atpQuerySchema },
  responses: {
    200: answers(
      z.object({
        asOf: instantOutSchema,
        channel: z.string().nullable(),
        quantity: z.int().nullable(),
        configVersion: z.string().openapi({ description: 'The configuration whose rules the answer is by' }),
        pastConfig: pastConfigSchema.optional(),
        skus: z.array(availabilitySchema),
      }),
      'One entry per SKU, in the order asked for',
    ),
    304: { description: 'What `If-None-Match` names still says the same; its figures are younger now' },
    ...refusals(...reasonsOf.read, 'unknown_account', 'history_too_long'),
  },
})

atp.openapi(atpRoute, async (c) => {
  const query = c.req.valid('query')
  const { config, receivedAtMs } = c.var
  if (query.asOf === undefined) return await answer(c, { config, query, nowMs: receivedAtMs }, null)
  if (query.asOf > receivedAtMs) {
    return refuse(c, { reason: 'invalid_query', errors: [{ path: 'asOf', message: 'lies in the future' }] })
  }
  const past = await configInForceAt(c.env, query.asOf, config)
  return await answer(c, { config: past.config, query, nowMs: query.asOf }, past)
})

/** Who may ask is for today's configuration to say, and what there is to be asked about for the one that answers. */
async function answer(c: AppContext, asking: Omit<AtpQuestion, 'account'>, past: PastConfig | null) {
  const { config, query } = asking
  const { principal, receivedAtMs } = c.var
  const channel = query.channel ?? principal.account
  if (principal.account !== null && channel !== principal.account) {
    return refuse(c, { reason: 'account_not_allowed', account: channel })
  }
  const account = config.accounts.find((candidate) => candidate.id === channel && candidate.role === 'channel') ?? null
  if (channel !== null && account === null) return refuse(c, { reason: 'unknown_account', account: channel })
  const asked = await Promise.all(query.sku.map((sku) => findAskedSku(c.env, sku, receivedAtMs)))
  const tooMuch = tooMuchAsked(asked, query, config.locations.length)
  if (tooMuch !== null) return refuse(c, { reason: 'invalid_query', errors: [{ path: 'sku', message: tooMuch }] })
  const question = { ...asking, account }
  return past === null ? await answerNow(c, question, asked) : await answerThen(c, question, asked, past)
}

async function answerNow(c: AppContext, question: AtpQuestion, asked: readonly AskedSku[]) {
  const { config, account, query, nowMs } = question
  const buffers = await channelBuffers(c.env, account, asked)
  const answered = await answerAtp({ ...question, buffers }, asked, heldStock(c.env, question), (skus, places) =>
    askedSites(c.env, question, skus, places, nowMs),
  )
  const skus = await Promise.all(answered.map((sku) => renderSku(c.env, question, sku)))
  const said = { channel: account?.id ?? null, quantity: query.quantity ?? null, configVersion: config.version }
  const tag = weakTag([said, stableParts(skus)])
  const headers = { 'cache-control': cacheControl(query), etag: tag, vary: 'Authorization' }
  // A promise is given to one asker, at one time: it is never the same as the one before.
  const isPromise = skus.some(({ promise }) => promise !== null)
  if (isPromise) return c.json({ asOf: rfc3339(nowMs), ...said, skus }, 200, { 'cache-control': 'no-store' })
  if (matchesTag(c.req.header('if-none-match'), tag)) return c.body(null, 304, headers)
  return c.json({ asOf: rfc3339(nowMs), ...said, skus }, 200, headers)
}

/** By the rules of then over the stock of then. Nothing can be promised in the past any more. */
async function answerThen(c: AppContext, question: AtpQuestion, asked: readonly AskedSku[], past: PastConfig) {
  const { config, account, query, nowMs } = question
  const unpromising = { ...question, query: { ...query, quantity: undefined, by: undefined } }
  try {
    const answered = await answerAtp(unpromising, asked, pastStock(c.env, nowMs), async () => [])
    const skus = await Promise.all(answered.map((sku) => renderSku(c.env, question, sku)))
    const said = { channel: account?.id ?? null, quantity: query.quantity ?? null, configVersion: config.version }
    const pastConfig = { activatedAt: rfc3339OrNull(past.activatedAtMs), inForceThen: past.inForceThen }
    return c.json({ asOf: rfc3339(nowMs), ...said, pastConfig, skus }, 200, { 'cache-control': 'private, no-cache' })
  } catch (error) {
    if (!(error instanceof HistoryTooLong)) throw error
    return refuse(c, { reason: 'history_too_long', detail: error.message })
  }
}

/**
 * Only for the one who asked, and not for longer than the isolate's own cache: what a company has in stock is nobody
 * else's business, so no shared cache keeps it. Whoever asked for the truth of now asks again.
 */
function cacheControl({ maxStalenessMs }: AtpQuery): string {
  const seconds = Math.floor(Math.min(maxStalenessMs, cachedMaxMs) / 1_000)
  return seconds === 0 ? 'private, no-cache' : `private, max-age=${seconds}`
}

function tooMuchAsked(asked: readonly AskedSku[], query: AtpQuery, locations: number): string | null {
  const parts = new Set(asked.flatMap(({ parts: each }) => each.map(({ entry }) => entry.sku))).size
  if (parts > partsMax) return `at most ${partsMax} SKUs and components in all, not ${parts}`
  const { maxStalenessMs, asOf } = query
  const positions = asOf === undefined ? positionsMax : pastPositionsMax
  const most = Math.max(1, Math.floor(positions / Math.max(1, locations)))
  if ((maxStalenessMs > 0 && asOf === undefined) || parts <= most) return null
  return `at most ${most} SKUs and components over ${locations} locations when the positions themselves are read`
}
