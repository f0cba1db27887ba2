/**
 * A company for one suite: every sandbox partner in this process on a free port, the sandbox configuration pointed at
 * them, and what they can say about the run afterwards. Crossdock itself is started by the suite, in process or served.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type CheckedInstance, checkInvariants } from '../../scripts/check/check-invariants.ts'
import { apiClient } from '../../scripts/client/api-client.ts'
import {
  catalogOf,
  operationsKey,
  type PartnerOptions,
  type Partners,
  pointedAt,
  sandboxConfigPath,
  startPartners,
} from '../../scripts/sandbox/partners.ts'
import type { CatalogItem } from '../../scripts/sandbox/shopify-draft.ts'
import { freePort } from '../../scripts/serve/free-port.ts'
import { type ConfigFile, configFileSchema } from '../../src/domain/config/config.ts'

export type CompanyOptions = PartnerOptions & {
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

export async function startCompany(options: CompanyOptions = {}): Promise<Company> {
  if (!existsSync(bundlePath)) throw new Error(`${bundlePath} is missing: run \`npm run build\` before this suite`)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const file = configFileSchema.parse(JSON.parse(await readFile(sandboxConfigPath, 'utf8')))
  // What products say is found by ticks, which most suites leave out: it has suites of its own.
  const adjusted = (options.adjust ?? ((same) => same))({ ...file, content: [] })
  const partners = await startPartners(adjusted, `${url}/v1/webhooks`, options)
  const stop = async () => void (await Promise.all(Object.values(partners).map((partner) => partner.stop())))
  return { port, url, config: pointedAt(adjusted, partners), partners, catalog: catalogOf(file), stop }
}

/** For a suite that is not about what the shop shows: nobody tells it. */
export function withoutPublishing(config: ConfigFile): ConfigFile {
  const accounts = config.accounts.map((account) =>
    account.role === 'channel' ? { ...account, settings: { ...account.settings, publishStock: false } } : account,
  )
  return { ...config, accounts }
}

export const apiOf = (company: Company) => apiClient(company.url, operationsKey(company.config))

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
  const instance: CheckedInstance = {
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
  }
  return checkInvariants(instance)
}
