/** How the shop's listings and products stand at the end: what it shows, beside what the feed of its account says. */
import { saidAt, saysWhatItShould } from '../check/check-content.ts'
import { isAsPromised, listedAt } from '../check/check-publication.ts'
import { readPositions } from '../check/read-instance.ts'
import type { ReceivedStock } from './load-stock.ts'
import type { SandboxCompany } from './sandbox-company.ts'

export type Publication = {
  /** Listings of the shop, at each of its places. */
  readonly listings: number
  /** Of these: shown as confirmed, and no more than is for sale. */
  readonly asPromised: number
  /** Products of the shop whose words are ours. */
  readonly products: number
  /** Of these: saying what the catalogue says, as confirmed. */
  readonly productsAsPromised: number
  /** From a fall of the stock to the shop's word. */
  readonly lagP50Ms: number | null
  readonly lagP95Ms: number | null
}

const account = 'shopify-us'

export async function readPublication(
  { api, config, partners }: SandboxCompany,
  positions: readonly ReceivedStock[],
): Promise<Publication> {
  const states = await readPositions(api, positions)
  const store = { account, records: partners.store.records }
  const listed = await listedAt(api, states, store, positions, config)
  const said = await saidAt(api, store, config)
  const feed = await api.get<{ readonly lag: { readonly p50Ms: number | null; readonly p95Ms: number | null } }>(
    `/v1/channels/${account}/feed`,
  )
  const { p50Ms, p95Ms } = feed.body.lag
  return {
    ...{ listings: listed.length, asPromised: listed.filter(isAsPromised).length },
    ...{ products: said.length, productsAsPromised: said.filter(saysWhatItShould).length },
    ...{ lagP50Ms: p50Ms, lagP95Ms: p95Ms },
  }
}
