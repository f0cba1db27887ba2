/** Starts the console over a fixture world on a free port of loopback: the real application, bundled as deployed. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sha256Hex, startCrossdock } from '../../scripts/serve/start-crossdock.ts'
import { compileConfig } from '../../src/domain/config/compile-config.ts'
import { testConfig } from '../fixtures/config.ts'
import { demoConfig } from '../fixtures/console/demo-config.ts'

export type ConsoleServer = {
  readonly url: string
  readonly seed: (world: 'demo' | 'hostile') => Promise<{ orders: string[]; deliveries: string[] }>
  readonly commands: () => Promise<{
    commands: { orderId: string; command: Record<string, unknown> }[]
    replays: string[]
  }>
  readonly stop: () => Promise<void>
}

const assets = 'dist/assets/ops/ops.js'

export async function startConsole(): Promise<ConsoleServer> {
  if (!existsSync(assets)) throw new Error(`${assets} is missing: run \`npm run build\` first`)
  const compiled = compileConfig(demoConfig(testConfig), sha256Hex)
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
  // The runtime loads a bundle only from below the working directory.
  const outdir = mkdtempSync('dist/console-fixture-')
  bundle(outdir)
  const bundlePath = join(outdir, 'worker.js')
  const server = await startCrossdock({ compiled: compiled.value, stateDir: null, port: 0, ticks: false, bundlePath })
  return {
    url: server.url,
    seed: async (world) => answered(await fetch(`${server.url}/fixture/seed?world=${world}`, { method: 'POST' })),
    commands: async () => answered(await fetch(`${server.url}/fixture/commands`)),
    stop: async () => {
      await server.stop()
      rmSync(outdir, { recursive: true, force: true })
    },
  }
}

/** As `npm run build` does it, with another entry. */
function bundle(outdir: string): void {
  const args = ['deploy', 'test/fixtures/console/worker.ts', '--dry-run', '--outdir', outdir]
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false' }
  execFileSync('node_modules/.bin/wrangler', args, { stdio: 'pipe', env })
}

async function answered<Body>(response: Response): Promise<Body> {
  if (!response.ok) throw new Error(`the fixture answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Body
}
