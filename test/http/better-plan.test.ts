/** An order that is held and waits, through the served system: a cheaper location gets stock, and it moves there. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { StockActor } from '../../durable-objects/stock-actor.ts'
import { sourcingSchema } from '../../src/domain/config/sourcing.ts'
import { commandId, correlationId } from '../../src/domain/shared/ids.ts'
import type { StockCommand } from '../../src/domain/stock/stock-command.ts'
import { playQueue } from '../fixtures/play-queue.ts'
import { realWorld, Visitor } from './ops-visitor.ts'
import { claimsOf, idOf, order, receive, stateOf, typesOf } from './order-claims.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const patience = { timeout: 20_000, interval: 100 }
const minuteMs = 60_000
const cheapest = { id: 'cheapest', strategies: [{ id: 'cheap', weights: { ship: 1 } }] }

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    skus: file.skus.map((entry) => ({ ...entry, weightGrams: 800 })),
    sourcing: sourcingSchema.parse({ profiles: [cheapest], defaultProfile: 'cheapest' }),
    rates: {
      zones: [
        { zone: 1, origins: ['west'], country: 'US', postalPrefixes: [] },
        { zone: 3, origins: ['east'], country: 'US', postalPrefixes: [] },
      ],
      services: [
        {
          ...{ id: 'ground', carrier: '', currency: 'USD', deliveryMethod: 'ship', origins: [] },
          prices: [1, 3].map((zone) => ({ zone, gramsMax: 30_000, costMinor: 400 * zone })),
          transit: [1, 3].map((zone) => ({ zone, p50Days: zone, p90Days: zone + 1 })),
        },
      ],
    },
  }))
  playQueue('INBOUND_ORDERS')
  playQueue('PROJECTIONS')
})
afterEach(() => void vi.useRealTimers())
afterAll(() => vi.restoreAllMocks())

/** Held at the dearer location, the only one that has it; a person looks at it, and its ERP does not answer. */
async function held(externalOrderId: string, sku: string): Promise<void> {
  await receive(sku, 'east', 5)
  expect((await post('/v1/orders', order(externalOrderId, sku, 3))).status).toBe(201)
  await vi.waitFor(async () => expect(await claimsOf(externalOrderId)).toEqual(['3@east']), patience)
  const hold = { holdId: 'odd', kind: 'fraud', reason: 'An odd address' }
  expect((await post(`/v1/orders/${encodeURIComponent(idOf(externalOrderId))}/holds`, hold)).status).toBe(200)
}

/** Its own timer, so much later, and in a process that knows what is stored and nothing else. */
async function wakesAfter(minutes: number, externalOrderId: string): Promise<void> {
  vi.useFakeTimers({ now: Date.now() + minutes * minuteMs, toFake: ['Date'] })
  const stub = bindings.ORDER.get(bindings.ORDER.idFromName(idOf(externalOrderId)))
  await evictDurableObject(stub)
  await runInDurableObject(stub, (instance) => instance.alarm?.())
}

const available = async (sku: string, location: string) =>
  ((await (await get(`/v1/inventory/${sku}/${location}`)).json()) as { states: { available: number } }).states.available

async function routing(externalOrderId: string) {
  const path = `/v1/orders/${encodeURIComponent(idOf(externalOrderId))}/routing?verify=true`
  const answer = (await (await get(path)).json()) as { decisions: Record<string, unknown>[] }
  return answer.decisions
}

describe('an order on hold', () => {
  it('moves to the cheaper location once that has stock, and says why', async () => {
    await held('move-1', 'ROPE-10')
    await receive('ROPE-10', 'west', 5)
    await wakesAfter(31, 'move-1')
    await vi.waitFor(async () => expect(await claimsOf('move-1')).toEqual(['3@west']), patience)
    await vi.waitFor(async () => expect(await available('ROPE-10', 'east')).toBe(5), patience)
    expect(await available('ROPE-10', 'west')).toBe(2)
    expect((await stateOf('move-1'))?.lines[0]?.quantities).toMatchObject({ reserved: 3, open: 0, released: 0 })
    const moved = (await routing('move-1')).filter(({ reason }) => reason !== null)
    expect(moved).toMatchObject([
      {
        type: 'planned',
        reason: 'better_plan',
        rerun: 'same',
        sourcing: {
          strategy: 'cheap',
          plan: { allocations: [{ location: 'west', quantity: 3 }], current: false, gainPercent: 66.666667 },
          attempts: [{ plans: [{ current: false }, { current: true, allocations: [{ location: 'east' }] }] }],
        },
      },
    ])
    expect(await typesOf('move-1')).toEqual(expect.arrayContaining(['plan_reviewed']))
  })

  it('is shown in the console with the plan that it had', async () => {
    const visitor = await Visitor.signedIn(realWorld)
    const html = await visitor.page(`/ops/orders/${encodeURIComponent(idOf('move-1'))}/routing`)
    expect(html).toMatch(/a better plan than the one that was held/)
    expect(html).toMatch(/Held before/)
    expect(html).toMatch(/66\.7 % better/)
  })

  it('stays where it is when the new units are refused', async () => {
    await held('move-2', 'ROPE-20')
    await receive('ROPE-20', 'west', 5)
    const before = await stateOf('move-2')
    const { applyMany } = StockActor.prototype
    const spy = vi.spyOn(StockActor.prototype, 'applyMany').mockImplementation(async function (
      this: StockActor,
      ...asked
    ) {
      const [position, commands] = asked
      const isNewHold = position === 'ROPE-20@west' && commands.some(({ type }) => type === 'hold')
      return applyMany
        .call(this, position, isNewHold ? [sold(), ...commands] : commands)
        .then((all) => (isNewHold ? all.slice(1) : all))
    })
    await wakesAfter(31, 'move-2')
    await vi.waitFor(async () => expect(await typesOf('move-2')).toContain('stock_refused'), patience)
    spy.mockRestore()
    const after = await stateOf('move-2')
    expect(after?.reservations).toEqual(before?.reservations)
    expect(after?.plan).toEqual(before?.plan)
    expect(after?.lines).toEqual(before?.lines)
    expect([await available('ROPE-20', 'east'), await available('ROPE-20', 'west')]).toEqual([2, 0])
  })
})

/** Somebody else was faster. */
function sold(): StockCommand {
  const cause = { correlationId: correlationId('test'), kind: 'delivery', id: 'sold' } as const
  return {
    ...{ type: 'move', movementId: 'sold', movement: 'adjustment', state: 'available', quantity: -5 },
    ...{ occurredAtMs: Date.now(), reference: null, commandId: commandId('sold'), cause },
  } as StockCommand
}
