import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inventoryItemIdOf } from '../../../scripts/sandbox/shopify-orders.ts'
import { storeLocations } from '../../../scripts/sandbox/shopify-records.ts'
import type { ShopifyStore } from '../../../scripts/sandbox/shopify-store.ts'
import type { ClientContext } from '../../../src/connectors/ports.ts'
import type { Publication } from '../../../src/connectors/publisher.ts'
import { publishStock as publish } from '../../../src/connectors/shopify/client/publish-stock.ts'
import { readStock } from '../../../src/connectors/shopify/client/read-stock.ts'
import { clientOf, startStore } from '../../fixtures/shopify/store-client.ts'

let store: ShopifyStore
let client: ClientContext
beforeEach(async () => {
  store = await startStore()
  client = clientOf(store)
})
afterEach(() => store.stop())

const [east] = storeLocations
const publication = (sku: string, quantity: number, change: Partial<Publication> = {}): Publication => ({
  item: String(inventoryItemIdOf(sku)),
  place: String(east),
  value: quantity,
  expected: 0,
  idempotencyKey: `${sku}|${quantity}`,
  ...change,
})
const publishStock = async (publications: readonly Publication[], context: ClientContext) =>
  (await publish(publications, context)).outcome
const shown = (sku: string) => store.control.shown(sku, east)

describe('publishing stock to Shopify', () => {
  it('sets what the store shows', async () => {
    const outcome = await publishStock([publication('ROPE-10', 7), publication('BUOY-R', 3)], client)
    expect(outcome).toMatchObject({ outcome: 'committed', details: { costRestoreRate: '1000' } })
    expect([shown('ROPE-10'), shown('BUOY-R')]).toEqual([7, 3])
  })

  it('takes a location by its digits or by its global id', async () => {
    const place = `gid://shopify/Location/${east}`
    expect((await publishStock([publication('ROPE-10', 7, { place })], client)).outcome).toBe('committed')
    expect(shown('ROPE-10')).toBe(7)
  })

  it('does not overwrite a quantity that changed meanwhile, and changes nothing else of the batch', async () => {
    store.control.setInventory('BUOY-R', east, 4)
    const outcome = await publishStock([publication('ROPE-10', 7), publication('BUOY-R', 3)], client)
    expect(outcome).toMatchObject({ outcome: 'absent', retryable: false, class: 'value' })
    expect(outcome.outcome === 'absent' && outcome.message).toContain('CHANGE_FROM_QUANTITY_STALE at quantities 1')
    expect([shown('ROPE-10'), shown('BUOY-R')]).toEqual([0, 4])
  })

  it('overwrites on purpose when nothing is expected', async () => {
    store.control.setInventory('ROPE-10', east, 4)
    expect((await publishStock([publication('ROPE-10', 7, { expected: null })], client)).outcome).toBe('committed')
    expect(shown('ROPE-10')).toBe(7)
  })

  it('after a lost answer is the same change again, not a stale one', async () => {
    store.script([{ fault: 'drop_after' }])
    expect((await publishStock([publication('ROPE-10', 7)], client)).outcome).toBe('unknown')
    expect((await publishStock([publication('ROPE-10', 7)], client)).outcome).toBe('committed')
    expect(shown('ROPE-10')).toBe(7)
  })

  it('refuses a key that was used for something else', async () => {
    await publishStock([publication('ROPE-10', 7, { idempotencyKey: 'k' })], client)
    const other = await publishStock([publication('ROPE-10', 8, { idempotencyKey: 'k', expected: 7 })], client)
    expect(other).toMatchObject({ outcome: 'absent', class: 'duplicate' })
  })

  it.each([
    ['an unknown item', { item: '1' }, 'INVALID_INVENTORY_ITEM'],
    ['an unknown location', { place: '1' }, 'INVALID_LOCATION'],
    ['a negative quantity', { value: -1 }, 'INVALID_QUANTITY_NEGATIVE'],
  ])('is refused for %s', async (_what, change, code) => {
    const outcome = await publishStock([publication('ROPE-10', 7, change)], client)
    expect(outcome.outcome === 'absent' && outcome.message).toContain(code)
  })

  it('says which of a batch were stale and which it cannot take', async () => {
    store.control.setInventory('BUOY-R', east, 4)
    const batch = [publication('ROPE-10', 7), publication('BUOY-R', 3), publication('CLEAT-150', 2, { item: '1' })]
    expect((await publish(batch, client)).refused.map(({ index, why }) => [index, why])).toEqual([
      [1, 'stale'],
      [2, 'refused'],
    ])
  })

  it('sends nothing for nothing and nothing beyond what one call may carry', async () => {
    const many = Array.from({ length: 251 }, (_, at) => publication('ROPE-10', at))
    expect((await publishStock([], client)).outcome).toBe('committed')
    expect(await publishStock(many, client)).toMatchObject({ outcome: 'absent', class: 'too_large' })
    expect(store.requests.length).toBe(0)
  })
})

describe('reading what Shopify shows', () => {
  const [, west] = storeLocations
  const place = (sku: string, location: number) => ({ item: String(inventoryItemIdOf(sku)), place: String(location) })

  it('asks once a location and answers in the order of the question', async () => {
    store.control.setInventory('ROPE-10', east, 4)
    store.control.setInventory('ROPE-10', west, 9)
    store.control.setInventory('BUOY-R', east, 2)
    const asked = [place('ROPE-10', west), place('BUOY-R', east), place('ROPE-10', east)]
    expect(await readStock(asked, client)).toEqual({ ok: true, value: [9, 2, 4] })
    expect(store.requests.length).toBe(2)
  })

  it('knows nothing of an item or a location that is not there', async () => {
    const asked = [{ item: '1', place: String(east) }, place('ROPE-10', 1)]
    expect(await readStock(asked, client)).toEqual({ ok: true, value: [null, null] })
  })

  it('takes an answer about fewer listings than it asked for to be none', async () => {
    const short = { kind: 'response', status: 200, headers: {}, body: '{"data":{"nodes":[]}}' } as const
    const answer = await readStock([place('ROPE-10', east)], { ...client, fetch: async () => short })
    expect(answer).toMatchObject({ ok: false, error: { outcome: 'absent', retryable: true } })
  })

  it('may simply be asked again when the answer was lost', async () => {
    store.script([{ fault: 'drop_after' }])
    expect(await readStock([place('ROPE-10', east)], client)).toMatchObject({ ok: false, error: { retryable: true } })
  })
})

describe('the sandbox store is as strict as Shopify', () => {
  async function ask(query: string, variables: unknown = {}, token = 'shpat_test') {
    const headers = { 'content-type': 'application/json', 'x-shopify-access-token': token }
    const body = JSON.stringify({ query, variables })
    const response = await fetch(`${store.url}/admin/api/2026-10/graphql.json`, { method: 'POST', headers, body })
    return { status: response.status, text: await response.text() }
  }
  const input = {
    name: 'available',
    reason: 'correction',
    quantities: [
      { inventoryItemId: 'gid://shopify/InventoryItem/1', locationId: `gid://shopify/Location/${east}`, quantity: 1 },
    ],
  }
  const set = (directive: string) =>
    `mutation M($input: InventorySetQuantitiesInput!) {
      inventorySetQuantities(input: $input) ${directive} { userErrors { code } }
    }`

  it('about the token, the version and the schema', async () => {
    expect((await ask('{ orders(first: 1) { nodes { id } } }', {}, 'wrong')).status).toBe(401)
    expect((await ask('{ orders(first: 1) { nodes { id nope } } }')).text).toContain('nope')
    expect((await fetch(`${store.url}/admin/api/2025-07/graphql.json`, { method: 'POST' })).status).toBe(404)
  })

  it('about the idempotency key and the explicit compare value', async () => {
    expect((await ask(set(''), { input })).text).toContain('@idempotent is required')
    expect((await ask(set('@idempotent(key: " ")'), { input })).text).toContain('blank')
    expect((await ask(set('@idempotent(key: "k")'), { input })).text).toContain('changeFromQuantity')
  })

  it('about what one operation may cost', async () => {
    const query = '{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { id } } } } }'
    expect((await ask(query)).text).toContain('MAX_COST_EXCEEDED')
  })
})
