/**
 * The catalogue in KV: one entry per SKU and per listing, so that its size never matters to a request. Answers, misses
 * included, are remembered per isolate for a short while.
 */
import { bundleDepthMax, bundleParts } from '../domain/catalog/bundle-parts.ts'
import type { CatalogSku, Listing } from '../domain/catalog/listing.ts'
import type { ProductContent, ProductEntry } from '../domain/catalog/product-content.ts'
import type { StockPart } from '../domain/catalog/stock-parts.ts'
import { catalogSkuSchema, listingSchema } from '../domain/config/config.ts'
import { productEntrySchema } from '../domain/config/product-entry.ts'
import { accountId } from '../domain/shared/ids.ts'
import { err, ok, type Result } from '../domain/shared/result.ts'
import type { Env } from '../env.ts'

const rememberedMs = 30_000
/** A new mapping should work at once for a person who waits for it. */
const missRememberedMs = 2_000
const entriesKept = 20_000

export const skuKey = (sku: string) => `sku/${sku}`
export const listingKey = (account: string, externalSku: string) => `listing/${account}/${externalSku}`
/** The same entry again, found from our side: what a SKU is called on a channel. A SKU has no slash. */
export const listingOfSkuKey = (account: string, sku: string, externalSku: string) =>
  `listing-of-sku/${account}/${sku}/${externalSku}`

export const contentKey = (account: string, externalProductId: string) => `content/${account}/${externalProductId}`
/** Names the catalogue of the file that was activated last: entry by entry it may have changed since. */
export const catalogDigestKey = 'config/catalog-digest'

/** Entries as they were parsed: an entry that many requests concern is checked once, not once a request. */
type Remembered<Entry> = Map<string, { readonly entry: Entry | null; readonly untilMs: number }>
const skus: Remembered<CatalogSku> = new Map()
const listings: Remembered<Listing> = new Map()

async function read<Entry>(
  env: Env,
  key: string,
  nowMs: number,
  remembered: Remembered<Entry>,
  schema: { parse(stored: unknown): Entry },
): Promise<Entry | null> {
  const known = remembered.get(key)
  if (known && nowMs < known.untilMs) return known.entry
  return remember(await env.CONFIG.get(key), key, nowMs, remembered, schema)
}

function remember<Entry>(
  stored: string | null,
  key: string,
  nowMs: number,
  remembered: Remembered<Entry>,
  schema: { parse(stored: unknown): Entry },
): Entry | null {
  const entry = stored === null ? null : schema.parse(JSON.parse(stored))
  if (remembered.size >= entriesKept) remembered.delete(remembered.keys().next().value ?? '')
  remembered.set(key, { entry, untilMs: nowMs + (entry === null ? missRememberedMs : rememberedMs) })
  return entry
}

/**
 * Reads what is not remembered of these in as few calls as can be, so that looking up each of them costs none: the
 * channel's own names, and SKUs.
 */
export async function readAhead(
  env: Env,
  account: string,
  names: { readonly externalSkus?: readonly string[]; readonly skus?: readonly string[] },
  nowMs: number,
): Promise<void> {
  const isFresh = (remembered: Remembered<unknown>, key: string) => (remembered.get(key)?.untilMs ?? 0) > nowMs
  const listed = (names.externalSkus ?? []).map((name) => listingKey(account, name))
  const listingKeys = new Set(listed.filter((key) => !isFresh(listings, key)))
  const skuKeys = (names.skus ?? []).map(skuKey).filter((key) => !isFresh(skus, key))
  const keys = [...new Set([...listingKeys, ...skuKeys])]
  const calls = Array.from({ length: Math.ceil(keys.length / keysPerCall) }, async (_, call) => {
    const own = keys.slice(call * keysPerCall, (call + 1) * keysPerCall)
    for (const [key, stored] of await env.CONFIG.get(own, 'text')) {
      if (listingKeys.has(key)) remember(stored, key, nowMs, listings, listingSchema)
      else remember(stored, key, nowMs, skus, catalogSkuSchema)
    }
  })
  await Promise.all(calls)
}
/** What KV reads in one call. */
const keysPerCall = 100

/** Null for a SKU nobody entered: such a position is never touched, so a bad feed cannot create actors. */
export async function findSku(env: Env, sku: string, nowMs: number): Promise<CatalogSku | null> {
  return await read(env, skuKey(sku), nowMs, skus, catalogSkuSchema)
}

/** Of each, in their order: what is not remembered is read in as few calls as can be. */
export async function findSkus(
  env: Env,
  names: readonly string[],
  nowMs: number,
): Promise<readonly (CatalogSku | null)[]> {
  await readAhead(env, '', { skus: names }, nowMs)
  return Promise.all(names.map((name) => findSku(env, name, nowMs)))
}

/**
 * The base components of one unit of a bundle; none of what is no bundle. An error says why it cannot be resolved.
 * `entered` holds entries that are about to be saved.
 */
export async function findBundleParts(
  env: Env,
  entry: CatalogSku,
  nowMs: number,
  entered: ReadonlyMap<string, CatalogSku> = new Map(),
): Promise<Result<readonly StockPart[], string>> {
  const read = await readComponents(env, entry, nowMs, entered)
  return read.ok ? bundleParts(entry, (sku) => read.value.get(sku) ?? null) : read
}

/** Every SKU that a bundle is made of, bundles within it included: a change of any of them changes it. */
export async function skusWithin(env: Env, entry: CatalogSku, nowMs: number): Promise<readonly string[]> {
  const read = await readComponents(env, entry, nowMs, new Map())
  return read.ok ? [...read.value.keys()] : entry.components.map(({ sku }) => sku)
}

/** The entries of a bundle's components, and of theirs; null for a SKU that nobody entered. */
async function readComponents(
  env: Env,
  entry: CatalogSku,
  nowMs: number,
  entered: ReadonlyMap<string, CatalogSku>,
): Promise<Result<ReadonlyMap<string, CatalogSku | null>, string>> {
  const looked = new Map<string, CatalogSku | null>()
  let level: readonly { readonly sku: string }[] = entry.components
  for (let depth = 0; depth < bundleDepthMax && level.length > 0; depth++) {
    const fresh = [...new Set(level.map(({ sku }) => sku))].filter((sku) => !looked.has(sku))
    if (looked.size + fresh.length > componentsReadMax) return err(`more than ${componentsReadMax} components in all`)
    const stored = fresh.filter((sku) => !entered.has(sku))
    const found = await findSkus(env, stored, nowMs)
    for (const [index, sku] of stored.entries()) looked.set(sku, found[index] ?? null)
    for (const sku of fresh) looked.set(sku, looked.get(sku) ?? entered.get(sku) ?? null)
    level = fresh.flatMap((sku) => looked.get(sku)?.components ?? [])
  }
  return ok(looked)
}
/** KV reads that one bundle may cost: a request may make a thousand. */
const componentsReadMax = 300

/**
 * What a channel's own SKU means: an explicit listing first, then a catalogue SKU of exactly that name.
 * Null when neither exists.
 */
export async function findListing(
  env: Env,
  account: string,
  externalSku: string,
  nowMs: number,
): Promise<Listing | null> {
  const listing = await read(env, listingKey(account, externalSku), nowMs, listings, listingSchema)
  if (listing !== null) return listing
  const same = await findSku(env, externalSku, nowMs)
  if (same === null) return null
  return { account: accountId(account), externalSku, sku: same.sku, packQuantity: 1, externalItemId: null }
}

/** Every explicit listing of a SKU on a channel, from the first `listingsPerSkuMax` names. Not remembered. */
export async function listingsOfSku(env: Env, account: string, sku: string): Promise<readonly Listing[]> {
  const { keys } = await env.CONFIG.list({ prefix: listingOfSkuKey(account, sku, ''), limit: listingsPerSkuMax })
  const stored = await Promise.all(keys.map(({ name }) => env.CONFIG.get(name)))
  return stored.flatMap((entry) => (entry === null ? [] : [listingSchema.parse(JSON.parse(entry))]))
}
const listingsPerSkuMax = 50

/** Null where it is the channel's own business. Not remembered: it is long, and asked for when it has changed. */
export async function findContent(env: Env, account: string, productId: string): Promise<ProductContent | null> {
  const stored = await env.CONFIG.get(contentKey(account, productId))
  return stored === null ? null : productEntrySchema.parse(JSON.parse(stored)).content
}

/** Every product of a channel that the catalogue has an entry for, a page at a time. */
export async function* productsWithContent(env: Env, account: string): AsyncGenerator<readonly string[]> {
  const prefix = contentKey(account, '')
  for (let cursor: string | null | undefined = null; cursor !== undefined; ) {
    const page: KVNamespaceListResult<unknown> = await env.CONFIG.list({ prefix, cursor })
    yield page.keys.map(({ name }) => name.slice(prefix.length))
    cursor = page.list_complete ? undefined : page.cursor
  }
}

export async function saveSku(env: Env, entry: CatalogSku): Promise<void> {
  await env.CONFIG.put(skuKey(entry.sku), JSON.stringify(entry))
  skus.delete(skuKey(entry.sku))
}

export async function saveListing(env: Env, entry: Listing): Promise<void> {
  const key = listingKey(entry.account, entry.externalSku)
  await env.CONFIG.put(listingOfSkuKey(entry.account, entry.sku, entry.externalSku), JSON.stringify(entry))
  await env.CONFIG.put(key, JSON.stringify(entry))
  listings.delete(key)
}

export async function saveContent(env: Env, entry: ProductEntry): Promise<void> {
  await env.CONFIG.put(contentKey(entry.account, entry.externalProductId), JSON.stringify(entry))
}

export function forgetCatalog(): void {
  skus.clear()
  listings.clear()
}
