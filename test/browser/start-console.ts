/** Starts the console over a fixture world on a free port of loopback: the real application, bundled as for production. */
import { execFileSync } from 'node:child_process'
import { sha256Hex, startCrossdock } from '../../scripts/serve/start-crossdock.ts'
import { compileConfig } from '../../src/domain/config/compile-config.ts'
import { testConfig } from '../fixtures/config.ts'

export type ConsoleServer = {
  readonly url: string
  readonly seed: (world: 'demo' | 'hostile') => Promise<{ orders: string[]; deliveries: string[] }>
  readonly commands: () => Promise<{
    commands: { orderId: string; command: Record<string, unknown> }[]
    replays: string[]
  }>
  readonly stop: () => Promise<void>
}

const outdir = 'dist/console-fixture'

export async function startConsole(): Promise<ConsoleServer> {
  execFileSync('node', ['scripts/build-assets.ts'], { stdio: 'pipe' })
  const args = ['deploy', 'test/fixtures/console/worker.ts', '--dry-run', '--outdir', outdir]
  execFileSync('node_modules/.bin/wrangler', args, {
    stdio: 'pipe',
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
  })
  const compiled = compileConfig(testConfig, sha256Hex)
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
  const server = await startCrossdock({
    compiled: compiled.value,
    stateDir: null,
    port: 0,
    bundlePath: `${outdir}/worker.js`,
  })
  return {
    url: server.url,
    seed: async (world) => answered(await fetch(`${server.url}/fixture/seed?world=${world}`, { method: 'POST' })),
    commands: async () => answered(await fetch(`${server.url}/fixture/commands`)),
    stop: server.stop,
  }
}

async function answered<Body>(response: Response): Promise<Body> {
  if (!response.ok) throw new Error(`the fixture answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Body
}
