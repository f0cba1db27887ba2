/**
 * A company for one suite: every sandbox partner in this process on a free port, the sandbox configuration pointed at
 * them, and what they can say about the run afterwards. Crossdock itself is started by the suite, in process or served.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type CheckedInstance, checkInvariants } from '../../scripts/check/check-invariants.ts'
import { apiClient } from '../../scripts/client/api-client.ts'
import { type CarrierOptions, type CarrierSandbox, startCarrier } from '../../scripts/sandbox/carrier.ts'
import { type ErpOptions, type ErpSandbox, startErp } from '../../scripts/sandbox/erp.ts'
import type { CatalogItem } from '../../scripts/sandbox/shopify-draft.ts'
import { type ShopifyStore, type ShopifyStoreOptions, startShopifyStore } from '../../scripts/sandbox/shopify-store.ts'
import { startWarehouse, type WarehouseOptions, type WarehouseSandbox } from '../../scripts/sandbox/warehouse.ts'
import { freePort } from '../../scripts/serve/free-port.ts'
import { type ConfigFile, configFileSchema } from '../../src/domain/config/config.ts'

export type Partners = {
  readonly carrier: CarrierSandbox
  readonly east: WarehouseSandbox
  readonly west: WarehouseSandbox
  readonly erp: ErpSandbox
  readonly store: ShopifyStore
}
export type CompanyOptions = {
  readonly seed?: number
  readonly erp?: Partial<ErpOptions>
  readonly east?: Partial<WarehouseOptions>
  readonly west?: Partial<WarehouseOptions>
  readonly store?: Partial<ShopifyStoreOptions>
  readonly carrier?: Partial<CarrierOptions>
  /** Changes the configuration before anything starts. */
  readonly adjust?: (config: ConfigFile) => ConfigFile
}
export type Company = {
  readonly port: number
  readonly url: string
  readonly config: ConfigFile
  readonly partners: Partners
  readonly catalog: readonly CatalogItem[]
  readonly stop: () => Promise<void>
}

const bundlePath = 'dist/worker/index.js'
const configPath = 'scripts/sandbox/config.json'
export const shopDomain = 'harbour-sandbox.myshopify.com'

export async function startCompany(options: CompanyOptions = {}): Promise<Company> {
  if (!existsSync(bundlePath)) throw new Error(`${bundlePath} is missing: run \`npm run build\` before this suite`)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const file = configFileSchema.parse(JSON.parse(await readFile(configPath, 'utf8')))
  const partners = await startPartners(file, `${url}/v1/webhooks`, options)
  const stop = async () => void (await Promise.all(Object.values(partners).map((partner) => partner.stop())))
  const config = (options.adjust ?? ((same) => same))(pointedAt(file, partners))
  const catalog = file.skus.map(({ sku, title }, index) => ({ sku, title, priceMinor: 900 + index * 1_250 }))
  return { port, url, config, partners, catalog, stop }
}

async function startPartners(file: ConfigFile, webhooks: string, options: CompanyOptions): Promise<Partners> {
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
      skus,
      webhookUrl: `${webhooks}/shopify-us`,
      seed: seed + 3,
      ...options.store,
    }),
  }
}

function pointedAt(file: ConfigFile, partners: Partners): ConfigFile {
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

/** The key that may do everything. */
export function apiKeyOf({ config }: Pick<Company, 'config'>): string {
  const entry = config.apiKeys.find((candidate) => candidate.id === 'operations')
  if (!entry || !('key' in entry)) throw new Error(`${configPath} has no operations key`)
  return entry.key
}

export const apiOf = (company: Company) => apiClient(company.url, apiKeyOf(company))

type Judged = Pick<CheckedInstance, 'acknowledged' | 'positions' | 'output' | 'readRows'> & {
  /** Store webhooks by their answers. */
  readonly webhooks: { readonly acknowledged: number; readonly attempted: number }
  /** A poll brings messages that nobody sent; then only the lower bound is known. */
  readonly polled: boolean
}

/** The checker over this company; what its partners sent is taken from their own books. */
export function breachesOf(company: Company, judged: Judged): Promise<readonly string[]> {
  const { partners, config } = company
  const { webhooks, polled, ...checked } = judged
  const sentBy = (account: string, messages: readonly { attempts: number; acknowledged: boolean }[]) => ({
    account,
    acknowledged: messages.filter((message) => message.acknowledged).length,
    attempted: polled ? null : messages.reduce((sum, message) => sum + message.attempts, 0),
  })
  return checkInvariants({
    ...checked,
    api: apiOf(company),
    config,
    partners: {
      erp: partners.erp,
      warehouses: [
        { location: 'east', floor: partners.east.floor },
        { location: 'west', floor: partners.west.floor },
      ],
      stores: [{ account: 'shopify-us', records: partners.store.records }],
    },
    deliveries: [
      sentBy('wh-east', partners.east.messages),
      sentBy('wh-west', partners.west.messages),
      sentBy('easypost', partners.carrier.messages),
      { account: 'shopify-us', acknowledged: webhooks.acknowledged, attempted: polled ? null : webhooks.attempted },
    ],
  })
}
