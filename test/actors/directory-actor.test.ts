import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { expect, it } from 'vitest'
import type { DirectoryActor } from '../../durable-objects/directory-actor.ts'
import { actor, type DirectoryApi } from '../../src/actor-apis.ts'
import { testEnv } from '../fixtures/d1.ts'

function directory(name: string) {
  // Cast justified: the bindings are typed without their classes, and this one's class is DirectoryActor.
  const stub = testEnv.DIRECTORY.get(testEnv.DIRECTORY.idFromName(name)) as DurableObjectStub<DirectoryActor>
  return { stub, api: actor<DirectoryApi>(testEnv.DIRECTORY, name) }
}

it('lists names once each, sorted, page by page', async () => {
  const { api } = directory('order/0')
  await api.register(['b', 'a', 'c', 'a'])
  await api.register(['c', 'd'])
  expect(await api.list(null, 2)).toEqual(['a', 'b'])
  expect(await api.list('b', 2)).toEqual(['c', 'd'])
  expect(await api.list('d', 2)).toEqual([])
})

it('takes more names at once than a statement has parameters', async () => {
  const { api } = directory('order/1')
  const names = Array.from({ length: 1_234 }, (_, index) => `shopify-us:${10_000 + index}`)
  await api.register(names)
  const first = await api.list(null, 5_000)
  expect(first).toHaveLength(1_000)
  expect([...first, ...(await api.list(first.at(-1) ?? null, 1_000))]).toEqual(names)
})

it('remembers its names when it is evicted', async () => {
  const { stub, api } = directory('stock/3')
  await api.register(['ROPE-10@east'])
  await evictDurableObject(stub)
  expect(await api.list(null, 10)).toEqual(['ROPE-10@east'])
})

it('writes nothing when it is only read, and nothing for names it has', async () => {
  const { stub, api } = directory('inbox/9')
  expect(await api.list(null, 10)).toEqual([])
  await runInDurableObject(stub, (_instance, state) => {
    expect(state.storage.sql.exec('SELECT name FROM sqlite_master').toArray()).toEqual([])
  })
  await api.register(['shopify-us/0'])
  const rowsWritten = await runInDurableObject(stub, async (instance, state) => {
    const exec = state.storage.sql.exec.bind(state.storage.sql)
    let statements = 0
    state.storage.sql.exec = (...given) => {
      statements += 1
      return exec(...given)
    }
    await instance.register(['shopify-us/0'])
    return statements
  })
  expect(rowsWritten).toBe(0)
})

it('takes names that look like SQL as names', async () => {
  const { api } = directory('order/2')
  const odd = ["'; DROP TABLE names; --", 'é', '\u{1f4e6}', 'a"b']
  await api.register(odd)
  expect([...(await api.list(null, 10))].sort()).toEqual([...odd].sort())
})
