/** What planning reads of the catalogue: as few calls as can be, however many components there are. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { findBundleParts, findSku, forgetCatalog } from '../../src/config/catalog.ts'
import { sku } from '../../src/domain/shared/ids.ts'
import { examples } from '../../src/http/wire/examples.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { post } from './send.ts'

const parts = Array.from({ length: 80 }, (_, at) => `PART-${at}`)

beforeAll(async () => {
  await seedConfig((file) => {
    const [entry] = file.skus
    if (entry === undefined) throw new Error('the test configuration has SKUs')
    const kit = { ...entry, sku: sku('KIT-80'), components: parts.map((part) => ({ sku: sku(part), quantity: 2 })) }
    const outer = { ...entry, sku: sku('KIT-OF-KIT'), components: [{ sku: kit.sku, quantity: 1 }] }
    return { ...file, skus: [...file.skus, ...parts.map((part) => ({ ...entry, sku: sku(part) })), kit, outer] }
  })
})

/** Calls that read entries of SKUs, whether one or many. */
async function readsIn(work: () => Promise<unknown>): Promise<number> {
  forgetCatalog()
  const spy = vi.spyOn(bindings.CONFIG, 'get')
  await work()
  const calls = spy.mock.calls.map(([keys]) => JSON.stringify(keys)).filter((keys) => keys.includes('sku/'))
  spy.mockRestore()
  return calls.length
}

describe('the components of a bundle', () => {
  it('are read together, a level at a time', async () => {
    const reads = await readsIn(async () => {
      const entry = await findSku(bindings, 'KIT-OF-KIT', Date.now())
      const found = entry === null ? null : await findBundleParts(bindings, entry, Date.now())
      expect(found).toMatchObject({ ok: true })
      expect(found?.ok === true && found.value.length).toBe(80)
    })
    expect(reads).toBe(3)
  })

  it('cost a plan no call each', async () => {
    const lines = [{ lineId: '1', externalSku: 'KIT-80', title: 'Kit', quantity: 1, unitPriceMinor: 100 }]
    const order = { ...examples.order, externalOrderId: 'KITS', lines, totals: { subtotalMinor: 100, totalMinor: 100 } }
    const reads = await readsIn(async () => {
      expect((await post('/v1/sourcing/what-if', { order })).status).toBe(200)
    })
    expect(reads).toBeLessThanOrEqual(5)
  })
})
