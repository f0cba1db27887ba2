/** Crossdock beside its sandbox partners: every account of the sandbox configuration is answered by a server here. */
import { readFile } from 'node:fs/promises'
import { compileConfig } from '../../src/domain/config/compile-config.ts'
import { type ConfigFile, configFileSchema } from '../../src/domain/config/config.ts'
import { type ApiClient, apiClient } from '../client/api-client.ts'
import {
  catalogOf,
  operationsKey,
  type PartnerOptions,
  type Partners,
  pointedAt,
  sandboxConfigPath,
  startPartners,
} from '../sandbox/partners.ts'
import type { CatalogItem } from '../sandbox/shopify-draft.ts'
import { freePort } from '../serve/free-port.ts'
import { type Crossdock, sha256Hex, startCrossdock } from '../serve/start-crossdock.ts'

/**
 * As partners are: an ERP that fails now and then, and the 3PL that everybody has, which answers late, forgets what it
 * was sent, loses and repeats its own messages.
 */
const temper: PartnerOptions = {
  carrier: { stepMs: 300 },
  east: { behaviour: { pickMs: 150, partialRate: 0.15 } },
  west: {
    behaviour: {
      pickMs: 400,
      partialRate: 0.2,
      shortRate: 0.05,
      rejectRate: 0.05,
      forgetRate: 0.1,
      forgottenMs: 3_000,
    },
    habits: { loseRate: 0.05, duplicateRate: 0.2, delayMaxMs: 600 },
    faults: { rates: { slow: 0.1 }, slowMs: 800 },
  },
  erp: { faults: { rates: { error_before: 0.01, drop_after: 0.01, rate_limit: 0.001 } } },
  store: { retryDelaysMs: [200, 400, 800, 1_600, 3_200], tellsChanges: true },
}

export type SandboxCompany = {
  readonly config: ConfigFile
  readonly catalog: readonly CatalogItem[]
  readonly crossdock: Crossdock
  readonly api: ApiClient
  readonly partners: Partners
  readonly stop: () => Promise<void>
}

export async function startSandboxCompany(options: {
  readonly stateDir: string | null
  readonly preferredPort: number
  readonly onLog?: (line: { readonly level: string; readonly message: string }) => void
}): Promise<SandboxCompany> {
  const port = await freePort(options.preferredPort)
  const file = configFileSchema.parse(JSON.parse(await readFile(sandboxConfigPath, 'utf8')))
  const partners = await startPartners(file, `http://127.0.0.1:${port}/v1/webhooks`, temper)
  const config = pointedAt(file, partners)
  const compiled = compileConfig(config, sha256Hex)
  if (!compiled.ok) throw new Error(`${sandboxConfigPath}: ${JSON.stringify(compiled.error)}`)
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
  const api = apiClient(crossdock.url, operationsKey(file))
  return { config, catalog: catalogOf(file), crossdock, api, partners, stop }
}
