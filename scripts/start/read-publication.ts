/** How the shop's listings stand at the end: what it shows, beside what the feed of its account says of it. */
import { isAsPromised, listedAt } from '../check/check-publication.ts'
import { readPositions } from '../check/read-instance.ts'
import type { ReceivedStock } from './load-stock.ts'
import type { SandboxCompany } from './sandbox-company.ts'

export type Publication = {
  /** Listings of the shop, at each of its places. */
  readonly listings: number
  /** Of these: shown as confirmed, and no more than is for sale. */
  readonly asPromised: number
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
  const listed = await listedAt(api, states, { account, records: partners.store.records }, positions, config)
  const feed = await api.get<{ readonly lag: { readonly p50Ms: number | null; readonly p95Ms: number | null } }>(
    `/v1/channels/${account}/feed`,
  )
  const { p50Ms, p95Ms } = feed.body.lag
  const asPromised = listed.filter(isAsPromised).length
  return { listings: listed.length, asPromised, lagP50Ms: p50Ms, lagP95Ms: p95Ms }
}
