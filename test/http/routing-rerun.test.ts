/** What was decided once is decided again the same, whatever was configured, activated or moved since. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { actor, type OrderApi } from '../../src/actor-apis.ts'
import type { ConfigFile } from '../../src/domain/config/config.ts'
import type { OrderCommand } from '../../src/domain/order/order-command.ts'
import { commandId, correlationId } from '../../src/domain/shared/ids.ts'
import { playQueue } from '../fixtures/play-queue.ts'
import { profileOf } from '../fixtures/sourcing.ts'
import { realWorld, Visitor } from './ops-visitor.ts'
import { claimsOf, idOf, order, receive } from './order-claims.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const patience = { timeout: 40_000, interval: 200 }
const weighing = (weights: object) => (file: ConfigFile) => ({
  ...file,
  sourcing: { ...file.sourcing, profiles: [profileOf({ weights })], defaultProfile: 'tested' },
})
const changes: readonly ((file: ConfigFile) => ConfigFile)[] = [
  weighing({ priority: 1_000, sla: 3 }),
  (file) => ({ ...file, locations: file.locations.map((each) => ({ ...each, priority: 50 - each.priority })) }),
  (file) => ({ ...file, locations: file.locations.filter(({ id }) => id !== 'east') }),
  (file) => ({
    ...file,
    promising: { ...file.promising, safetyStock: [{ location: 'west', quantity: 50 }] },
  }),
]

beforeAll(async () => {
  playQueue('INBOUND_ORDERS')
  playQueue('PROJECTIONS')
  await seedConfig(weighing({ split: 1, stockout: 0.3 }))
  for (const location of ['east', 'west']) await receive('ROPE-10', location, 9)
})
afterAll(() => vi.restoreAllMocks())

type Decision = { type: string; rerun: string | null; sourcing: { attempts: { plans: Plan[] }[] } | null }
type Plan = { score: number; terms: Record<string, { raw: number | null; normalised: number; weighted: number }> }
async function decisionsOf(externalOrderId: string): Promise<readonly Decision[]> {
  const path = `/v1/orders/${encodeURIComponent(idOf(externalOrderId))}/routing?verify=true`
  return ((await (await get(path)).json()) as { decisions: Decision[] }).decisions
}
const say = (status: 'up' | 'down', location = 'east') =>
  post(`/v1/locations/${location}/availability`, { status, reason: 'flood' })

describe('the decisions of an order', () => {
  it('come out the same again after its location went down, and after four other configurations', async () => {
    expect((await post('/v1/orders', order('again-1', 'ROPE-10', 4))).status).toBe(201)
    await vi.waitFor(async () => expect(await claimsOf('again-1')).toEqual(['4@east']), patience)
    expect((await say('down')).status).toBe(200)
    await vi.waitFor(async () => expect(await claimsOf('again-1')).toEqual(['4@west']), patience)
    expect((await say('up')).status).toBe(200)
    for (const change of changes) {
      await seedConfig(change)
      const decided = (await decisionsOf('again-1')).filter(({ sourcing }) => sourcing !== null)
      expect(decided.length).toBeGreaterThan(1)
      expect(decided.map(({ rerun }) => rerun)).toEqual(decided.map(() => 'same'))
      for (const plan of decided.flatMap(({ sourcing }) => sourcing?.attempts.flatMap(({ plans }) => plans) ?? [])) {
        const sum = Object.values(plan.terms).reduce((total, { weighted }) => total + weighted, 0)
        expect(plan.score).toBeCloseTo(sum, 5)
      }
    }
  })

  it('are all told of a log of thousands of entries, the newest to the console as well', async () => {
    await seedConfig(weighing({ split: 1, stockout: 0.3 }))
    expect((await post('/v1/orders', order('again-2', 'ROPE-10', 1))).status).toBe(201)
    await vi.waitFor(async () => expect(await claimsOf('again-2')).toHaveLength(1), patience)
    // Which one depends on when this isolate hears of the configuration.
    const here = (await claimsOf('again-2'))[0] === '1@east' ? 'east' : 'west'
    const there = here === 'east' ? 'west' : 'east'
    await holdAndLetGo('again-2', 1_100)
    expect((await say('down', here)).status).toBe(200)
    await vi.waitFor(async () => expect(await claimsOf('again-2')).toEqual([`1@${there}`]), patience)
    expect((await say('up', here)).status).toBe(200)

    const first = await routingOf('again-2')
    const rest = await routingOf('again-2', `?afterSeq=${first.nextSeq}`)
    expect(first.nextSeq).toBeGreaterThan(1_900)
    expect(rest.nextSeq).toBeNull()
    const placesOf = (routing: Routing) =>
      routing.decisions.flatMap(({ sourcing }) => sourcing?.plan?.shipments.map(({ location }) => location) ?? [])
    expect(placesOf(first)).toEqual([here])
    expect(placesOf(rest)).toEqual([there])

    const html = await (await Visitor.signedIn(realWorld)).page(
      `/ops/orders/${encodeURIComponent(idOf('again-2'))}/routing`,
    )
    expect(html.match(/<section/g)).toHaveLength(2)
  })
})

type Routing = {
  readonly nextSeq: number | null
  readonly decisions: readonly { sourcing: { plan: { shipments: { location: string }[] } | null } | null }[]
}
async function routingOf(externalOrderId: string, query = ''): Promise<Routing> {
  return await (await get(`/v1/orders/${encodeURIComponent(idOf(externalOrderId))}/routing${query}`)).json()
}

async function holdAndLetGo(externalOrderId: string, times: number): Promise<void> {
  const cause = { correlationId: correlationId('held'), kind: 'operator', id: 'held' } as const
  const hold = { type: 'place_hold', holdId: 'again', kind: 'manual', reason: 'once more' } as const
  const commands = Array.from({ length: times }, (_, index): OrderCommand[] => [
    { ...hold, commandId: commandId(`hold-${index}`), cause },
    { type: 'release_hold', holdId: 'again', commandId: commandId(`let-go-${index}`), cause },
  ])
  const verdicts = await actor<OrderApi>(bindings.ORDER, idOf(externalOrderId)).applyMany(
    idOf(externalOrderId),
    commands.flat(),
  )
  expect(verdicts.every(({ ok }) => ok)).toBe(true)
}
