import { evictDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DeliveryPort } from '../../queues/work-deliveries.ts'
import { actor, type InboxApi, type StockApi } from '../../src/actor-apis.ts'
import type { CanonicalEvent } from '../../src/connectors/ports.ts'
import { correlationId } from '../../src/domain/shared/ids.ts'
import type { Env } from '../../src/env.ts'
import { inboxBreaches } from '../fixtures/check-inbox.ts'
import { stockBreaches } from '../fixtures/check-stock.ts'
import { testEnv } from '../fixtures/d1.ts'
import { drainQueue, receive, rigPort } from '../fixtures/queue-rig.ts'

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

/** Fails once, before or after the call has had its effect: a crash is one or the other, seen from outside. */
class OneCrash {
  #spent = false
  readonly #when: 'before' | 'after'

  constructor(when: 'before' | 'after') {
    this.#when = when
  }

  async around<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    if (this.#spent) return call()
    this.#spent = true
    if (this.#when === 'after') await call()
    throw new Error('the process died')
  }
}

type Step = 'read' | 'translate' | 'apply' | 'settle'

/** The inbox behind the binding, with one of its methods dying once. */
function envDyingAt(step: Step, crash: OneCrash): Env {
  if (step !== 'read' && step !== 'settle') return testEnv
  const get = (id: DurableObjectId) => {
    // Only the two methods that the consumer calls are wrapped.
    const real = actor<InboxApi>(testEnv.INBOX, id.name ?? '')
    return {
      read: (ids: readonly string[]) => (step === 'read' ? crash.around(() => real.read(ids)) : real.read(ids)),
      settleMany: (settlements: Parameters<InboxApi['settleMany']>[0]) =>
        step === 'settle' ? crash.around(() => real.settleMany(settlements)) : real.settleMany(settlements),
    }
  }
  // Cast justified: the consumer uses a namespace only to look a stub up by name.
  const namespace = { idFromName: (name: string) => testEnv.INBOX.idFromName(name), get } as unknown
  return { ...testEnv, INBOX: namespace as DurableObjectNamespace }
}

function portDyingAt(step: Step, crash: OneCrash, account: string): DeliveryPort {
  const port = rigPort(account)
  if (step === 'translate') {
    const isSku = (sku: string) => crash.around(() => port.routing.isSku(sku))
    return { ...port, routing: { ...port.routing, isSku } }
  }
  if (step !== 'apply') return port
  const stock: DeliveryPort['actors']['stock'] = (position) => {
    const real = actor<StockApi>(testEnv.STOCK, position)
    return { applyMany: (name, commands) => crash.around(() => real.applyMany(name, commands)) }
  }
  return { ...port, actors: { ...port.actors, stock } }
}

const moved = (sku: string, movementId: string, quantity: number): CanonicalEvent => ({
  type: 'stock_moved',
  sku,
  location: 'east',
  movementId,
  movement: 'receipt',
  state: 'available',
  quantity,
  occurredAtMs: 1_000,
  reference: null,
})

describe('a consumer that dies', () => {
  const deaths = (['read', 'translate', 'apply', 'settle'] as const).flatMap((step) =>
    (['before', 'after'] as const).map((when) => [when, step] as const),
  )

  it.each(deaths)('%s %s: the message comes again and ends as if nothing had happened', async (when, step) => {
    const account = `crash-${step}-${when}`
    const sku = `SKU-${account}`
    const first = await receive(account, { key: 'a', shardKey: 's', body: [moved(sku, 'm1', 5), moved(sku, 'm2', 7)] })
    const second = await receive(account, { key: 'b', shardKey: 's', body: [moved(sku, 'm3', 1)] })
    const crash = new OneCrash(when)
    const { dead } = await drainQueue([first.body, second.body], portDyingAt(step, crash, account), {
      env: envDyingAt(step, crash),
    })
    expect(dead).toEqual([])
    const inbox = actor<InboxApi>(testEnv.INBOX, first.inbox)
    expect(await inbox.counts()).toEqual({ applied: 2, repeats: 0 })
    const position = `${sku}@east`
    expect((await actor<StockApi>(testEnv.STOCK, position).view(position)).states.onHand).toBe(13)
    expect(await inboxBreaches(first.inbox)).toEqual([])
    expect(await stockBreaches(position)).toEqual([])
  })

  it('after everything but the acknowledgement: the second time finds it settled', async () => {
    const account = 'crash-ack'
    const { body, inbox } = await receive(account, { key: 'a', shardKey: 's', body: [moved('SKU-ack', 'm1', 5)] })
    await drainQueue([body], rigPort(account))
    await evictDurableObject(testEnv.INBOX.get(testEnv.INBOX.idFromName(inbox)))
    await drainQueue([body, body], rigPort(account))
    expect(await actor<InboxApi>(testEnv.INBOX, inbox).counts()).toEqual({ applied: 1, repeats: 0 })
    const view = await actor<StockApi>(testEnv.STOCK, 'SKU-ack@east').view('SKU-ack@east')
    expect(view.states.onHand).toBe(5)
  })

  it('for good: the delivery is a dead letter with its body kept, and a replay gets it through', async () => {
    const account = 'crash-forever'
    const { body, inbox, receipt } = await receive(account, {
      key: 'a',
      shardKey: 's',
      body: [moved('SKU-dead', 'm1', 5)],
    })
    const port = rigPort(account)
    const stock = () => ({ applyMany: async () => Promise.reject(new Error('the process died')) })
    const { dead } = await drainQueue([body], { ...port, actors: { ...port.actors, stock } })
    expect(dead).toEqual([body])
    const api = actor<InboxApi>(testEnv.INBOX, inbox)
    expect(await api.read([receipt.deliveryId])).toMatchObject([
      { status: 'dead_lettered', reason: 'attempts_exhausted' },
    ])
    const cause = { correlationId: correlationId('c-operator'), kind: 'operator', id: 'ops@example.com' } as const
    expect(await api.replay(receipt.deliveryId, cause)).toBe(true)
    await drainQueue([body], port)
    expect(await api.counts()).toEqual({ applied: 1, repeats: 0 })
    expect(await inboxBreaches(inbox)).toEqual([])
  })
})
