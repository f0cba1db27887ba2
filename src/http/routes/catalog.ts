/** What we stock, what channels call it and what their products say. Upserts; an entry works at once here and within a minute everywhere. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { actor, type FeedApi } from '../../actor-apis.ts'
import { findBundleParts, findListing, findSku, saveContent, saveListing, saveSku } from '../../config/catalog.ts'
import type { Listing } from '../../domain/catalog/listing.ts'
import { inBaseUnits } from '../../domain/catalog/units-of-measure.ts'
import { publishesStock } from '../../domain/config/channel-network.ts'
import { type Config, catalogSkuSchema, listingSchema } from '../../domain/config/config.ts'
import { productEntrySchema } from '../../domain/config/product-entry.ts'
import { subjectOfProduct } from '../../domain/feed/feed-subject.ts'
import { mayActFor } from '../auth.ts'
import type { AppContext, AppEnv, Principal } from '../context.ts'
import { answers, noQuery, reasonsOf, refusals, takes, writes } from '../describe-route.ts'
import { problemDocument, problemSchema, type Reason } from '../problem.ts'
import { examples } from '../wire/examples.ts'

export const catalog = new OpenAPIHono<AppEnv>()

/** Every entry is one write, and one request may make a thousand. */
const entriesMax = 500

const skuEntrySchema = z.object(catalogSkuSchema.shape).strict().openapi('CatalogSku')
const listingEntrySchema = z.object(listingSchema.shape).strict().openapi('Listing')

const resultSchema = z.discriminatedUnion('ok', [
  z.object({ key: z.string(), ok: z.literal(true) }),
  z.object({ key: z.string(), ok: z.literal(false), problem: problemSchema }),
])
type EntryResult = z.infer<typeof resultSchema>
const resultsSchema = z
  .object({ saved: z.int(), refused: z.int(), results: z.array(resultSchema) })
  .openapi('CatalogResults')
const responses = {
  200: answers(resultsSchema, 'Every entry has its own result'),
  ...refusals(...reasonsOf.write),
}

function results(entries: EntryResult[]): z.infer<typeof resultsSchema> {
  const saved = entries.filter((entry) => entry.ok).length
  return { saved, refused: entries.length - saved, results: entries }
}

const skusRoute = {
  path: '/v1/catalog/skus' as const,
  tags: ['catalog'],
  request: {
    query: noQuery,
    body: takes(z.strictObject({ skus: z.array(skuEntrySchema).min(1).max(entriesMax) }), examples.skus),
  },
  responses,
}
const summaryOfSkus = 'Enter SKUs, or change them'

type SkuEntry = z.infer<typeof skuEntrySchema>

async function enterSkus(c: AppContext, skus: readonly SkuEntry[]) {
  const entered = new Map(skus.map((entry) => [entry.sku as string, entry]))
  const saved = await Promise.all(skus.map((entry) => enterSku(c, entry, entered)))
  await tellFeedsOf(
    c,
    skus.filter((entry, index) => entry.components.length > 0 && saved[index]?.ok === true),
  )
  return results(saved)
}

/** A bundle of other components is worth another figure, wherever it is listed. */
async function tellFeedsOf(c: AppContext, bundles: readonly SkuEntry[]): Promise<void> {
  if (bundles.length === 0) return
  await Promise.all(c.var.config.accounts.map(({ id }) => tellFeed(c, id, bundles)))
}

/** A bundle may be entered together with its components, in any order. */
async function enterSku(c: AppContext, entry: SkuEntry, entered: ReadonlyMap<string, SkuEntry>): Promise<EntryResult> {
  const resolved = await findBundleParts(c.env, entry, c.var.receivedAtMs, entered)
  if (!resolved.ok) {
    const refusal = { reason: 'invalid_components', detail: resolved.error } as const
    return { key: entry.sku, ok: false, problem: problemDocument(refusal, c.var.correlationId) }
  }
  await saveSku(c.env, entry)
  return { key: entry.sku, ok: true }
}

catalog.openapi(
  createRoute({
    ...skusRoute,
    ...writes('POST /v1/catalog/skus'),
    method: 'post',
    operationId: 'enterSkus',
    summary: summaryOfSkus,
  }),
  async (c) => c.json(await enterSkus(c, c.req.valid('json').skus), 200),
)
catalog.openapi(
  createRoute({
    ...skusRoute,
    ...writes('PUT /v1/catalog/skus'),
    method: 'put',
    operationId: 'replaceSkus',
    summary: summaryOfSkus,
  }),
  async (c) => c.json(await enterSkus(c, c.req.valid('json').skus), 200),
)

const listingsRoute = {
  path: '/v1/catalog/listings' as const,
  tags: ['catalog'],
  request: {
    query: noQuery,
    body: takes(z.strictObject({ listings: z.array(listingEntrySchema).min(1).max(entriesMax) }), examples.listings),
  },
  responses,
}
const summaryOfListings = "Map a channel's SKUs to ours, or change how"

type ListingEntry = z.infer<typeof listingEntrySchema>

async function enterListings(c: AppContext, listings: readonly ListingEntry[]) {
  const entered = await Promise.all(listings.map((entry) => enterListing(c, entry)))
  const saved = listings.filter((_, index) => entered[index]?.ok === true)
  await Promise.all(
    [...Map.groupBy(saved, ({ account }) => account)].map(([account, own]) => tellFeed(c, account, own)),
  )
  return results(entered)
}

/** What the listings should show on their channel is worked out at once. */
async function tellFeed(c: AppContext, account: string, listings: readonly { sku: string }[]): Promise<void> {
  const channel = c.var.config.accounts.find((candidate) => candidate.id === account)
  if (channel === undefined || !publishesStock(channel)) return
  const skus = new Set(listings.map(({ sku }) => sku))
  const changes = [...skus].map((sku) => ({ sku, changedAtMs: c.var.receivedAtMs, sold: {} }))
  await actor<FeedApi>(c.env.FEED, account).changed(account, changes)
}

async function enterListing(c: AppContext, entry: ListingEntry): Promise<EntryResult> {
  const key = `${entry.account}/${entry.externalSku}`
  const refused = (reason: Reason): EntryResult => {
    return { key, ok: false, problem: problemDocument({ reason }, c.var.correlationId) }
  }
  const reason = refusalOfAccount(c.var.config, c.var.principal, entry.account)
  if (reason !== null) return refused(reason)
  const known = await findSku(c.env, entry.sku, c.var.receivedAtMs)
  if (known === null) return refused('unknown_sku')
  const kept = inBaseUnits(entry, known)
  if (kept === null) return refused('unknown_unit')
  const before = await findListing(c.env, entry.account, entry.externalSku, c.var.receivedAtMs)
  await saveListing(c.env, withNames(kept, before))
  return { key, ok: true }
}

/** What the channel told of its own ids stays known when whoever enters a pack or a price leaves it out. */
function withNames(entry: Listing, before: Listing | null): Listing {
  const { externalProductId = before?.externalProductId, externalVariantId = before?.externalVariantId } = entry
  const externalItemId = entry.externalItemId ?? before?.externalItemId ?? null
  return { ...entry, externalItemId, externalProductId, externalVariantId }
}

function refusalOfAccount(config: Config, principal: Principal, account: string): Reason | null {
  if (!mayActFor(principal, account)) return 'account_not_allowed'
  const isChannel = config.accounts.some((candidate) => candidate.id === account && candidate.role === 'channel')
  return isChannel ? null : 'unknown_account'
}

catalog.openapi(
  createRoute({
    ...listingsRoute,
    ...writes('POST /v1/catalog/listings'),
    method: 'post',
    operationId: 'enterListings',
    summary: summaryOfListings,
  }),
  async (c) => c.json(await enterListings(c, c.req.valid('json').listings), 200),
)
catalog.openapi(
  createRoute({
    ...listingsRoute,
    ...writes('PUT /v1/catalog/listings'),
    method: 'put',
    operationId: 'replaceListings',
    summary: summaryOfListings,
  }),
  async (c) => c.json(await enterListings(c, c.req.valid('json').listings), 200),
)

/** A document is long, and a body is bounded. */
const documentsMax = 100
const productEntry = z.object(productEntrySchema.shape).strict().openapi('ProductContent')
type ProductEntry = z.infer<typeof productEntry>

const contentRoute = createRoute({
  path: '/v1/catalog/content',
  tags: ['catalog'],
  request: {
    query: noQuery,
    body: takes(z.strictObject({ content: z.array(productEntry).min(1).max(documentsMax) }), examples.content),
  },
  responses,
  ...writes('PUT /v1/catalog/content'),
  method: 'put',
  operationId: 'replaceContent',
  summary: "Say what a channel's products are to say",
  description: 'Replaces the document of each product. A member that is absent is the channel’s own business.',
})

catalog.openapi(contentRoute, async (c) => {
  const { content } = c.req.valid('json')
  const entered = await Promise.all(content.map((entry) => enterContent(c, entry)))
  const saved = content.filter((_, index) => entered[index]?.ok === true)
  await Promise.all(
    [...Map.groupBy(saved, ({ account }) => account)].map(([account, own]) => {
      const subjects = own.map(({ externalProductId }) => ({ sku: subjectOfProduct(externalProductId) }))
      return tellFeed(c, account, subjects)
    }),
  )
  return c.json(results(entered), 200)
})

async function enterContent(c: AppContext, entry: ProductEntry): Promise<EntryResult> {
  const key = `${entry.account}/${entry.externalProductId}`
  const reason = refusalOfAccount(c.var.config, c.var.principal, entry.account)
  if (reason !== null) return { key, ok: false, problem: problemDocument({ reason }, c.var.correlationId) }
  await saveContent(c.env, entry)
  return { key, ok: true }
}
