import { describe, expect, it } from 'vitest'
import { checkInvariants } from '../../../scripts/check/check-invariants.ts'
import { aSecret, checkedCompany, type World, worldAtRest } from './checked-company.ts'

/** One look is enough where nothing lags. */
const breachesOf = async (spoil: (world: World) => void) => {
  const world = await worldAtRest()
  spoil(world)
  return checkInvariants(checkedCompany(world), 0)
}

const first = <Item>(items: readonly Item[]): Item => {
  const [item] = items
  if (item === undefined) throw new Error('there is none')
  return item
}

const set = <Target extends object>(target: Target, change: Partial<Target>) => void Object.assign(target, change)

/** The shop and the feed agree with each other, and not with what lies there. */
function showEverywhere({ shown, feed }: World, units: number): void {
  for (const key of shown.keys()) shown.set(key, units)
  for (const listing of feed) listing.acknowledged = { value: units }
}
const received = 5

const spoilt: readonly (readonly [string, string, (world: World) => void])[] = [
  ['I1', 'states that do not add up', (world) => set(world.states, { available: 4 })],
  ['I1', 'a negative state', (world) => set(world.states, { incoming: -1 })],
  ['I1', 'a ledger that ends elsewhere', (world) => set(world, { ledgerEndsAt: 9 })],
  ['I2', 'more shipped than was received', (world) => set(world, { received: 2 })],
  ['I2', 'a claim that only the position knows', ({ states }) => set(states, { available: 1, committed: 1 })],
  ['I3', 'an acknowledged order that is not there', (world) => void world.acknowledged.push('shopify-us:1002')],
  ['I3', 'an order that is listed twice', (world) => void world.listed.push({ ...first(world.listed) })],
  ['I4', 'a second sale at the ERP', (world) => void world.sales.push({ ...first(world.sales), number: 'SO-2' })],
  ['I4', 'no sale at the ERP', (world) => void world.sales.pop()],
  ['I4', 'a sale of another quantity', (world) => set(first(first(world.sales).lines), { quantity: 2 })],
  ['I4', 'a shipment that the ERP was not told of', (world) => void world.booked.pop()],
  ['I4', 'a release that was picked twice', (world) => set(first(world.floor), { picks: 2 })],
  ['I4', 'a release that the warehouse does not have', (world) => void world.floor.pop()],
  ['I4', 'a parcel that nobody was told of', (world) => set(first(first(world.floor).lines), { shipped: 2 })],
  ['I4', 'a fulfilment told twice', (world) => void world.fulfilments.push(first(world.fulfilments))],
  ['I4', 'a fulfilment without its number', (world) => void first(world.fulfilments).tracking_numbers.pop()],
  ['I2', 'a shop that shows more than there is', (world) => showEverywhere(world, received)],
  ['I4', 'a shop that shows what was not confirmed', ({ shown }) => void shown.set(first([...shown.keys()]), 1)],
  ['I4', 'a figure that the shop was not told of', (world) => set(first(world.feed), { state: 'ready' })],
  ['I4', 'a listing that the feed does not know', (world) => void world.feed.pop()],
  ['I4', 'a product that the feed does not know', (world) => void world.feed.shift()],
  ['I4', 'a product that says something else', ({ products }) => set(first([...products.values()]), { title: 'SALE' })],
  ['I4', 'words that were not confirmed', ({ feed }) => set(first(feed), { acknowledged: null })],
  ['I5', 'a call that is still under way', (world) => set(first(world.order.calls), { status: 'unknown' })],
  ['I5', 'a rejected call without a case', (world) => set(first(world.order.calls), { status: 'rejected' })],
  ['I5', 'an order that waits for us', (world) => set(world.order, { nextActor: 'crossdock' })],
  ['I6', 'a gap in the sequence', (world) => void world.timeline.splice(3, 1)],
  ['I6', 'a version that the log does not reach', (world) => set(world.order, { version: 99 })],
  ['I6', 'another end than the log says', (world) => set(world.order, { stage: 'released' })],
  ['I6', 'an event that is not possible there', (world) => set(first(world.timeline), { event: { type: 'closed' } })],
  ['I7', 'a broken chain', (world) => set(world.audit, { valid: false, brokenAtSeq: 2 })],
  ['I7', 'a copy that differs', (world) => set(world.audit, { published: 'differs' })],
  ['I8', 'a delivery without an end', (world) => set(first(world.deliveries), { status: 'received' })],
  ['I8', 'a rejected one without a reason', (world) => set(first(world.deliveries), { status: 'rejected' })],
  ['I8', 'fewer deliveries than were acknowledged', (world) => set(world, { metrics: '' })],
  ['I8', 'more deliveries than were sent', (world) => set(world, { attempted: 0 })],
  ['I9', 'a list that lags behind', (world) => set(first(world.listed), { version: 1 })],
  ['I9', 'a transfer that is listed as it was', (world) => set(world.listedTransfer, { status: 'in_transit' })],
  ['I9', 'lost units that no list shows', (world) => set(world.listedTransfer, { writtenOff: 1 })],
  ['I9', 'a delivery that is not listed', (world) => void world.deliveries.pop()],
  ['I9', 'a case of no order', (world) => void world.cases.push({ orderId: 'x:1', category: 'stuck_order' })],
  ['I9', 'an availability that missed a change', (world) => set(first(world.held), { version: 0 })],
  ['I9', 'an availability that says otherwise', (world) => set(first(world.held).states, { available: 99 })],
  ['I9', 'an availability that was never told', (world) => void world.held.pop()],
  ['I10', 'a secret in the output', (world) => set(world, { output: `login with ${aSecret}` })],
  ['I10', "a buyer's name in the output", (world) => set(world, { output: 'for Ada Quay' })],
]

describe('the checker', () => {
  it('finds nothing wrong with a company in order', async () => {
    expect(await breachesOf(() => {})).toEqual([])
  })

  it.each(spoilt)('%s: finds %s', async (invariant, _what, spoil) => {
    const found = await breachesOf(spoil)
    expect(found.map((breach) => breach.split(/[ :]/)[0])).toContain(invariant)
  })

  it('asks whether the sale of a cancelled order still lives, not what the ERP calls it', async () => {
    const cancelledWith = (isLive: boolean) =>
      breachesOf(({ order, sales }) => {
        set(order, { stage: 'cancelled' })
        set(first(sales), { isLive })
      })
    const breach = 'I4 shopify-us:1001: cancelled, still at the ERP'
    expect(await cancelledWith(true)).toContain(breach)
    expect(await cancelledWith(false)).not.toContain(breach)
  })

  it('does not compare an order with what the list said before it moved on', async () => {
    const { api, ...company } = checkedCompany(await worldAtRest())
    let lists = 0
    const get: typeof api.get = async <T>(path: string) => {
      const answer = await api.get<T>(path)
      if (!path.startsWith('/v1/orders?') || lists++ > 0) return answer
      const { orders } = answer.body as { orders: readonly { version: number }[] }
      const asItWas = { ...answer.body, orders: orders.map((row) => ({ ...row, version: row.version - 1 })) }
      return { ...answer, body: asItWas }
    }
    expect(await checkInvariants({ ...company, api: { ...api, get } }, 0)).toEqual([])
    expect(lists).toBe(2)
  })

  it('does not take an instance that cannot be read for one in order', async () => {
    const company = checkedCompany(await worldAtRest())
    const api = { ...company.api, text: () => Promise.reject(new Error('503')) }
    expect(await checkInvariants({ ...company, api }, 0)).toEqual(['it does not answer: Error: 503'])
  })
})
