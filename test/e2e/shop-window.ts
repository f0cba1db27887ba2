/**
 * What buyers see in the shop while Crossdock is killed again and again: the shop fails by itself as well, and somebody
 * counts in it by hand. In the end every listing shows what was confirmed, which is what can be sold, and nothing of
 * what happened on the way is left: no call under way, no case, no listing that is sent again and again.
 */
import { isDeepStrictEqual } from 'node:util'
import { readAll, readOne } from '../../scripts/check/read-instance.ts'
import { eventually } from '../../scripts/client/api-client.ts'
import type { Random } from '../../scripts/sandbox/seeded-random.ts'
import type { ConfigFile } from '../../src/domain/config/config.ts'
import { apiOf, type Company } from './company.ts'

const shop = 'shopify-us'
const rates = { drop_after: 0.05, error_after: 0.05, error_before: 0.03, rate_limit: 0.03 }
/** What somebody adds by hand, or takes away. */
const counted = [25, -4]
const toldWithinMs = 120_000
const nextCallWithinMs = 10_000
/** A tick has every listing looked at, and the first one after a start takes a minute to come. */
const agreesWithinMs = 240_000
const quietMs = 3_000

type Published = {
  readonly kind: string
  readonly sku: string
  readonly externalItemId: string
  readonly externalLocationId: string
  readonly state: string
  readonly desired: number
  readonly keptBack: number | null
  readonly acknowledged: { readonly value: number } | null
}
type FeedStatus = {
  readonly states: Readonly<Record<string, number>>
  readonly listings: number
  readonly drifted: number
  readonly skusChanged: number
  readonly lanes: readonly { readonly lane: string; readonly waiting: number }[]
  readonly inFlight: readonly unknown[]
}
/** Units of orders that are held and have no plan yet, by SKU: promised to them, and lying at no place of their own. */
export type Unrouted = ReadonlyMap<string, number>
type Case = { readonly category: string; readonly status: string; readonly message: string }

/** Every listing is looked at with every tick, and what the shop lowered by itself is soon raised again. */
export function withShopWindow(config: ConfigFile): ConfigFile {
  const accounts = config.accounts.map((account) =>
    account.id === shop
      ? { ...account, feed: { ...account.feed, checksPerMinute: 10_000, raiseDelaySeconds: 2 } }
      : account,
  )
  return { ...config, accounts }
}

export function openShopWindow(company: Company, random: Random) {
  const { store } = company.partners
  const { inventory } = store.records
  const sendings = () => store.requests.filter(({ operation }) => operation === 'SetQuantities').length
  let told: readonly string[] = []
  /** Calls before the first kill, and between it and the last one. */
  const calls = { before: 0, between: 0 }
  /** Whatever is changed by hand before anything was confirmed is nobody's difference. */
  const open = async () => {
    const isTold = await eventually(async () => {
      const { states, listings, skusChanged } = await readOne<FeedStatus>(apiOf(company), `/v1/channels/${shop}/feed`)
      const isThere = [...inventory.values()].some((units) => units > 0)
      return isThere && states.settled === listings && skusChanged === 0 ? true : null
    }, toldWithinMs)
    if (isTold === null) throw new Error(`the shop was not told of the opening stock within ${toldWithinMs} ms`)
    told = [...inventory].flatMap(([listing, units]) => (units > 0 ? [listing] : []))
    calls.before = sendings()
    store.set({ rates })
  }
  /** The shop's own hand at two listings, of which no webhook tells. */
  const disturb = () => {
    for (const units of counted) {
      const listing = random.pick(told)
      inventory.set(listing, Math.max(0, (inventory.get(listing) ?? 0) + units))
    }
  }
  /** The shop is just being told of something. Soon there may be nothing to tell, so nobody waits for ever. */
  const nextCall = async () => {
    const before = sendings()
    await eventually(async () => (sendings() > before ? true : null), nextCallWithinMs, 10)
  }
  const calm = () => {
    store.set({ rates: {} })
    calls.between = sendings() - calls.before
  }
  const breaches = async (unrouted: Unrouted) => {
    let found: readonly string[] = ['nothing was looked at']
    let needless: number | null = null
    await eventually(
      async () => {
        const wanted = wishesOf(await publishedStock(company))
        // What cannot be read has not been found in order.
        found = await differences(company, unrouted).catch((error: unknown) => [`it does not answer: ${String(error)}`])
        if (found.length > 0) return null
        const before = sendings()
        await new Promise((resolve) => setTimeout(resolve, quietMs))
        const more = sendings() - before
        // What is kept back for late news shrinks by and by: that is something to tell, and looked at once more.
        const isSomething = more > 0 && !isDeepStrictEqual(wishesOf(await publishedStock(company)), wanted)
        needless = isSomething ? null : more
        return needless
      },
      agreesWithinMs,
      1_000,
    )
    if (calls.between === 0) found = [...found, 'the shop was told of nothing while Crossdock died']
    return needless === 0 ? found : [...found, `${needless ?? 'unknown'} calls although there is nothing to tell`]
  }
  return { open, disturb, nextCall, calm, breaches }
}

async function differences(company: Company, unrouted: Unrouted): Promise<readonly string[]> {
  const api = apiOf(company)
  const status = await readOne<FeedStatus>(api, `/v1/channels/${shop}/feed`)
  const stock = await publishedStock(company)
  const looked = await Promise.all(stock.map((listing) => lookAt(company, listing)))
  const cases = await readAll<Case>(api, '/v1/exceptions?category=inventory_drift&status=all', 'exceptions')
  return [
    ...looked.flatMap(figureBreaches),
    ...[...Map.groupBy(looked, ({ item }) => item).values()].flatMap((places) => sumBreaches(places, unrouted)),
    ...(status.states.settled === status.listings ? [] : [`states ${JSON.stringify(status.states)}`]),
    ...(status.drifted + status.skusChanged === 0 ? [] : [`${status.drifted} drifted, ${status.skusChanged} changed`]),
    ...(status.inFlight.length === 0 ? [] : [`${status.inFlight.length} calls under way`]),
    ...status.lanes.flatMap(({ lane, waiting }) => (waiting === 0 ? [] : [`${waiting} in ${lane}`])),
    ...cases.flatMap((each) => (each.status === 'resolved' ? [] : [`${each.status}: ${each.message}`])),
    ...(cases.length === 0 ? ['nobody saw what was done by hand'] : []),
  ]
}

async function publishedStock(company: Company): Promise<readonly Published[]> {
  const listings = await readAll<Published>(apiOf(company), `/v1/channels/${shop}/feed/listings`, 'listings')
  return listings.filter(({ kind }) => kind === 'stock')
}

const wishesOf = (listings: readonly Published[]) =>
  Object.fromEntries(listings.map((each) => [`${each.externalItemId}@${each.externalLocationId}`, each.desired]))

type Looked = {
  readonly item: string
  readonly name: string
  readonly shown: number | undefined
  readonly confirmed: number | undefined
  readonly wanted: number
  readonly keptBack: number
  /** Packs that can be made of what is available there. */
  readonly sellable: number
  /** What one unit of it takes. */
  readonly parts: readonly { readonly sku: string; readonly quantity: number }[]
}

async function lookAt(company: Company, listing: Published): Promise<Looked> {
  const { sku, externalItemId: item, externalLocationId: place, state, desired, acknowledged, keptBack } = listing
  const parts = partsOf(company.config, item)
  const mapped = company.config.accounts.find(({ id }) => id === shop)?.settings.locations ?? {}
  const [location] = Object.entries(mapped).find(([, name]) => String(name) === place) ?? []
  const packs = parts.map(async (part) => {
    const path = `/v1/inventory/${part.sku}/${location}`
    const { states } = await readOne<{ readonly states: { readonly available: number } }>(apiOf(company), path)
    return Math.floor(states.available / part.quantity)
  })
  return {
    ...{ item, name: `${sku}@${place} (${state})`, parts, wanted: desired, keptBack: keptBack ?? 0 },
    shown: company.partners.store.records.inventory.get(`${item}@${place}`),
    confirmed: acknowledged?.value,
    sellable: Math.min(...(await Promise.all(packs))),
  }
}

function partsOf({ listings, skus }: ConfigFile, item: string): Looked['parts'] {
  const listing = listings.find(({ externalItemId }) => externalItemId === item)
  const entry = skus.find(({ sku }) => sku === listing?.sku)
  if (listing === undefined || entry === undefined) throw new Error(`nothing is listed as ${item}`)
  const parts = entry.components.length === 0 ? [{ sku: entry.sku, quantity: 1 }] : entry.components
  return parts.map(({ sku, quantity }) => ({ sku, quantity: quantity * listing.packQuantity }))
}

/** Shown is confirmed is wanted, and never more than there is. */
function figureBreaches({ name, shown, confirmed, wanted, keptBack, sellable }: Looked): readonly string[] {
  if (shown === wanted && confirmed === wanted && wanted + keptBack <= sellable) return []
  return [`${name}: ${shown} shown, ${confirmed} confirmed, ${wanted} wanted, ${keptBack} kept back of ${sellable}`]
}

/** All that there is, but for what is kept back and what held orders wait for. Packs of several round that away. */
function sumBreaches(places: readonly Looked[], unrouted: Unrouted): readonly string[] {
  const [{ name, parts } = { name: '', parts: [] }] = places
  const held = parts.reduce((sum, { sku }) => sum + (unrouted.get(sku) ?? 0), 0)
  if (held > 0 && parts.some(({ quantity }) => quantity > 1)) return []
  const offered = places.reduce((sum, { wanted, keptBack }) => sum + wanted + keptBack, 0)
  const sellable = places.reduce((sum, each) => sum + each.sellable, 0) - held
  return offered === sellable ? [] : [`${name} and its other places: ${offered} offered or kept back of ${sellable}`]
}
