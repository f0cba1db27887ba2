/** Anything may happen in any order, with a crash at any port; then the world heals, and the order comes to its end. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Step, steps, Walk } from '../../fixtures/order-walk.ts'

async function walked(allowPartial: boolean, isLimited: boolean, taken: readonly Step[]): Promise<void> {
  const walk = new Walk(allowPartial, isLimited)
  for (const step of taken) {
    await walk.take(step)
    walk.rig.check()
  }
  await walk.heal()
  walk.rig.check()
  expect(walk.hasEnded(), `ended as ${walk.rig.state.stage}`).toBe(true)
  expect(walk.rig.stock.claimed()).toBe(0)
  expect(walk.days?.leaked() ?? []).toEqual([])
  const creates = walk.rig.state.intents.filter((intent) => intent.kind === 'erp_create_order')
  const cancels = walk.rig.state.intents.filter((intent) => intent.kind === 'erp_cancel_order')
  expect(creates.length).toBeLessThanOrEqual(cancels.length + 1)
}

describe('a random walk', () => {
  it('keeps every invariant and ends well once the world heals', async () => {
    const anywhere = fc.asyncProperty(fc.boolean(), steps, (partial, taken) => walked(partial, false, taken))
    await fc.assert(anywhere, { numRuns: 400 })
  }, 60_000)

  it('claims the days of locations as it claims their units, and gives every unused one back', async () => {
    const counted = fc.asyncProperty(fc.boolean(), steps, (partial, taken) => walked(partial, true, taken))
    await fc.assert(counted, { numRuns: 100 })
  }, 60_000)
})
