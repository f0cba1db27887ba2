/** The what-if question at the limits of every field, and what it must not do. */
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { openDb } from '../../src/db/database.ts'
import { sku } from '../../src/domain/shared/ids.ts'
import { examples } from '../../src/http/wire/examples.ts'
import { dumpRows } from '../fixtures/dump-rows.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const locations = Array.from({ length: 40 }, (_, at) => `l${String(at).padStart(2, '0')}`)
const skus = Array.from({ length: 12 }, (_, at) => `S-${at}`)
/** Where the SKU lies: at four of the forty. */
const placesOf = (at: number) => [0, 1, 2, 3].map((step) => locations[(at * 7 + step * 11) % 40] ?? '')

beforeAll(async () => {
  await seedConfig((file) => {
    const [location] = file.locations
    const [entry] = file.skus
    if (location === undefined || entry === undefined) throw new Error('the test configuration has both')
    const zones = ['Asia/Kolkata', 'America/St_Johns', 'Pacific/Apia', 'UTC']
    return {
      ...file,
      listings: [],
      accounts: file.accounts.filter(({ role }) => role !== 'warehouse'),
      locations: locations.map((id, at) => {
        const { account: _, ...rest } = location
        return { ...rest, id, priority: at % 3, timeZone: zones[at % 4] ?? 'UTC' }
      }),
      skus: [
        ...skus.map((name) => ({ ...entry, sku: sku(name), weightGrams: 100 })),
        ...['KIT-A', 'KIT-B'].map((name) => ({
          ...entry,
          sku: sku(name),
          components: [
            { sku: sku('S-0'), quantity: 1 },
            { sku: sku(name === 'KIT-A' ? 'S-1' : 'S-4'), quantity: 2 },
          ],
        })),
      ],
    }
  })
  const movements = skus.flatMap((name, at) =>
    placesOf(at).map((location, step) => ({
      ...{ movement: 'receipt', occurredAt: '2026-03-01T00:00:00Z', sku: name, quantity: 6 + step, location },
      eventId: `${name}-${location}`,
    })),
  )
  expect((await post('/v1/inventory/movements', { movements })).status).toBe(200)
})

type Plan = { allocations: { lineId: string; location: string; quantity: number }[]; unplanned: { quantity: number }[] }
type Answer = { plan: Plan | null; attempts: { explored: number; boundReached: boolean; plans: unknown[] }[] }
const line = (lineId: string, externalSku: string, quantity: number, more: object = {}) => ({
  ...{ lineId, externalSku, title: externalSku, quantity, unitPriceMinor: 100, ...more },
})
const order = (lines: readonly object[], more: object = {}) => ({
  ...examples.order,
  ...{ externalOrderId: 'IF', lines, totals: { subtotalMinor: 0, totalMinor: 0 }, allowPartial: true, ...more },
})
const ask = (body: object) => post('/v1/sourcing/what-if', body)
const answer = async (body: object): Promise<Answer> => {
  const response = await ask(body)
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}
const planned = (plan: Plan | null, lineId?: string) =>
  (plan?.allocations ?? []).reduce(
    (sum, each) => sum + (each.lineId === (lineId ?? each.lineId) ? each.quantity : 0),
    0,
  )

describe('a question at its limits', () => {
  it('plans fifty lines over forty locations within its bound', async () => {
    const lines = Array.from({ length: 50 }, (_, at) => line(`${at}`, skus[at % 12] ?? '', 6))
    const { plan, attempts } = await answer({ order: order(lines) })
    expect(planned(plan)).toBe(300)
    expect(plan?.unplanned).toEqual([])
    expect(attempts[0]?.explored).toBeLessThanOrEqual(60_000)
  })

  it('never plans the same units for two of two hundred lines of few SKUs', async () => {
    const lines = Array.from({ length: 200 }, (_, at) => line(`${at}`, skus[at % 4] ?? '', 1))
    const { plan } = await answer({ order: order(lines) })
    // Each of the four lies in 6 + 7 + 8 + 9 units.
    expect(planned(plan)).toBe(4 * 30)
    const taken = Map.groupBy(plan?.allocations ?? [], (each) => `${skus[Number(each.lineId) % 4]}@${each.location}`)
    for (const [position, pieces] of taken) {
      const [name = '', location = ''] = position.split('@')
      const has = 6 + placesOf(skus.indexOf(name)).indexOf(location)
      expect(pieces.reduce((sum, { quantity }) => sum + quantity, 0)).toBeLessThanOrEqual(has)
    }
  })

  it('shares a component between bundles and the component itself', async () => {
    const { plan } = await answer({
      order: order([line('a', 'KIT-A', 50), line('b', 'KIT-B', 50), line('c', 'S-0', 50)]),
    })
    expect(plan).not.toBeNull()
    const zero = planned(plan, 'a') + planned(plan, 'b') + planned(plan, 'c')
    expect(zero).toBeLessThanOrEqual(30)
    expect(planned(plan, 'c')).toBeGreaterThan(0)
  })

  it.each<[string, object]>([
    ['the largest quantity there is', order([line('1', 'S-0', 1_000_000, { unitPriceMinor: 1_000_000_000_000 })])],
    ['nothing at all', order([line('1', 'S-0', 0)])],
    ['what nobody lists', order([line('1', 'NOBODY', 1)])],
    ['no SKU', order([{ ...line('1', '', 1), externalSku: null }])],
    ['no address', order([line('1', 'S-0', 1)], { shipTo: null })],
    ['an address without a postal code', order([line('1', 'S-0', 1)], { shipTo: { country: 'US' } })],
    ['a region that is none', order([line('1', 'S-0', 1)], { shipTo: { country: 'US', region: 'ZZ ¿?' } })],
    ['a country that is none', order([line('1', 'S-0', 1)], { shipTo: { country: 'ZZ', postalCode: '0'.repeat(32) } })],
    ['a day in the past', order([line('1', 'S-0', 1)], { shipNotBeforeMs: 0, promisedByMs: 0 })],
    ['a day in two years', order([line('1', 'S-0', 1)], { shipNotBeforeMs: Date.now() + 730 * 86_400_000 })],
    [
      'the last day',
      order([line('1', 'S-0', 1)], { shipNotBeforeMs: 253_402_300_799_999, promisedByMs: 253_402_300_799_999 }),
    ],
    ['a discount above the price', order([line('1', 'S-0', 1, { discountMinor: 1_000_000_000_000 })])],
  ])('answers for %s', async (_, asked) => {
    const { attempts } = await answer({ order: asked })
    expect(attempts).toHaveLength(1)
  })

  it.each<[string, unknown]>([
    ['a day after all days', { order: order([line('1', 'S-0', 1)], { shipNotBeforeMs: 8_640_000_000_000_000 }) }],
    ['a quantity beyond its bound', { order: order([line('1', 'S-0', 1_000_000_000)]) }],
    ['half a unit', { order: order([line('1', 'S-0', 0.5)]) }],
    ['the same line twice', { order: order([line('1', 'S-0', 1), line('1', 'S-0', 1)]) }],
    ['five hundred and one lines', { order: order(Array.from({ length: 501 }, (_, at) => line(`${at}`, 'S-0', 1))) }],
    [
      'a profile with a weight below nothing',
      { order: order([]), profile: { id: 'x', strategies: [{ id: 's', weights: { sla: -1 } }] } },
    ],
    ['an array', []],
    ['null', null],
    ['a member that nobody knows', { order: order([line('1', 'S-0', 1)]), profil: {} }],
    ['a prototype', '{"__proto__":{"order":1},"orderId":"x","constructor":{}}'],
    ['no JSON', '{"order":'],
    ['a number without end', '{"orderId":1e999}'],
    ['a thousand levels', `{"order":${'['.repeat(1_000)}${']'.repeat(1_000)}}`],
  ])('refuses %s', async (_, body) => {
    const response = await post('/v1/sourcing/what-if', body)
    expect([400, 413, 422]).toContain(response.status)
    expect(await response.json()).toMatchObject({ reason: expect.any(String) })
  })

  it('decides by a draft that is given with it, whatever it weighs and forbids', async () => {
    const lines = [line('1', 'S-0', 2), line('2', 'S-1', 2)]
    const strategies = [
      { weights: {} },
      {
        weights: {
          sla: 1_000,
          margin: 1_000,
          ship: 1_000,
          split: 1_000,
          capacity: 1_000,
          stockout: 1_000,
          priority: 1_000,
        },
      },
      { weights: { split: Number.MIN_VALUE } },
      { constraints: { excludedLocations: locations } },
      { constraints: { maxSplits: 0, wholeOrder: true, onTimePercentMin: 100, zoneMax: 0, dispatchWithinHours: 1 } },
      { when: { channels: ['shopify-us'], tags: ['\u202e "<script>'] } },
    ]
    for (const strategy of strategies) {
      const profile = { id: 'odd', name: '‮"><img src=x>', strategies: [{ id: 's', ...strategy }] }
      expect((await answer({ order: order(lines), profile })).attempts).toHaveLength(1)
    }
    const all = { id: 'odd', strategies: strategies.map((strategy, at) => ({ id: `s${at}`, ...strategy })) }
    expect((await answer({ order: order(lines), profile: all })).plan).not.toBeNull()
  })
})

describe('a question', () => {
  it('has no effect on anything, whoever is asked for it', async () => {
    // It stands still: somewhere a day may end between the two looks.
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now())
    onTestFinished(() => clock.mockRestore())
    const read = async () => {
      const positions = ['S-0', 'S-1'].flatMap((name, at) =>
        placesOf(at).map((place) => `/v1/inventory/${name}/${place}`),
      )
      const paths = [...positions, ...locations.slice(0, 3).map((id) => `/v1/locations/${id}`)]
      const told = await Promise.all(paths.map(async (path) => (await get(path)).text()))
      return told.map((text) => text.replace(/"asOf":"[^"]*"/, ''))
    }
    const before = [await read(), await dumpRows(openDb(bindings.DB)), await bindings.CONFIG.list()]
    const { env, calls } = watched()
    const body = { order: order(skus.map((name, at) => line(`${at}`, name, 3))) }
    expect((await post('/v1/sourcing/what-if', body, {}, env)).status).toBe(200)
    expect([...new Set(calls)].sort()).toEqual(['AVAILABILITY.read', 'CONFIG.get', 'LOCATION.view'])
    expect([await read(), await dumpRows(openDb(bindings.DB)), await bindings.CONFIG.list()]).toEqual(before)
    expect((await get(`/v1/orders/${encodeURIComponent('b2b:IF')}`)).status).toBe(404)
  })
})

/** Bindings whose calls are noted: of actors by the method that was called on them. */
function watched() {
  const calls: string[] = []
  const note = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(of, property) {
        const value: unknown = Reflect.get(of, property, of)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          const answered: unknown = Reflect.apply(value, of, args)
          if (property === 'getByName' || (property === 'get' && 'idFromName' in of))
            return note(name, answered as object)
          if (property !== 'idFromName') calls.push(`${name}.${String(property)}`)
          return answered
        }
      },
    })
  const env = Object.fromEntries(
    Object.entries(bindings).map(([name, binding]) => [
      name,
      typeof binding === 'object' && binding !== null ? note(name, binding) : binding,
    ]),
  )
  return { env: env as typeof bindings, calls }
}
