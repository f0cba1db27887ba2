import { listDurableObjectIds } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type AvailabilityApi, actor } from '../../src/actor-apis.ts'
import { catalogSkuSchema } from '../../src/domain/config/config.ts'
import { forgetAvailability } from '../../src/http/atp/atp-cache.ts'
import { verifyPromise } from '../../src/http/atp/promise-id.ts'
import type { AvailabilityDocument } from '../../src/http/wire/atp-answer.ts'
import { type SummaryParts, summaryOf } from '../fixtures/position-summaries.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const shopKey = 'shop-own-key-0123456789abcdefgh'
const hourMs = 3_600_000
const dayMs = 24 * hourMs

const sku = (name: string, more: object = {}) => catalogSkuSchema.parse({ sku: name, title: name, ...more })
const many = Array.from({ length: 21 }, (_, index) => `MANY-${index}`)
const component = (name: string, quantity: number) => ({ sku: name, quantity })

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    accounts: file.accounts.map((account) =>
      account.id === 'b2b' ? { ...account, network: ['west'], group: 'contract' } : account,
    ),
    locations: file.locations.map((location) =>
      location.id === 'east'
        ? { ...location, capabilities: ['hazmat'] }
        : {
            ...location,
            serves: [{ country: 'US', regions: [], postalPrefixes: ['9'] }],
            deliveryMethods: ['ship', 'freight'],
            handlingMinutes: 60,
          },
    ),
    skus: [
      ...file.skus,
      ...[
        'PLAIN-1',
        'CACHED-1',
        'TAGGED-1',
        'STRICT-1',
        'DATED-1',
        'AGED-1',
        'SPLIT-1',
        'OPEN-1',
        'PAST-1',
        ...many,
      ].map((name) => sku(name)),
      sku('HAZARD-1', { requirements: ['hazmat'] }),
      sku('SERVICE-1', { stocked: false }),
      sku('RULED-1', { class: 'ruled' }),
      sku('FRESH-1', { shelfLifeDays: 5 }),
      ...['BOLT-1', 'NUT-1'].map((name) => sku(name)),
      sku('KIT-1', { components: [component('BOLT-1', 4), component('NUT-1', 2)] }),
      sku('KIT-2', { components: [component('KIT-1', 1), component('NUT-1', 3)] }),
    ],
    promising: {
      ...file.promising,
      safetyStock: [
        { class: 'ruled', location: 'east', quantity: 3 },
        { class: 'ruled', location: 'west', deliveryMethod: 'freight', quantity: 7 },
      ],
      networkThreshold: [{ class: 'ruled', channel: 'shopify-us', quantity: 2 }],
      caps: [{ sku: 'RULED-1', channel: 'shopify-us', quantity: 14 }],
      exclusions: [{ class: 'ruled', channel: 'b2b' }],
    },
    apiKeys: [
      ...file.apiKeys,
      { id: 'shop', name: '', key: shopKey, scopes: ['inventory:read'], account: 'shopify-us' },
    ],
  }))
})
/**
 * It stands still, so that what was told stays young; an hour ahead, so that no alarm goes off by itself, and no
 * position tells its availability anything in the middle of a question.
 */
beforeEach(() => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + hourMs)
  forgetAvailability()
})
afterEach(() => {
  vi.restoreAllMocks()
})

const availability = (name: string) => actor<AvailabilityApi>(bindings.AVAILABILITY, name)
let pushed = 0
async function tell(parts: SummaryParts & { readonly sku: string }): Promise<void> {
  pushed += 1
  await availability(parts.sku).push(parts.sku, summaryOf({ version: pushed, asOfMs: Date.now(), ...parts }), 0)
}
const onHand = (name: string, location: string, sellable: number) =>
  tell({ sku: name, location, figures: { sellable } })
const supply = (dueAtMs: number, units: number, confidencePercent = 100) => ({
  supplyId: `${dueAtMs}`,
  type: 'purchase_order' as const,
  dueAtMs,
  units,
  confidencePercent,
  goodUntilMs: null,
  overdueDelayMs: dayMs,
})

type Answer = { readonly skus: readonly AvailabilityDocument[]; readonly channel: string | null }
async function ask(query: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await get(`/v1/atp?${query}`, headers)
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}
async function askOne(query: string, headers: Record<string, string> = {}): Promise<AvailabilityDocument> {
  const [only] = (await ask(query, headers)).skus
  if (only === undefined) throw new Error('nothing was answered')
  return only
}

/** Calls of stubs by binding, from now on. */
function callsOf(...names: ('AVAILABILITY' | 'STOCK')[]): string[] {
  const calls: string[] = []
  for (const name of names) {
    const idFromName = bindings[name].idFromName.bind(bindings[name])
    vi.spyOn(bindings[name], 'idFromName').mockImplementation((id) => {
      calls.push(`${name} ${id}`)
      return idFromName(id)
    })
  }
  return calls
}

describe('available to promise', () => {
  it('sums the locations that serve the channel, whose keys need not name it', async () => {
    await onHand('PLAIN-1', 'east', 7)
    await onHand('PLAIN-1', 'west', 3)
    const sources = [
      { location: 'east', available: 7 },
      { location: 'west', available: 3 },
    ]
    expect(await askOne('sku=PLAIN-1')).toMatchObject({ available: 10, ats: 10, enough: true, sources })
    expect(await askOne('sku=PLAIN-1&channel=b2b&quantity=9')).toMatchObject({ available: 3, enough: false })
    const own = await ask('sku=PLAIN-1', { authorization: `Bearer ${shopKey}` })
    expect(own).toMatchObject({ channel: 'shopify-us', skus: [{ available: 10 }] })
  })

  it('answers several SKUs in the order asked; unknown and unstocked ones touch no actor', async () => {
    await onHand('PLAIN-1', 'east', 7)
    await onHand('PLAIN-1', 'west', 0)
    const before = (await listDurableObjectIds(bindings.AVAILABILITY)).length
    const { skus } = await ask('sku=SERVICE-1&sku=PLAIN-1&sku=NO-SUCH-SKU')
    expect(skus.map(({ known, stocked, available, enough }) => [known, stocked, available, enough])).toEqual([
      [true, false, 0, true],
      [true, true, 7, true],
      [false, false, 0, false],
    ])
    expect((await listDurableObjectIds(bindings.AVAILABILITY)).length).toBe(before)
  })

  it('counts only locations that serve the destination, in the way and with the licence that are needed', async () => {
    await onHand('HAZARD-1', 'east', 7)
    await onHand('HAZARD-1', 'west', 3)
    await onHand('PLAIN-1', 'west', 3)
    const notCounted = async (query: string) =>
      (await askOne(`${query}&explain=true`)).rules?.flatMap((rule) => rule.notCounted)
    expect(await notCounted('sku=PLAIN-1&shipTo=US-94107')).toEqual([])
    expect(await notCounted('sku=PLAIN-1&shipTo=US-07102')).toEqual([{ location: 'west', reason: 'region' }])
    expect(await notCounted('sku=PLAIN-1&shipTo=US')).toEqual([{ location: 'west', reason: 'region' }])
    expect(await notCounted('sku=PLAIN-1&deliveryMethod=pickup')).toEqual([
      { location: 'west', reason: 'delivery_method' },
    ])
    expect(await notCounted('sku=HAZARD-1')).toEqual([{ location: 'west', reason: 'requirements' }])
    expect((await askOne('sku=HAZARD-1')).available).toBe(7)
  })

  it('applies safety stock, threshold, cap and exclusion of the channel, and says so', async () => {
    await onHand('RULED-1', 'east', 10)
    await onHand('RULED-1', 'west', 8)
    const rules = { excluded: false, threshold: 2, cap: 14, unrouted: 0, buffer: 0 }
    expect(await askOne('sku=RULED-1')).toMatchObject({ available: 15, ats: 15 })
    const shown = await askOne('sku=RULED-1&channel=shopify-us&explain=true')
    expect(shown).toMatchObject({ available: 15, ats: 13, rules: [{ ...rules, network: 15, ats: 13 }] })
    expect(shown.sources[0]).toMatchObject({ terms: { onHand: 10, safetyStock: 3, units: 7 } })
    expect(await askOne('sku=RULED-1&deliveryMethod=ship&deliveryMethod=freight')).toMatchObject({ available: 8 })
    expect(await askOne('sku=RULED-1&channel=b2b&quantity=1')).toMatchObject({ ats: 0, enough: false, promise: null })
  })

  it('takes off what captured orders want and no position has heard of', async () => {
    await onHand('OPEN-1', 'east', 10)
    await availability('OPEN-1').noteUnrouted('OPEN-1', 'b2b:1', 1, 4)
    expect(await askOne('sku=OPEN-1&quantity=7')).toMatchObject({ available: 10, ats: 6, enough: false, promise: null })
  })

  it('tells how it changes with supply that comes and with time', async () => {
    const [soon, later] = [Date.now() + dayMs, Date.now() + 2 * dayMs]
    await tell({ sku: 'DATED-1', figures: { sellable: 2, supplies: [supply(soon, 10, 80), supply(later, 5)] } })
    const { available, promisable } = await askOne('sku=DATED-1')
    expect(available).toBe(2)
    expect(promisable).toEqual({
      now: 2,
      changes: [
        { from: new Date(soon).toISOString(), units: 10 },
        { from: new Date(later).toISOString(), units: 15 },
      ],
    })
  })

  it('counts what keeps as long as the SKU or the asker needs', async () => {
    const lots = [
      { lotId: 'old', goodUntilMs: Date.now() + 3 * dayMs, units: 4 },
      { lotId: 'new', goodUntilMs: Date.now() + 9 * dayMs, units: 6 },
    ]
    await tell({ sku: 'FRESH-1', figures: { sellable: 10, lots } })
    expect(await askOne('sku=FRESH-1')).toMatchObject({ available: 6 })
    expect(await askOne('sku=FRESH-1&goodForDays=10')).toMatchObject({ available: 0 })
    const { promisable } = await askOne('sku=FRESH-1&goodForDays=6')
    expect(promisable.changes.map(({ units }) => units)).toEqual([0])
  })

  it('answers a bundle by what can be packed whole at one location, a shared component summed', async () => {
    await onHand('BOLT-1', 'east', 41)
    await onHand('BOLT-1', 'west', 8)
    await onHand('NUT-1', 'east', 12)
    await onHand('NUT-1', 'west', 7)
    expect(await askOne('sku=KIT-1&quantity=9')).toMatchObject({ available: 8, ats: 8, enough: false, promise: null })
    const nested = await askOne('sku=KIT-2&quantity=3&explain=true')
    expect(nested.rules?.map(({ sku: part, unitsEach }) => [part, unitsEach])).toEqual([
      ['BOLT-1', 4],
      ['NUT-1', 5],
    ])
    expect(nested).toMatchObject({ available: 3, enough: true })
    expect(nested.promise?.plan.map(({ sku: part, location, quantity }) => [part, location, quantity])).toEqual([
      ['BOLT-1', 'east', 8],
      ['BOLT-1', 'west', 4],
      ['NUT-1', 'east', 10],
      ['NUT-1', 'west', 5],
    ])
  })
})

describe('a promise', () => {
  it('is for now, from one location, while one has it all', async () => {
    await onHand('SPLIT-1', 'east', 4)
    await onHand('SPLIT-1', 'west', 6)
    const { promise } = await askOne('sku=SPLIT-1&quantity=5')
    expect(promise).toMatchObject({ quantity: 5, confidencePercent: 100, plan: [{ location: 'west', quantity: 5 }] })
    const both = await askOne('sku=SPLIT-1&quantity=9')
    expect(both.promise?.plan.map(({ location, quantity }) => [location, quantity])).toEqual([
      ['west', 6],
      ['east', 3],
    ])
    expect((await askOne('sku=SPLIT-1&quantity=11')).promise).toBeNull()
  })

  it('is the earliest date when nobody has it now, as sure as the supply it waits for', async () => {
    const [soon, later] = [Date.now() + dayMs, Date.now() + 2 * dayMs]
    await tell({ sku: 'DATED-1', figures: { sellable: 2, supplies: [supply(soon, 10, 80), supply(later, 5, 60)] } })
    const date = new Date(soon).toISOString()
    expect((await askOne('sku=DATED-1&quantity=10')).promise).toMatchObject({
      date,
      inTime: true,
      confidencePercent: 80,
    })
    const late = await askOne(`sku=DATED-1&quantity=12&by=${encodeURIComponent(date)}`)
    expect(late.promise).toMatchObject({ date: new Date(later).toISOString(), inTime: false, confidencePercent: 60 })
  })

  it('reckons with the time that its location takes', async () => {
    await onHand('SPLIT-1', 'east', 0)
    await onHand('SPLIT-1', 'west', 6)
    const nowMs = Date.now()
    const { promise } = await askOne('sku=SPLIT-1&quantity=5')
    expect(Date.parse(promise?.date ?? '') - nowMs).toBeGreaterThanOrEqual(hourMs)
  })

  it('has an id that nobody can make up, and that says what was promised', async () => {
    await onHand('SPLIT-1', 'east', 9)
    const by = new Date(Date.now() + dayMs).toISOString()
    const { promise } = await askOne(`sku=SPLIT-1&channel=shopify-us&quantity=5&by=${by}`)
    const id = promise?.promiseId ?? ''
    const claim = await verifyPromise(bindings, id, Date.now())
    expect(claim).toMatchObject({ sku: 'SPLIT-1', channel: 'shopify-us', quantity: 5, byMs: Date.parse(by) })
    expect(claim?.plan).toEqual([['SPLIT-1', 'east', 5]])
    const [text = '', signature = ''] = id.split('.')
    const more = btoa(JSON.stringify({ ...claim, quantity: 50 })).replaceAll('=', '')
    for (const forged of [`${more}.${signature}`, `${text}.${'0'.repeat(32)}`, text, '', `${id}.${id}`]) {
      expect(await verifyPromise(bindings, forged, Date.now())).toBeNull()
    }
    expect(await verifyPromise(bindings, id, Date.now() + dayMs + hourMs)).toBeNull()
  })

  it('is never stored by a cache', async () => {
    await onHand('SPLIT-1', 'east', 9)
    const response = await get('/v1/atp?sku=SPLIT-1&quantity=1', { 'if-none-match': '*' })
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
  })
})

describe('how old an answer may be', () => {
  it('is told of every source', async () => {
    await onHand('AGED-1', 'east', 4)
    vi.mocked(Date.now).mockReturnValue(Date.now() + 20)
    const { sources, oldestAgeMs } = await askOne('sku=AGED-1')
    expect(oldestAgeMs).toBe(20)
    expect(sources[0]?.ageMs).toBe(oldestAgeMs)
    expect(Date.parse(sources[0]?.asOf ?? '')).toBeLessThanOrEqual(Date.now())
  })

  it('costs no call while this isolate heard of the SKU within the second, whatever is asked', async () => {
    await onHand('CACHED-1', 'east', 4)
    await ask('sku=CACHED-1')
    const calls = callsOf('AVAILABILITY', 'STOCK')
    await ask('sku=CACHED-1&channel=b2b&quantity=2&explain=true')
    await ask('sku=CACHED-1&shipTo=US-94107&maxStalenessMs=900')
    expect(calls).toEqual([])
  })

  it('costs one hop a SKU when it did not, however many ask at once', async () => {
    await onHand('CACHED-1', 'east', 4)
    await onHand('TAGGED-1', 'east', 4)
    await ask('sku=CACHED-1&sku=TAGGED-1')
    forgetAvailability()
    const calls = callsOf('AVAILABILITY', 'STOCK')
    await Promise.all(Array.from({ length: 10 }, () => ask('sku=CACHED-1&sku=TAGGED-1')))
    expect(calls.sort()).toEqual(['AVAILABILITY CACHED-1', 'AVAILABILITY TAGGED-1'])
  })

  it('of zero costs one hop and the positions that count, and is true', async () => {
    await onHand('STRICT-1', 'east', 99)
    await ask('sku=STRICT-1')
    const movement = { eventId: 'strict-1', sku: 'STRICT-1', location: 'west', movement: 'receipt', quantity: 5 }
    await post('/v1/inventory/movements', { movements: [{ ...movement, occurredAt: new Date().toISOString() }] })
    const calls = callsOf('AVAILABILITY', 'STOCK')
    const told = await askOne('sku=STRICT-1&channel=b2b&maxStalenessMs=0')
    expect(calls).toEqual(['AVAILABILITY STRICT-1', 'STOCK STRICT-1@west'])
    expect(told).toMatchObject({ available: 5, sources: [{ location: 'west', available: 5 }] })
  })
})

describe('the past', () => {
  beforeEach(() => void vi.restoreAllMocks())

  it('is recomputed from the ledgers of the positions, as it was answered then', async () => {
    const moved = async (eventId: string, movement: string, quantity: number) => {
      const event = { eventId, sku: 'PAST-1', location: 'east', movement, quantity }
      await post('/v1/inventory/movements', { movements: [{ ...event, occurredAt: new Date().toISOString() }] })
      await new Promise((resolve) => setTimeout(resolve, 5))
      return new Date().toISOString()
    }
    const before = new Date().toISOString()
    await new Promise((resolve) => setTimeout(resolve, 5))
    const received = await moved('past-1', 'receipt', 9)
    const shipped = await moved('past-2', 'shipment', 4)
    await moved('past-3', 'receipt', 70)
    const then = async (asOf: string) => (await askOne(`sku=PAST-1&explain=true&quantity=1&asOf=${asOf}`)).available
    expect(await then(before)).toBe(0)
    expect(await then(received)).toBe(9)
    expect(await then(shipped)).toBe(5)
    const { promise, sources } = await askOne(`sku=PAST-1&quantity=1&asOf=${shipped}`)
    expect(promise).toBeNull()
    expect(sources).toMatchObject([{ location: 'east', available: 5, asOf: shipped, ageMs: 0 }])
  })

  it('does not lie in the future', async () => {
    const response = await get(`/v1/atp?sku=PLAIN-1&asOf=${new Date(Date.now() + hourMs).toISOString()}`)
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ errors: [{ path: 'asOf' }] })
  })

  it('of too long a ledger is refused, and so is that of too many positions', async () => {
    const page = { document: null, throughSeq: 5_000, more: true, entries: [] }
    const read = vi.spyOn(bindings.STOCK, 'get').mockReturnValue({ projectionPage: async () => page } as never)
    const asOf = new Date().toISOString()
    const response = await get(`/v1/atp?sku=PLAIN-1&asOf=${asOf}`)
    expect(await response.json()).toMatchObject({ status: 422, reason: 'history_too_long' })
    read.mockRestore()
    const many = Array.from({ length: 21 }, (_, index) => `sku=MANY-${index}`).join('&')
    expect((await get(`/v1/atp?${many}&asOf=${asOf}`)).status).toBe(422)
  })
})

describe('an answer’s tag', () => {
  it('stays while the answer says the same, and a caller that has it gets 304', async () => {
    await onHand('TAGGED-1', 'east', 4)
    const first = await get('/v1/atp?sku=TAGGED-1')
    const tag = first.headers.get('etag') ?? ''
    expect(tag).toMatch(/^W\/"[0-9a-f]{16}"$/)
    expect(first.headers.get('cache-control')).toBe('private, max-age=1')
    expect(first.headers.get('vary')).toContain('Authorization')
    const again = await get('/v1/atp?sku=TAGGED-1', { 'if-none-match': `"other", ${tag}` })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
    expect(again.headers.get('etag')).toBe(tag)
  })

  it('changes with the stock', async () => {
    await onHand('TAGGED-1', 'east', 4)
    const tag = (await get('/v1/atp?sku=TAGGED-1')).headers.get('etag') ?? ''
    await onHand('TAGGED-1', 'east', 5)
    forgetAvailability()
    expect((await get('/v1/atp?sku=TAGGED-1', { 'if-none-match': tag })).status).toBe(200)
  })

  it('is not for keeping when the truth of now was asked for', async () => {
    const response = await get('/v1/atp?sku=TAGGED-1&maxStalenessMs=0')
    expect(response.headers.get('cache-control')).toBe('private, no-cache')
  })
})

describe('a question', () => {
  it.each([
    ['no SKU', '', 'sku'],
    ['101 SKUs', Array.from({ length: 101 }, (_, index) => `sku=S${index}`).join('&'), 'sku'],
    ['an unknown parameter', 'sku=A&shipto=US', 'shipto'],
    ['no quantity', 'sku=A&quantity=0', 'quantity'],
    ['half a unit', 'sku=A&quantity=0.5', 'quantity'],
    ['a date without its offset', 'sku=A&quantity=1&by=2026-03-14T09:26:53', 'by'],
    ['a destination in words', 'sku=A&shipTo=California', 'shipTo'],
    ['a way of delivery that nobody knows', 'sku=A&deliveryMethod=balloon', 'deliveryMethod'],
    ['a negative shelf life', 'sku=A&goodForDays=-1', 'goodForDays'],
    ['neither true nor false', 'sku=A&explain=yes', 'explain'],
    ['an age beyond an hour', 'sku=A&maxStalenessMs=3600001', 'maxStalenessMs'],
  ])('with %s is refused, by name', async (_what, query, field) => {
    const response = await get(`/v1/atp?${query}`)
    expect(response.status).toBe(422)
    const { errors } = (await response.json()) as { errors: { path: string }[] }
    expect(errors[0]?.path.split('.')[0]).toBe(field)
  })

  it('for a channel that is none is refused, and one for another’s channel', async () => {
    expect(await (await get('/v1/atp?sku=PLAIN-1&channel=wh-east')).json()).toMatchObject({ reason: 'unknown_account' })
    const other = await get('/v1/atp?sku=PLAIN-1&channel=b2b', { authorization: `Bearer ${shopKey}` })
    expect(await other.json()).toMatchObject({ reason: 'account_not_allowed' })
  })
})
