import { expect, it } from 'vitest'
import { GroupCommit } from '../../durable-objects/group-commit.ts'
import { Turns } from '../../durable-objects/turns.ts'
import { err, ok } from '../../src/domain/shared/result.ts'

it('applies what is parked in one turn as one batch, in order, and answers each', async () => {
  const batches: number[][] = []
  const group = new GroupCommit<number, number>((items) => {
    batches.push([...items])
    return items.map((item) => ok(item * 2))
  })
  expect(await Promise.all([1, 2, 3].map((item) => group.join(item)))).toEqual([2, 4, 6])
  expect(await group.join(4)).toBe(8)
  expect(batches).toEqual([[1, 2, 3], [4]])
  expect([group.batches, group.items]).toEqual([2, 4])
})

it('fails the item that threw and none beside it', async () => {
  const group = new GroupCommit<number, number>((items) =>
    items.map((item) => (item === 2 ? err(new Error('two')) : ok(item))),
  )
  const outcomes = await Promise.allSettled([1, 2, 3].map((item) => group.join(item)))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

it('fails the whole batch when it cannot be applied, and serves the next', async () => {
  let broken = true
  const group = new GroupCommit<number, number>((items) => {
    if (broken) throw new Error('rolled back')
    return items.map(ok)
  })
  const outcomes = await Promise.allSettled([group.join(1), group.join(2)])
  expect(outcomes).toMatchObject([{ reason: { message: 'rolled back' } }, { reason: { message: 'rolled back' } }])
  broken = false
  expect(await group.join(3)).toBe(3)
})

it('parks a bounded number and takes a group whole or not at all', async () => {
  const group = new GroupCommit<number, number>((items) => items.map(ok), 3)
  const parked = [group.join(1), group.join(2)]
  expect(group.joinAll([3, 4])).toBeNull()
  expect(await Promise.all(group.joinAll([3]) ?? [])).toEqual([3])
  expect(await Promise.all(parked)).toEqual([1, 2])
  expect(await group.join(5)).toBe(5)
})

it('gives turns one at a time per key, and to other keys beside it', async () => {
  const turns = new Turns(10)
  const order: string[] = []
  const step = (name: string) => async () => {
    order.push(`${name} begins`)
    await scheduler.wait(1)
    order.push(`${name} ends`)
    return name
  }
  const taken = [turns.take('a', step('a1')), turns.take('a', step('a2')), turns.take('b', step('b1'))]
  expect(await Promise.all(taken)).toEqual(['a1', 'a2', 'b1'])
  expect(order.indexOf('a2 begins')).toBeGreaterThan(order.indexOf('a1 ends'))
  expect(order.indexOf('b1 begins')).toBeLessThan(order.indexOf('a1 ends'))
})

it('goes on with the next turn when one fails, and refuses keys beyond its bound', async () => {
  const turns = new Turns(1)
  const failing = turns.take('a', () => Promise.reject(new Error('failed')))
  const next = turns.take('a', async () => 'next')
  expect(turns.take('b', async () => 'refused')).toBeNull()
  expect((await Promise.allSettled([failing])).map(({ status }) => status)).toEqual(['rejected'])
  expect(await next).toBe('next')
  await scheduler.wait(0)
  expect(await turns.take('b', async () => 'served')).toBe('served')
})
