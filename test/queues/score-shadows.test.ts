import { beforeAll, describe, expect, it } from 'vitest'
import { scoreShadows } from '../../queues/score-shadows.ts'
import type { LogEntry } from '../../src/domain/order/order-command.ts'
import { correlationId } from '../../src/domain/shared/ids.ts'
import { decideSourcing } from '../../src/domain/sourcing/decide-sourcing.ts'
import { keptDecision } from '../../src/domain/sourcing/kept-decision.ts'
import { profileSchema } from '../../src/domain/sourcing/profile.ts'
import type { SourcingRequest } from '../../src/domain/sourcing/request.ts'
import { testEnv } from '../fixtures/d1.ts'
import { lane, lineOf, placeOf, profileOf, requestOf } from '../fixtures/sourcing.ts'
import { seedConfig } from '../http/seed-config.ts'
import { get, post } from '../http/send.ts'

const cheapest = { id: 'cheap', strategies: [{ id: 'cheapest', weights: { ship: 1 } }] }
/** Near is first by priority, far is a quarter of the price. */
const carriage = (costMinor: number) => [lane({ brackets: [{ gramsMax: 30_000, costMinor }] })]
const request: SourcingRequest = requestOf(
  [lineOf('1', 2)],
  [
    placeOf('near', { ROPE: 9 }, { priority: 1, lanes: carriage(800) }),
    placeOf('far', { ROPE: 9 }, { priority: 2, lanes: carriage(200) }),
  ],
  profileOf({ id: 'near', weights: { priority: 1 } }),
)
const planned = (seq: number, atMs: number, asked: SourcingRequest = request): LogEntry => ({
  seq,
  atMs,
  type: 'planned',
  cause: { correlationId: correlationId('c'), kind: 'saga', id: 'plan' },
  event: JSON.stringify({ type: 'planned', plan: {}, decision: keptDecision(asked, decideSourcing(asked)) }),
  hash: '',
})
const report = async () => (await (await get('/v1/sourcing/profiles/cheap/shadow')).json()) as Record<string, unknown>
const later = () => Date.now() + 60_000

beforeAll(async () => {
  await seedConfig()
  await post('/v1/sourcing/profiles', { profile: cheapest, comment: 'Save carriage' })
  await post('/v1/sourcing/profiles/cheap/shadow', { expectedRevision: 1, samplePercent: 100, comment: 'Try' })
})

describe('a profile in shadow', () => {
  it('is compared with each plan that an order was given, once, from the same request', async () => {
    await scoreShadows(testEnv, 'b2b:1', [planned(7, later())])
    await scoreShadows(testEnv, 'b2b:1', [planned(7, later())])
    expect(await report()).toMatchObject({
      revision: 1,
      report: {
        orders: 1,
        differing: 1,
        splits: { activeTotal: 0, shadowTotal: 0 },
        money: [{ currency: 'EUR', cost: { activeTotal: 800, shadowTotal: 200, difference: { mean: -600 } } }],
      },
      differing: [{ orderId: 'b2b:1', active: { strategy: 'near' }, shadow: { strategy: 'cheapest' } }],
      nextCursor: null,
    })
  })

  it('counts the same plan as the same', async () => {
    const agreed = { ...request, candidates: request.candidates.slice(1) }
    await scoreShadows(testEnv, 'b2b:2', [planned(3, later(), agreed)])
    const { report: figures, differing } = await report()
    expect(figures).toMatchObject({ orders: 2, differing: 1 })
    expect(differing).toHaveLength(1)
  })

  it('leaves out plans from before it began, and orders that are not in the sample', async () => {
    const before = await report()
    await scoreShadows(testEnv, 'b2b:3', [planned(3, 1)])
    expect(await report()).toEqual(before)
  })

  it('reports an order that is planned again once, by what was decided first', async () => {
    const before = await report()
    await scoreShadows(testEnv, 'b2b:1', [planned(9, later()), planned(11, later())])
    expect(await report()).toEqual(before)
  })

  it('is not compared with itself once it is in force', async () => {
    const before = await report()
    await scoreShadows(testEnv, 'b2b:4', [planned(3, later(), { ...request, profile: profileSchema.parse(cheapest) })])
    expect(await report()).toEqual(before)
  })

  it('is credited with what the other found no way for', async () => {
    const none = { ...request, profile: profileOf({ id: 'none', constraints: { locationKinds: ['store'] } }) }
    const [type, event] = ['units_backordered', { decision: keptDecision(none, decideSourcing(none)) }]
    await scoreShadows(testEnv, 'b2b:5', [{ ...planned(3, later()), type, event: JSON.stringify({ type, ...event }) }])
    expect(await report()).toMatchObject({
      report: { orders: 3, differing: 2, activeUnplannedUnits: 2, shadowUnplannedUnits: 0 },
    })
  })

  it('does not hold up the projection when it cannot be measured', async () => {
    const broken = { ...planned(9, later()), event: '{' }
    await expect(scoreShadows(testEnv, 'b2b:9', [broken])).resolves.toBeUndefined()
  })
})
