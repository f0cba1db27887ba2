/** Every partner of the sandbox company on a loopback port of its own, and the company's file pointed at them. */
import type { ConfigFile } from '../../src/domain/config/config.ts'
import { type CarrierOptions, type CarrierSandbox, startCarrier } from './carrier.ts'
import { type ErpOptions, type ErpSandbox, startErp } from './erp.ts'
import type { CatalogItem } from './shopify-draft.ts'
import { type ShopifyStore, type ShopifyStoreOptions, startShopifyStore } from './shopify-store.ts'
import { startWarehouse, type WarehouseOptions, type WarehouseSandbox } from './warehouse.ts'

export type Partners = {
  readonly carrier: CarrierSandbox
  readonly east: WarehouseSandbox
  readonly west: WarehouseSandbox
  readonly erp: ErpSandbox
  readonly store: ShopifyStore
}
export type PartnerOptions = {
  readonly seed?: number
  readonly erp?: Partial<ErpOptions>
  readonly east?: Partial<WarehouseOptions>
  readonly west?: Partial<WarehouseOptions>
  readonly store?: Partial<ShopifyStoreOptions>
  readonly carrier?: Partial<CarrierOptions>
}

export const sandboxConfigPath = 'scripts/sandbox/config.json'
export const shopDomain = 'harbour-sandbox.myshopify.com'

/** `webhooks`: where Crossdock takes them in, such as `http://127.0.0.1:8787/v1/webhooks`. */
export async function startPartners(
  file: ConfigFile,
  webhooks: string,
  options: PartnerOptions = {},
): Promise<Partners> {
  const secret = (name: string) => file.secrets[name] ?? ''
  const skus = file.skus.map((entry) => entry.sku)
  const seed = options.seed ?? 1
  const carrier = await startCarrier({
    webhookUrl: `${webhooks}/easypost`,
    webhookSecret: secret('easypost-webhook'),
    stepMs: 100,
    seed,
    ...options.carrier,
  })
  const warehouse = (name: 'east' | 'west') => ({
    location: name,
    requestSecret: secret(`wh-${name}-outbound`),
    webhookSecret: secret(`wh-${name}-inbound`),
    webhookUrl: `${webhooks}/wh-${name}`,
    carrierUrl: carrier.url,
    skus,
    seed: seed + name.length,
    ...options[name],
  })
  return {
    carrier,
    east: await startWarehouse(warehouse('east')),
    west: await startWarehouse(warehouse('west')),
    erp: await startErp({ password: secret('tryton-password'), skus, seed: seed + 2, ...options.erp }),
    store: await startShopifyStore({
      token: secret('shopify-us-token'),
      webhookSecret: secret('shopify-us-webhook'),
      shopDomain,
      skus: soldAt(file, 'shopify-us'),
      webhookUrl: `${webhooks}/shopify-us`,
      seed: seed + 3,
      ...options.store,
    }),
  }
}

/** By the channel's own names: every SKU of the catalogue, and what it lists under another. */
function soldAt(file: ConfigFile, account: string): readonly string[] {
  const listed = file.listings.filter((listing) => listing.account === account)
  return [...new Set([...file.skus.map(({ sku }) => sku), ...listed.map(({ externalSku }) => externalSku)])]
}

/** The file with each account's address replaced by where its sandbox listens. */
export function pointedAt(file: ConfigFile, partners: Partners): ConfigFile {
  const urls: Readonly<Record<string, string>> = {
    'shopify-us': partners.store.url,
    'tryton-main': partners.erp.url,
    'wh-east': partners.east.url,
    'wh-west': partners.west.url,
  }
  const accounts = file.accounts.map((account) => {
    const baseUrl = urls[account.id]
    return baseUrl === undefined ? account : { ...account, baseUrl }
  })
  return { ...file, accounts }
}

/** What the store sells: every SKU of the catalogue, at a price of its own. */
export function catalogOf(file: ConfigFile): readonly CatalogItem[] {
  return file.skus.map(({ sku, title }, index) => ({ sku, title, priceMinor: 900 + index * 1_250 }))
}

/** The key that may do everything. */
export function operationsKey(config: ConfigFile): string {
  const entry = config.apiKeys.find((candidate) => candidate.id === 'operations')
  if (!entry || !('key' in entry)) throw new Error(`${sandboxConfigPath} has no operations key`)
  return entry.key
}
