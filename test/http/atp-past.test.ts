import { beforeEach, describe, expect, it, vi } from 'vitest'
import { forgetConfig } from '../../src/config/active-config.ts'
import { type ActivationKind, activationKey, activationsPrefix } from '../../src/domain/config/activation.ts'
import { type ConfigFile, catalogSkuSchema } from '../../src/domain/config/config.ts'
import type { AvailabilityDocument } from '../../src/http/wire/atp-answer.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const sku = 'ONCE-1'
const east = { country: 'US', regions: [], postalPrefixes: ['0'] }

/** Seven units at each location; the rules are what each test changes. */
async function activate(change: (file: ConfigFile) => ConfigFile = (file) => file): Promise<string> {
  const entry = catalogSkuSchema.parse({ sku, title: sku, class: 'ruled' })
  await seedConfig((file) => change({ ...file, skus: [...file.skus, entry] }))
  // The next activation has an instant of its own.
  await passing()
  const at = new Date().toISOString()
  await passing()
  return at
}
const passing = () => new Promise((resolve) => setTimeout(resolve, 5))

const withSafetyStock = (quantity: number) => (file: ConfigFile) => ({
  ...file,
  promising: { ...file.promising, safetyStock: [{ class: 'ruled', location: 'east', quantity }] },
})

type Answer = {
  readonly configVersion: string
  readonly pastConfig?: { readonly activatedAt: string | null; readonly inForceThen: boolean }
  readonly skus: readonly [AvailabilityDocument]
}
async function ask(query = ''): Promise<Answer> {
  const response = await get(`/v1/atp?sku=${sku}${query}`)
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}
const at = (asOf: string, query = '') => ask(`&asOf=${asOf}${query}`)

async function forgetActivations(...kinds: ActivationKind[]): Promise<void> {
  for (const kind of kinds) {
    const { keys } = await bindings.CONFIG.list({ prefix: activationsPrefix(kind) })
    for (const { name } of keys) await bindings.CONFIG.delete(name)
  }
}

let stocked = false
beforeEach(async () => {
  await forgetActivations('config', 'sourcing')
  await activate()
  if (stocked) return
  const movements = ['east', 'west'].map((location) => ({
    ...{ eventId: `once-${location}`, sku, location, movement: 'receipt', quantity: 7 },
    occurredAt: new Date().toISOString(),
  }))
  expect((await post('/v1/inventory/movements', { movements })).status).toBe(200)
  await passing()
  stocked = true
})

describe('the past is answered by the configuration of then', () => {
  it('its safety stock, and says which configuration that is and since when', async () => {
    const begun = new Date().toISOString()
    const loose = await activate(withSafetyStock(1))
    const strict = await activate(withSafetyStock(6))
    const now = await ask()
    expect(now.skus[0].available).toBe(8)
    expect(now.pastConfig).toBeUndefined()
    const then = await at(loose)
    expect(then.skus[0].available).toBe(13)
    expect(then.configVersion).not.toBe(now.configVersion)
    expect(then.pastConfig?.inForceThen).toBe(true)
    const activatedAt = then.pastConfig?.activatedAt ?? ''
    expect(begun < activatedAt && activatedAt < loose).toBe(true)
    expect(await at(strict)).toMatchObject({ configVersion: now.configVersion, skus: [{ available: 8 }] })
    expect((await at(activatedAt)).configVersion).toBe(then.configVersion)
  })

  it('its regions, networks and channels', async () => {
    const regional = await activate((file) => ({
      ...file,
      accounts: file.accounts.map((account) => (account.id === 'b2b' ? { ...account, network: ['west'] } : account)),
      locations: file.locations.map((place) => (place.id === 'east' ? { ...place, serves: [east] } : place)),
    }))
    await activate((file) => ({ ...file, accounts: file.accounts.filter(({ id }) => id !== 'b2b') }))
    const notCounted = async (answer: Promise<Answer>) => (await answer).skus[0].rules?.[0]?.notCounted
    expect(await notCounted(at(regional, '&shipTo=US-94107&explain=true'))).toEqual([
      { location: 'east', reason: 'region' },
    ])
    expect(await notCounted(ask('&shipTo=US-94107&explain=true'))).toEqual([])
    expect((await at(regional, '&channel=b2b')).skus[0].available).toBe(7)
    expect(await (await get(`/v1/atp?sku=${sku}&channel=b2b`)).json()).toMatchObject({ reason: 'unknown_account' })
  })

  it('and names the activated profiles of then with it', async () => {
    const before = await activate()
    const [file] = (await at(before)).configVersion.split('+')
    const sourcing = { sequence: 1, profiles: [], channelProfiles: {}, defaultProfile: null, shadows: [] }
    for (const version of ['1-one', '2-two']) {
      await bindings.CONFIG.put(`sourcing/${version}`, JSON.stringify({ version, ...sourcing }))
      await bindings.CONFIG.put(activationKey('sourcing', { version, atMs: Date.now() }), version)
      await passing()
    }
    expect((await at(before)).configVersion).toBe(file)
    expect((await at(new Date().toISOString())).configVersion).toBe(`${file}+2-two`)
  })

  it('however many were activated since: a page after the other', async () => {
    const old = await activate(withSafetyStock(4))
    const { configVersion } = await at(old)
    for (const quantity of [1, 2, 3, 5, 6]) await activate(withSafetyStock(quantity))
    const list = bindings.CONFIG.list.bind(bindings.CONFIG)
    const pages = vi.spyOn(bindings.CONFIG, 'list').mockImplementation((options) => list({ ...options, limit: 2 }))
    expect(await at(old)).toMatchObject({ configVersion, pastConfig: { inForceThen: true }, skus: [{ available: 10 }] })
    // Three pages of the file's activations, and one of the profiles'.
    expect(pages).toHaveBeenCalledTimes(4)
    pages.mockRestore()
  })
})

describe('before the first activation that is recorded', () => {
  it('the earliest known configuration answers, and the answer says so', async () => {
    const unrecorded = await activate(withSafetyStock(1))
    await forgetActivations('config')
    await activate(withSafetyStock(3))
    await activate(withSafetyStock(5))
    expect(await at(unrecorded)).toMatchObject({ pastConfig: { inForceThen: false }, skus: [{ available: 11 }] })
  })

  it('with none recorded it is today’s', async () => {
    const unrecorded = await activate(withSafetyStock(2))
    await forgetActivations('config')
    forgetConfig()
    const { configVersion } = await ask()
    expect(await at(unrecorded)).toMatchObject({
      configVersion,
      pastConfig: { activatedAt: null, inForceThen: false },
      skus: [{ available: 12 }],
    })
  })
})
