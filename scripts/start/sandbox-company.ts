/** Crossdock beside its sandbox partners: every account of `scripts/sandbox/config.json` is answered by a server here. */
import { readFile } from 'node:fs/promises'
import { compileConfig } from '../../src/domain/config/compile-config.ts'
import { type ConfigFile, configFileSchema } from '../../src/domain/config/config.ts'
import { type ApiClient, apiClient } from '../client/api-client.ts'
import { startCarrier } from '../sandbox/carrier.ts'
import { startErp } from '../sandbox/erp.ts'
import type { CatalogItem } from '../sandbox/shopify-draft.ts'
import { startShopifyStore } from '../sandbox/shopify-store.ts'
import { startWarehouse } from '../sandbox/warehouse.ts'
import { freePort } from '../serve/free-port.ts'
import { type Crossdock, sha256Hex, startCrossdock } from '../serve/start-crossdock.ts'

const configPath = 'scripts/sandbox/config.json'

/** The 3PL that everybody has: answers late, forgets what it was sent, loses and repeats its own messages. */
const forgetful = {
  behaviour: { pickMs: 400, partialRate: 0.2, shortRate: 0.05, rejectRate: 0.05, forgetRate: 0.1, forgottenMs: 3_000 },
  habits: { loseRate: 0.05, duplicateRate: 0.2, delayMaxMs: 600 },
} as const

export type SandboxCompany = {
  readonly config: ConfigFile
  readonly catalog: readonly CatalogItem[]
  readonly crossdock: Crossdock
  readonly api: ApiClient
  readonly partners: Awaited<ReturnType<typeof startPartners>>
  readonly stop: () => Promise<void>
}

export async function startSandboxCompany(options: {
  readonly stateDir: string | null
  readonly preferredPort: number
  readonly onLog?: (line: { readonly level: string; readonly message: string }) => void
}): Promise<SandboxCompany> {
  const port = await freePort(options.preferredPort)
  const file = configFileSchema.parse(JSON.parse(await readFile(configPath, 'utf8')))
  const partners = await startPartners(file, `http://127.0.0.1:${port}/v1/webhooks`)
  const config = pointedAt(file, partners)
  const compiled = compileConfig(config, sha256Hex)
  if (!compiled.ok) throw new Error(`${configPath}: ${JSON.stringify(compiled.error)}`)
  const { stateDir, onLog } = options
  const crossdock = await startCrossdock({
    compiled: compiled.value,
    stateDir,
    port,
    ticks: false,
    ...(onLog ? { onLog } : {}),
  })
  const stop = async () => {
    await crossdock.stop()
    await Promise.all(Object.values(partners).map((partner) => partner.stop()))
  }
  return {
    config,
    catalog: catalogOf(file),
    crossdock,
    api: apiClient(crossdock.url, operationsKey(file)),
    partners,
    stop,
  }
}

async function startPartners(file: ConfigFile, webhooks: string) {
  const secret = (name: string) => file.secrets[name] ?? ''
  const skus = file.skus.map((entry) => entry.sku)
  const carrier = await startCarrier({
    webhookUrl: `${webhooks}/easypost`,
    webhookSecret: secret('easypost-webhook'),
    stepMs: 300,
  })
  const warehouse = (name: 'east' | 'west') => ({
    location: name,
    requestSecret: secret(`wh-${name}-outbound`),
    webhookSecret: secret(`wh-${name}-inbound`),
    webhookUrl: `${webhooks}/wh-${name}`,
    carrierUrl: carrier.url,
    skus,
  })
  return {
    carrier,
    east: await startWarehouse({ ...warehouse('east'), seed: 2, behaviour: { pickMs: 150, partialRate: 0.15 } }),
    west: await startWarehouse({
      ...warehouse('west'),
      ...forgetful,
      seed: 3,
      faults: { rates: { slow: 0.1 }, slowMs: 800 },
    }),
    erp: await startErp({
      password: secret('tryton-password'),
      skus,
      seed: 4,
      faults: { rates: { error_before: 0.01, drop_after: 0.01, rate_limit: 0.001 } },
    }),
    store: await startShopifyStore({
      token: secret('shopify-us-token'),
      webhookSecret: secret('shopify-us-webhook'),
      shopDomain: 'harbour-sandbox.myshopify.com',
      skus,
      webhookUrl: `${webhooks}/shopify-us`,
      retryDelaysMs: [200, 400, 800, 1_600, 3_200],
      seed: 5,
    }),
  }
}

/** The file with each account's address replaced by where its sandbox listens. */
function pointedAt(file: ConfigFile, partners: Awaited<ReturnType<typeof startPartners>>): ConfigFile {
  const urls: Readonly<Record<string, string>> = {
    'shopify-us': partners.store.url,
    'tryton-main': partners.erp.url,
    'wh-east': partners.east.url,
    'wh-west': partners.west.url,
  }
  return {
    ...file,
    accounts: file.accounts.map((account) => {
      const baseUrl = urls[account.id]
      return baseUrl === undefined ? account : { ...account, baseUrl }
    }),
  }
}

function catalogOf(file: ConfigFile): readonly CatalogItem[] {
  return file.skus.map(({ sku, title }, index) => ({ sku, title, priceMinor: 900 + index * 1_250 }))
}

export function operationsKey(file: ConfigFile): string {
  const found = file.apiKeys.find((entry) => entry.id === 'operations')
  if (found === undefined || !('key' in found)) throw new Error(`${configPath} has no operations key`)
  return found.key
}
