/** Plans of the same score: the routing answer and the console say what put the chosen one first, and how others differ. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { examples } from '../../src/http/wire/examples.ts'
import { playQueue } from '../fixtures/play-queue.ts'
import { profileOf } from '../fixtures/sourcing.ts'
import { realWorld, textOf, Visitor } from './ops-visitor.ts'
import { claimsOf, idOf, receive } from './order-claims.ts'
import { seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const patience = { timeout: 30_000, interval: 200 }
const skus = ['ROPE-10', 'ROPE-20']
const order = (externalOrderId: string) => ({
  ...examples.order,
  ...{ externalOrderId, allowPartial: true, totals: { subtotalMinor: 400, totalMinor: 400 } },
  lines: skus.map((sku, at) => ({
    ...{ lineId: `${at + 1}`, externalSku: sku, title: sku, quantity: 2, unitPriceMinor: 100 },
  })),
})

beforeAll(async () => {
  playQueue('INBOUND_ORDERS')
  playQueue('PROJECTIONS')
  // A day takes one of the two lines, so that both places ship; nothing is weighed, so that every plan scores the same.
  await seedConfig((file) => ({
    ...file,
    locations: file.locations.map((location) => ({ ...location, capacity: { ordersPerDay: null, unitsPerDay: 2 } })),
    sourcing: { ...file.sourcing, profiles: [profileOf({})], defaultProfile: 'tested' },
  }))
  for (const sku of skus) for (const place of ['east', 'west']) await receive(sku, place, 5)
})
afterAll(() => vi.restoreAllMocks())

type Plan = { allocations: { lineId: string; location: string }[]; refused: string | null; lostTieBy: string | null }
type Attempt = { tied: number; plans: Plan[] }

describe('two plans that differ only by which line goes where', () => {
  it('are told apart in the routing answer, with what broke the tie', async () => {
    expect((await post('/v1/orders', order('tie-1'))).status).toBe(201)
    await vi.waitFor(async () => expect((await claimsOf('tie-1')).toSorted()).toEqual(['2@east', '2@west']), patience)
    const answer = await get(`/v1/orders/${encodeURIComponent(idOf('tie-1'))}/routing?verify=true`)
    const { decisions } = (await answer.json()) as { decisions: { rerun: string; sourcing: { attempts: Attempt[] } }[] }
    expect(decisions[0]?.rerun).toBe('same')
    const [attempt] = decisions[0]?.sourcing.attempts ?? []
    const feasible = attempt?.plans.filter(({ refused }) => refused === null) ?? []
    expect(attempt?.tied).toBeGreaterThan(0)
    expect(feasible[0]).toMatchObject({
      lostTieBy: null,
      allocations: [
        { lineId: '1', location: 'east' },
        { lineId: '2', location: 'west' },
      ],
    })
    const swapped = feasible.find(({ allocations }) => allocations.length === 2 && allocations[0]?.location === 'west')
    expect(swapped).toMatchObject({ lostTieBy: 'stable_order' })
    expect(feasible.slice(1).every(({ lostTieBy }) => lostTieBy !== null)).toBe(true)
  })

  it('and on the page of the order', async () => {
    const visitor = await Visitor.signedIn(realWorld)
    const text = textOf(await visitor.page(`/ops/orders/${encodeURIComponent(idOf('tie-1'))}/routing`))
    expect(text).toMatch(/\d+ other plans? scores? the same\./)
    expect(text).toContain('Same score; later by the order of ids alone')
    expect(text).toContain(`Other than the first ${skus[0]}: Reno ×2 ${skus[1]}: Newark ×2`)
  })
})

describe('plans of the same score', () => {
  it('say by priority, and by fewer parcels', async () => {
    const roomy = {
      ...order('IF'),
      lines: order('IF')
        .lines.slice(0, 1)
        .map((line) => ({ ...line, quantity: 1 })),
    }
    const answer = await post('/v1/sourcing/what-if', { order: roomy })
    const { attempts } = (await answer.json()) as { attempts: Attempt[] }
    const told = attempts[0]?.plans.map(({ allocations, lostTieBy }) => [allocations[0]?.location, lostTieBy])
    // A day is full by now, whichever it is; by tomorrow both have room again.
    expect(told).toEqual([
      ['east', null],
      ['west', 'priority'],
    ])
    const constraints = { withinCapacity: false }
    const loose = { id: 'loose', strategies: [{ id: 'any', constraints }] }
    const two = (await (await post('/v1/sourcing/what-if', { order: order('IF'), profile: loose })).json()) as {
      attempts: Attempt[]
    }
    expect(two.attempts[0]?.plans.map(({ lostTieBy }) => lostTieBy)).toEqual([
      ...[null, 'priority', 'fewest_parcels', 'fewest_parcels'],
    ])
  })
})
