/** The production bundle on workerd inside this process: its database, its log and its minute tick are at hand. */
import type { ProjectedRows } from '../../scripts/check/check-projection.ts'
import { projectedRows } from '../../scripts/check/projected-rows.ts'
import type { ApiClient } from '../../scripts/client/api-client.ts'
import { sha256Hex, startCrossdock } from '../../scripts/serve/start-crossdock.ts'
import { compileConfig } from '../../src/domain/config/compile-config.ts'
import { apiOf, type Company } from './company.ts'

export type RunningCrossdock = {
  readonly api: ApiClient
  /** Everything that the worker logged. */
  readonly output: () => string
  readonly readRows: () => Promise<ProjectedRows>
  /** The minute passes when a test says so. */
  readonly tick: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** `stateDir` null keeps everything in memory. */
export async function runInProcess(company: Company, stateDir: string | null = null): Promise<RunningCrossdock> {
  const compiled = compileConfig(company.config, sha256Hex)
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
  const lines: string[] = []
  const crossdock = await startCrossdock({
    compiled: compiled.value,
    stateDir,
    port: company.port,
    ticks: false,
    onLog: (line) => void lines.push(line.message),
  })
  return {
    api: apiOf(company),
    output: () => lines.join('\n'),
    readRows: async () => projectedRows(await crossdock.miniflare.getD1Database('DB')),
    tick: crossdock.tick,
    stop: crossdock.stop,
  }
}
