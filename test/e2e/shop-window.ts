/**
 * What buyers see in the shop while Crossdock is killed again and again: the shop fails by itself as well, and somebody
 * counts in it by hand. In the end every listing shows what was confirmed, which is what can be sold, and nothing of
 * what happened on the way is left: no call under way, no case, no listing that is sent again and again.
 */
import { readAll, readOne } from '../../scripts/check/read-instance.ts'
import { eventually } from '../../scripts/client/api-client.ts'
import type { Random } from '../../scripts/sandbox/seeded-random.ts'
import type { ConfigFile } from '../../src/domain/config/config.ts'
import { apiOf, type Company } from './company.ts'

const shop = 'shopify-us'
const rates = { drop_after: 0.05, error_after: 0.05, error_before: 0.03, rate_limit: 0.03 }
/** What somebody adds by hand, or takes away. */
const counted = [25, -4]
/** A tick has every listing looked at, and the first one after a start takes a minute to come. */
const agreesWithinMs = 150_000
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
  readonly waiting: Readonly<Record<string, number>>
  readonly inFlight: readonly unknown[]
}
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
  /** The shop's own hand at two listings, of which no webhook tells. */
  const disturb = () => {
    store.set({ rates })
    for (const units of counted) {
      const listing = random.pick([...inventory.keys()])
      inventory.set(listing, Math.max(0, (inventory.get(listing) ?? 0) + units))
    }
  }
  const sendings = () => store.requests.filter(({ operation }) => operation === 'SetQuantities').length
  const breaches = async () => {
    let found: readonly string[] = []
    await eventually(
      async () => {
        found = await differences(company)
        return found.length === 0 ? true : null
      },
      agreesWithinMs,
      1_000,
    )
    const before = sendings()
    await new Promise((resolve) => setTimeout(resolve, quietMs))
    const more = sendings() - before
    return more === 0 ? found : [...found, `${more} calls although there is nothing to tell`]
  }
  return { disturb, calm: () => store.set({ rates: {} }), breaches }
}

async function differences(company: Company): Promise<readonly string[]> {
  const api = apiOf(company)
  const status = await readOne<FeedStatus>(api, `/v1/channels/${shop}/feed`)
  const listings = await readAll<Published>(api, `/v1/channels/${shop}/feed/listings`, 'listings')
  const stock = listings.filter(({ kind }) => kind === 'stock')
  const wrong = await Promise.all(stock.map((listing) => differenceOf(company, listing)))
  const cases = await readAll<Case>(api, '/v1/exceptions?category=inventory_drift&status=all', 'exceptions')
  return [
    ...wrong.flat(),
    ...(status.states.settled === status.listings ? [] : [`states ${JSON.stringify(status.states)}`]),
    ...(status.drifted + status.skusChanged === 0 ? [] : [`${status.drifted} drifted, ${status.skusChanged} changed`]),
    ...(status.inFlight.length === 0 ? [] : [`${status.inFlight.length} calls under way`]),
    ...Object.entries(status.waiting).flatMap(([lane, waiting]) => (waiting === 0 ? [] : [`${waiting} in ${lane}`])),
    ...cases.flatMap((each) => (each.status === 'resolved' ? [] : [`${each.status}: ${each.message}`])),
    ...(cases.length === 0 ? ['nobody saw what was done by hand'] : []),
  ]
}

/** `shown = confirmed = wanted`, and that is all that can be packed there but for what is kept back for late news. */
async function differenceOf(company: Company, listing: Published): Promise<readonly string[]> {
  const { sku, externalItemId: item, externalLocationId: place, desired, acknowledged, keptBack } = listing
  const shown = company.partners.store.records.inventory.get(`${item}@${place}`)
  const sellable = await sellableOf(company, item, place)
  if (shown === desired && acknowledged?.value === desired && desired + (keptBack ?? 0) === sellable) return []
  const known = `${acknowledged?.value} confirmed, ${desired} wanted, ${keptBack} kept back of ${sellable}`
  return [`${sku}@${place} is ${listing.state}: ${shown} shown, ${known}`]
}

async function sellableOf({ config, ...company }: Company, item: string, place: string): Promise<number> {
  const listing = config.listings.find(({ externalItemId }) => externalItemId === item)
  const entry = config.skus.find(({ sku }) => sku === listing?.sku)
  if (listing === undefined || entry === undefined) throw new Error(`nothing is listed as ${item}`)
  const parts = entry.components.length === 0 ? [{ sku: entry.sku, quantity: 1 }] : entry.components
  const mapped = config.accounts.find(({ id }) => id === shop)?.settings.locations ?? {}
  const [location] = Object.entries(mapped).find(([, name]) => String(name) === place) ?? []
  const packs = parts.map(async ({ sku, quantity }) => {
    const path = `/v1/inventory/${sku}/${location}`
    const { states } = await readOne<{ readonly states: { readonly available: number } }>(
      apiOf({ config, ...company }),
      path,
    )
    return Math.floor(states.available / (quantity * listing.packQuantity))
  })
  return Math.min(...(await Promise.all(packs)))
}
