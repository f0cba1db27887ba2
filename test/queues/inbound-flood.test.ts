import { describe, expect, it, vi } from 'vitest'
import { projectActor } from '../../queues/project-actor.ts'
import { actor, type InboxApi, type StockApi } from '../../src/actor-apis.ts'
import type { CanonicalEvent } from '../../src/connectors/ports.ts'
import { type Cursor, parseCursor } from '../../src/db/page.ts'
import { openExceptions } from '../../src/db/queries/open-exceptions.ts'
import type { InboundMessage } from '../../src/queue-messages.ts'
import { inboxBreaches } from '../fixtures/check-inbox.ts'
import { stockBreaches } from '../fixtures/check-stock.ts'
import { migratedDb, testEnv } from '../fixtures/d1.ts'
import { drainQueue, receive, rigPort, seededRandom, shuffled, type Told } from '../fixtures/queue-rig.ts'

const account = 'flood'
const deliveries = 5_000
const skus = 20
const locations = ['east', 'west'] as const
const seed = 20_261_121

const receipt = (index: number, random: () => number): Extract<CanonicalEvent, { type: 'stock_moved' }> => ({
  type: 'stock_moved',
  sku: `SKU-${index % skus}`,
  location: locations[index % locations.length] ?? 'east',
  movementId: `move-${index}`,
  movement: 'receipt',
  state: 'available',
  quantity: 1 + Math.floor(random() * 9),
  occurredAtMs: 1_000 + index,
  reference: null,
})

/** Every fiftieth tells a movement again under another delivery, every hundredth breaks its reader, some are no JSON. */
function story(random: () => number) {
  const moved: Extract<CanonicalEvent, { type: 'stock_moved' }>[] = []
  const told = Array.from({ length: deliveries }, (_, index): Told => {
    const base = { key: `event:${index}`, shardKey: `SKU-${index % skus}` }
    if (index % 100 === 99) return { ...base, body: 'poison' }
    if (index % 250 === 101) return { ...base, body: '{broken' }
    const known = moved[index - 40]
    if (index % 50 === 49 && known) return { ...base, shardKey: known.sku, body: [known] }
    const movement = receipt(index, random)
    moved.push(movement)
    return { ...base, body: [movement] }
  })
  return { told, moved }
}

/** One to five copies of each message, shuffled; a tenth of the copies come long after everything else. */
function asDelivered(messages: readonly InboundMessage[], random: () => number): InboundMessage[] {
  const copies = messages.flatMap((message) => Array.from({ length: 1 + Math.floor(random() * 5) }, () => message))
  const mixed = shuffled(copies, random)
  const late = mixed.filter((_, index) => index % 10 === 0)
  return [...mixed.filter((_, index) => index % 10 !== 0), ...shuffled(late, random)]
}

describe(`5,000 deliveries, each message one to five times, shuffled, a tenth late (seed ${seed})`, () => {
  it('has exactly the effects of the unique ids, and the poison harms nobody', { timeout: 300_000 }, async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const random = seededRandom(seed)
    const { told, moved } = story(random)
    const received = await Promise.all(told.map((each) => receive(account, each)))
    const messages = asDelivered(
      received.map((each) => each.body),
      random,
    )
    const { dead } = await drainQueue(messages, rigPort(account))

    const poisoned = told.flatMap((each, index) =>
      each.body === 'poison' ? [received[index]?.receipt.deliveryId] : [],
    )
    expect(new Set(dead.map((message) => message.type === 'delivery' && message.deliveryId))).toEqual(new Set(poisoned))
    const inboxes = [...new Set(received.map((each) => each.inbox))]
    expect(await totals(inboxes)).toEqual({
      received: 0,
      dead_lettered: poisoned.length,
      rejected: told.filter((each) => each.body === '{broken').length,
      duplicate: told.filter((each) => Array.isArray(each.body)).length - moved.length,
      applied: moved.length,
    })
    await expectUnits(moved)
    for (const inbox of inboxes) expect(await inboxBreaches(inbox)).toEqual([])
    await expectCases(inboxes, poisoned)
  })
})

/** Every position holds exactly what the unique movements brought, and is sound. */
async function expectUnits(moved: readonly Extract<CanonicalEvent, { type: 'stock_moved' }>[]): Promise<void> {
  const byPosition = Map.groupBy(moved, (event) => `${event.sku}@${event.location}`)
  for (const [position, movements] of byPosition) {
    const view = await actor<StockApi>(testEnv.STOCK, position).view(position)
    const expected = movements.reduce((sum, movement) => sum + movement.quantity, 0)
    expect(`${position} ${view.states.onHand}`).toBe(`${position} ${expected}`)
    expect(await stockBreaches(position)).toEqual([])
  }
}

async function totals(inboxes: readonly string[]): Promise<Record<string, number>> {
  const sum: Record<string, number> = { received: 0, applied: 0, duplicate: 0, rejected: 0, dead_lettered: 0 }
  for (const inbox of inboxes) {
    const counts = await actor<InboxApi>(testEnv.INBOX, inbox).counts()
    for (const status of Object.keys(sum)) sum[status] = (sum[status] ?? 0) + (counts[status] ?? 0)
  }
  return sum
}

/** Each dead delivery is a case that a person sees, and its message is still in its inbox. */
async function expectCases(inboxes: readonly string[], poisoned: readonly (string | undefined)[]): Promise<void> {
  const db = await migratedDb()
  for (const inbox of inboxes) await projectActor(testEnv, 'inbox', inbox)
  const seen = new Map<string | null, string>()
  for (let cursor: Cursor | null = null, more = true; more; ) {
    const page = await openExceptions(db, { limit: 100, cursor })
    for (const row of page.rows) seen.set(row.deliveryId, row.sourceName)
    cursor = page.nextCursor === null ? null : parseCursor(page.nextCursor)
    more = cursor !== null
  }
  for (const id of poisoned) {
    const inbox = seen.get(id ?? '')
    expect(inbox, `an open case for delivery ${id}`).toBeDefined()
    expect(await actor<InboxApi>(testEnv.INBOX, inbox ?? '').read([id ?? ''])).toMatchObject([{ body: 'poison' }])
  }
}
