import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

/** D1 migrations as statements, handed to workerd tests through a binding: workerd cannot read the folder itself. */
const d1Migrations = readdirSync('migrations')
  .filter((name) => name.endsWith('.sql'))
  .sort()
  .map((name) => ({
    name,
    queries: readFileSync(`migrations/${name}`, 'utf8')
      .split('--> statement-breakpoint')
      .map((query) => query.trim())
      .filter((query) => query !== ''),
  }))

/**
 * wrangler.toml without its queue consumers, for workerd tests: they hand batches to the consumers themselves, and a
 * message that the local queue delivers while the runner shuts down keeps it from ever ending.
 */
function configWithoutConsumers(): string {
  const folder = '.wrangler/test'
  const text = readFileSync('wrangler.toml', 'utf8')
    .replace(/^\[\[queues\.consumers\]\]\n(?:(?!\[).*\n?)*/gm, '')
    .replace(/^(main|directory|migrations_dir) = "/gm, '$1 = "../../')
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/wrangler.toml`, text)
  return `./${folder}/wrangler.toml`
}

/** The time is for what hangs: two busy cores take a fifth of it for the longest test. */
const node = (name: string, include: string[], timeoutMs: number) => ({
  test: { name, include, environment: 'node', testTimeout: timeoutMs, hookTimeout: timeoutMs },
})

export default defineConfig({
  test: {
    silent: 'passed-only',
    // By default one core is left alone, which is half of a small machine.
    maxWorkers: '100%',
    projects: [
      node('domain', ['test/domain/**/*.test.ts', 'test/*.test.ts'], 180_000),
      node('connectors', ['test/connectors/**/*.test.ts'], 180_000),
      node('simulation', ['test/simulation/**/*.test.ts'], 3_600_000),
      node('live', ['test/live/**/*.test.ts'], 300_000),
      node('e2e', ['test/e2e/**/*.test.ts'], 600_000),
      node('browser', ['test/browser/**/*.test.ts'], 300_000),
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: configWithoutConsumers() },
            miniflare: {
              bindings: {
                ENVIRONMENT: 'local',
                DEV_TOKEN: 'test-dev-token-0123456789abcdef',
                CROSSDOCK_SECRETS: '{}',
                D1_MIGRATIONS: d1Migrations,
              },
            },
          }),
        ],
        test: {
          name: 'workers',
          setupFiles: ['test/fixtures/settle-workers.ts'],
          include: ['test/actors/**/*.test.ts', 'test/queues/**/*.test.ts', 'test/http/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Ships ES modules without saying so; wrangler bundles them, the test runner has to be told.
          deps: { optimizer: { ssr: { enabled: true, include: ['itty-durable'] } } },
        },
      },
    ],
  },
})
