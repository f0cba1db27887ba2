import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { publishConfig } from '../../../scripts/serve/publish-config.ts'
import { activationKey, activationOf, activationsPrefix } from '../../../src/domain/config/activation.ts'
import { compileConfig } from '../../../src/domain/config/compile-config.ts'
import { testConfig } from '../../fixtures/config.ts'

const versions = fc.stringMatching(/^[a-z0-9-]{1,32}$/)
const instants = fc.integer({ min: 0, max: 8_640_000_000_000_000 })

describe('the key of an activation', () => {
  it('says all there is to know of it', () =>
    fc.assert(
      fc.property(versions, instants, (version, atMs) => {
        expect(activationOf('sourcing', activationKey('sourcing', { version, atMs }))).toEqual({ version, atMs })
      }),
    ))

  it('lists before those of everything older', () =>
    fc.assert(
      fc.property(instants, instants, versions, versions, (one, other, version, another) => {
        fc.pre(one > other)
        const [newer, older] = [
          { version, atMs: one },
          { version: another, atMs: other },
        ]
        expect(activationKey('config', newer) < activationKey('config', older)).toBe(true)
      }),
    ))
})

/** As KV lists: by key, in ascending order. */
function memoryStore() {
  const entries = new Map<string, string>()
  return {
    entries,
    get: async (key: string) => entries.get(key) ?? null,
    put: async (key: string, value: string) => entries.set(key, value),
    list: async ({ prefix, limit }: { prefix: string; limit: number }) => ({
      keys: [...entries.keys()]
        .filter((name) => name.startsWith(prefix))
        .sort()
        .slice(0, limit)
        .map((name) => ({ name })),
    }),
  }
}

function compiledWith(locations: number) {
  const file = { ...testConfig, locations: testConfig.locations.slice(0, locations), skus: [], listings: [] }
  const compiled = compileConfig(file, () => `${locations}`.repeat(64).slice(0, 64))
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
  return compiled.value
}

describe('what a served instance activates', () => {
  it('is noted once a change, and not at every start', async () => {
    const store = memoryStore()
    const [first, second] = [compiledWith(2), compiledWith(1)]
    for (const compiled of [first, first, second, second]) await publishConfig(store, compiled)
    const noted = [...store.entries.keys()].filter((key) => key.startsWith(activationsPrefix('config')))
    expect(noted.map((key) => activationOf('config', key).version).sort()).toEqual(
      [first.config.version, second.config.version].sort(),
    )
    expect(store.entries.get('config/active')).toBe(second.config.version)
  })
})
