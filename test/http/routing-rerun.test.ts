/** What was decided once is decided again the same, whatever was configured, activated or moved since. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ConfigFile } from '../../src/domain/config/config.ts'
import { playQueue } from '../fixtures/play-queue.ts'
import { profileOf } from '../fixtures/sourcing.ts'
import { claimsOf, idOf, order, receive } from './order-claims.ts'
import { seedConfig } from './seed-config.ts'
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
const say = (status: 'up' | 'down') => post('/v1/locations/east/availability', { status, reason: 'flood' })

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
})
