import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { channelLocations, publicationsOf } from '../../queues/stock-publications.ts'
import { listingOfSkuKey } from '../../src/config/catalog.ts'
import type { Listing } from '../../src/domain/catalog/listing.ts'
import { accountId, locationId, sku } from '../../src/domain/shared/ids.ts'
import type { PositionView } from '../../src/domain/stock/stock-command.ts'
import type { Env } from '../../src/env.ts'
import { testConfig } from '../fixtures/config.ts'
import { consumeBatch } from '../fixtures/consume-batch.ts'
import { testEnv } from '../fixtures/d1.ts'
import { receive } from '../fixtures/order-actor-rig.ts'
import { seedConfig } from '../http/seed-config.ts'

const listing: Listing = {
  account: accountId('shopify-us'),
  externalSku: 'SHOP-ROPE-10',
  sku: sku('ROPE-10'),
  packQuantity: 3,
  externalItemId: '808950810',
}
const position = (location: string, available: number, version: number): PositionView => ({
  sku: sku('ROPE-10'),
  location: locationId(location),
  known: true,
  version,
  asOfMs: 1,
  states: {
    available,
    committed: 0,
    reserved: 0,
    damaged: 0,
    safetyStock: 0,
    qualityControl: 0,
    onHand: available,
    incoming: 0,
    backordered: 0,
  },
  snapshot: null,
})
const places = [{ externalLocationId: 'gid://shopify/Location/1', locations: ['east', 'west'] }]

describe('what a channel should show', () => {
  const figures = (east: PositionView, west: PositionView) =>
    publicationsOf(
      [listing],
      places,
      new Map([
        ['east', east],
        ['west', west],
      ]),
    )

  it('is the sum over our locations, in whole packs', () => {
    expect(figures(position('east', 4, 1), position('west', 4, 1))).toMatchObject([
      { externalItemId: '808950810', externalLocationId: 'gid://shopify/Location/1', quantity: 2 },
    ])
  })

  it('has another key when a figure returns to what it was', () => {
    const [first] = figures(position('east', 3, 5), position('west', 0, 1))
    const [again] = figures(position('east', 3, 7), position('west', 0, 1))
    expect(first?.quantity).toBe(again?.quantity)
    expect(first?.idempotencyKey).not.toBe(again?.idempotencyKey)
  })

  it('leaves out a listing whose item id the channel has not told yet', () => {
    expect(publicationsOf([{ ...listing, externalItemId: null }], places, new Map())).toEqual([])
  })

  it('speaks only of locations in the network that the settings map', async () => {
    const { config } = await seedConfig((file) => ({
      ...file,
      accounts: file.accounts.map((account) =>
        account.id === 'shopify-us'
          ? { ...account, network: ['east'], settings: { locations: { east: 'L1', west: 'L2', atlantis: 'L3' } } }
          : account,
      ),
    }))
    const account = config.accounts.find((candidate) => candidate.id === 'shopify-us')
    expect(account && channelLocations(account, config)).toEqual([{ externalLocationId: 'L1', locations: ['east'] }])
  })
})

describe('the publication queue', () => {
  const env: Env = { ...testEnv, CROSSDOCK_SECRETS: JSON.stringify(testConfig.secrets) }
  const message = { type: 'publish_stock', account: 'shopify-us', sku: 'ROPE-10' }
  let sent: { quantities: { quantity: number; locationId: string }[] }[] = []
  let status = 200

  beforeEach(() => {
    sent = []
    status = 200
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (_input, init) => {
      const { variables } = JSON.parse(String(init?.body)) as { variables: { input: (typeof sent)[number] } }
      sent.push(variables.input)
      const group = { id: 'gid://shopify/InventoryAdjustmentGroup/1' }
      const data = { inventorySetQuantities: { inventoryAdjustmentGroup: group, userErrors: [] } }
      return Response.json({ data }, { status })
    })
  })
  afterEach(() => vi.restoreAllMocks())

  const publishing = (publishStock: boolean) =>
    seedConfig((file) => ({
      ...file,
      accounts: file.accounts.map((account) =>
        account.id === 'shopify-us'
          ? {
              ...account,
              settings: { ...account.settings, publishStock, locations: { east: '71', west: '71' } },
            }
          : account,
      ),
    }))

  it('says nothing to a channel that was not told to be published to', async () => {
    await publishing(false)
    expect((await consumeBatch('publication', [message], env)).acked).toEqual(['m0'])
    expect(sent).toEqual([])
  })

  it('sends what is free now, once for many messages of one SKU', async () => {
    await publishing(true)
    await testEnv.CONFIG.put(listingOfSkuKey('shopify-us', 'ROPE-10', 'SHOP-ROPE-10'), JSON.stringify(listing))
    await receive('ROPE-10', 'east', 7)
    await receive('ROPE-10', 'west', 3)
    expect((await consumeBatch('publication', [message, message, message], env)).acked).toEqual(['m0', 'm1', 'm2'])
    expect(sent.map((input) => input.quantities)).toEqual([
      [expect.objectContaining({ quantity: 3, locationId: 'gid://shopify/Location/71' })],
    ])
  })

  it('sends again later what the channel did not take', async () => {
    await publishing(true)
    status = 503
    expect(await consumeBatch('publication', [message], env)).toEqual({ acked: [], retried: ['m0'] })
  })
})
