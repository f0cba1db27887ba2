import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { beforeEach, expect, it } from 'vitest'
import { projectActor } from '../../queues/project-actor.ts'
import { consumeProjections } from '../../queues/projections.ts'
import { type RebuildProgress, rebuildProjections, resumeRebuild } from '../../queues/rebuild-projections.ts'
import type { Db } from '../../src/db/database.ts'
import { rebuildStatus } from '../../src/db/queries/rebuild-status.ts'
import { rebuilds } from '../../src/db/schema/operations.ts'
import { orders } from '../../src/db/schema/orders.ts'
import type { RebuildMessage } from '../../src/queue-messages.ts'
import { migratedDb } from '../fixtures/d1.ts'
import { dumpRows, emptyDb } from '../fixtures/dump-rows.ts'
import { shippedOrder, startMs } from '../fixtures/order-state.ts'
import { FakeActors, logEntry } from '../fixtures/projected-actors.ts'

let db: Db
let actors: FakeActors
const rebuild = { rebuildId: 'r1', requestedAtMs: startMs }

beforeEach(async () => {
  db = await migratedDb()
  await emptyDb(db)
  await db.delete(rebuilds)
  actors = new FakeActors()
  for (let index = 0; index < 60; index++) {
    const state = shippedOrder(`${2_000 + index}`, 3)
    const fake = actors.order(state.orderId)
    fake.document = state
    fake.entries = [1, 2, 3].map((seq) => logEntry(seq, { type: 'looked_at' }))
    await projectActor(actors.env(), 'order', state.orderId)
  }
})

it('gives the same rows again after all of them were lost or falsified', async () => {
  const before = await dumpRows(db)
  await db.update(orders).set({ status: 'delivered', totalMinor: 1 })
  const progress: RebuildProgress[] = []
  const projected = await rebuildProjections(actors.env(), rebuild, (made) => progress.push(made))
  expect(projected).toBe(60)
  expect(await dumpRows(db)).toEqual(before)
  expect(progress[0]).toEqual({ step: { phase: 'drop' }, actors: 0 })
  expect(progress.at(-1)?.actors).toBe(60)
  expect(await rebuildStatus(db, 'r1')).toMatchObject({ nextStep: null, actorsProjected: 60 })
})

/** Delivers what the steps send, until none is sent any more. */
async function drain(): Promise<number> {
  let steps = 0
  for (let body = actors.sent.shift(); body !== undefined; body = actors.sent.shift()) {
    steps += 1
    const message = { id: `s${steps}`, timestamp: startMs, attempts: 1, body: body as RebuildMessage }
    const batch = createMessageBatch<RebuildMessage>('projections', [message])
    await consumeProjections(batch, actors.env())
    expect((await getQueueResult(batch, createExecutionContext())).explicitAcks).toHaveLength(1)
  }
  return steps
}

it('goes step by step through the queue', async () => {
  const before = await dumpRows(db)
  actors.sent.push({ type: 'rebuild', ...rebuild, step: { phase: 'drop' } })
  expect(await drain()).toBeGreaterThanOrEqual(49)
  expect(await dumpRows(db)).toEqual(before)
})

it('ends right when steps are delivered twice and orders move on meanwhile', async () => {
  const step: RebuildMessage = { type: 'rebuild', ...rebuild, step: { phase: 'drop' } }
  actors.sent.push(step)
  for (let round = 0; round < 12; round++) {
    const body = actors.sent.shift() as RebuildMessage
    const twice = [1, 2].map((id) => ({ id: `s${round}-${id}`, timestamp: startMs, attempts: id, body }))
    await consumeProjections(createMessageBatch<RebuildMessage>('projections', twice), actors.env())
    const state = shippedOrder(`${2_000 + round * 5}`, 4 + round)
    const fake = actors.order(state.orderId)
    fake.document = state
    fake.entries.push(...Array.from({ length: 1 + round }, (_, index) => logEntry(4 + index, { type: 'looked_at' })))
    await projectActor(actors.env(), 'order', state.orderId)
  }
  actors.sent.push(step)
  await drain()
  const rebuilt = await dumpRows(db)
  await emptyDb(db)
  for (const name of actors.orders.keys()) await projectActor(actors.env(), 'order', name)
  expect(await dumpRows(db)).toEqual(rebuilt)
})

it('goes on where it stopped when its message was lost', async () => {
  const before = await dumpRows(db)
  actors.sent.push({ type: 'rebuild', ...rebuild, step: { phase: 'drop' } })
  const first = actors.sent.shift() as RebuildMessage
  await consumeProjections(
    createMessageBatch<RebuildMessage>('projections', [{ id: 's', timestamp: startMs, attempts: 1, body: first }]),
    actors.env(),
  )
  actors.sent.length = 0
  expect(await resumeRebuild(actors.env(), Date.now())).toBe(false)
  expect(await resumeRebuild(actors.env(), Date.now() + 6 * 60_000)).toBe(true)
  await drain()
  expect(await dumpRows(db)).toEqual(before)
  expect(await resumeRebuild(actors.env(), Date.now() + 60 * 60_000)).toBe(false)
})

it('ends with the whole of a log that is too long for one step', async () => {
  const [first] = actors.orders.values()
  first?.entries.push(...Array.from({ length: 5_200 }, (_, index) => logEntry(4 + index, { type: 'looked_at' })))
  expect(await rebuildProjections(actors.env(), rebuild)).toBe(60)
  expect(first?.confirmedSeq).toBe(5_203)
})

it('finds the actors in the directories, not in D1', async () => {
  await emptyDb(db)
  expect(await rebuildProjections(actors.env(), rebuild)).toBe(60)
  expect(await db.select().from(orders)).toHaveLength(60)
})
