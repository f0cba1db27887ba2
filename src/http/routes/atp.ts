/**
 * What can be promised, per SKU: now, by date, to whom and from where. Answers are made from the positions' own
 * figures, each with its age; how old they may be is for the caller to say.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { type AtpQuestion, answerAtp, heldStock } from '../atp/answer-atp.ts'
import { type AskedSku, findAskedSku } from '../atp/asked-sku.ts'
import { cachedMaxMs } from '../atp/atp-cache.ts'
import { renderSku, stableParts } from '../atp/render-atp.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { answers, reads, reasonsOf, refusals } from '../describe-route.ts'
import { matchesTag, weakTag } from '../entity-tag.ts'
import { refuse } from '../problem.ts'
import { availabilitySchema } from '../wire/atp-answer.ts'
import { type AtpQuery, atpQuerySchema } from '../wire/atp-query.ts'
import { instantOutSchema, rfc3339 } from '../wire/instant.ts'

export const atp = new OpenAPIHono<AppEnv>()

/** SKUs and components read for one answer, each in one hop. */
const partsMax = 300
/** Positions that may be read themselves for one answer: each is a call of its own. */
const positionsMax = 1_000

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
        configVersion: z.string(),
        skus: z.array(availabilitySchema),
      }),
      'One entry per SKU, in the order asked for',
    ),
    304: { description: 'What `If-None-Match` names still says the same; its figures are younger now' },
    ...refusals(...reasonsOf.read, 'unknown_account'),
  },
})

atp.openapi(atpRoute, async (c) => {
  const query = c.req.valid('query')
  const { principal, config, receivedAtMs } = c.var
  const channel = query.channel ?? principal.account
  if (principal.account !== null && channel !== principal.account) {
    return refuse(c, { reason: 'account_not_allowed', account: channel })
  }
  const account = config.accounts.find((candidate) => candidate.id === channel && candidate.role === 'channel') ?? null
  if (channel !== null && account === null) return refuse(c, { reason: 'unknown_account', account: channel })
  const asked = await Promise.all(query.sku.map((sku) => findAskedSku(c.env, sku, receivedAtMs)))
  const tooMuch = tooMuchAsked(asked, query, config.locations.length)
  if (tooMuch !== null) return refuse(c, { reason: 'invalid_query', errors: [{ path: 'sku', message: tooMuch }] })
  return await answerNow(c, { config, account, query, nowMs: receivedAtMs }, asked)
})

async function answerNow(c: AppContext, question: AtpQuestion, asked: readonly AskedSku[]) {
  const { config, account, query, nowMs } = question
  const answered = await answerAtp(question, asked, heldStock(c.env, question))
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

/**
 * Only for the one who asked, and not for longer than the isolate's own cache: what a company has in stock is nobody
 * else's business, so no shared cache keeps it. Whoever asked for the truth of now asks again.
 */
function cacheControl({ maxStalenessMs }: AtpQuery): string {
  const seconds = Math.floor(Math.min(maxStalenessMs, cachedMaxMs) / 1_000)
  return seconds === 0 ? 'private, no-cache' : `private, max-age=${seconds}`
}

function tooMuchAsked(asked: readonly AskedSku[], { maxStalenessMs }: AtpQuery, locations: number): string | null {
  const parts = new Set(asked.flatMap(({ parts: each }) => each.map(({ entry }) => entry.sku))).size
  if (parts > partsMax) return `at most ${partsMax} SKUs and components in all, not ${parts}`
  const most = Math.floor(positionsMax / Math.max(1, locations))
  if (maxStalenessMs > 0 || parts <= most) return null
  return `at most ${most} SKUs and components over ${locations} locations when the positions themselves are read`
}
