/** The main job on real input: from a signed webhook to a delivered parcel, and what goes wrong on the way. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keptByAccount } from '../../scripts/check/check-deliveries.ts'
import type { OrderView } from '../../scripts/check/instance-views.ts'
import { eventually } from '../../scripts/client/api-client.ts'
import { orderStream } from '../../scripts/sandbox/shopify-stream.ts'
import { type ReceivedStock, receiveStock } from '../../scripts/start/load-stock.ts'
import { comeToRest } from './come-to-rest.ts'
import { breachesOf, type Company, startCompany } from './company.ts'
import { type RunningCrossdock, runInProcess } from './run-in-process.ts'
import { evenStock, openStorefront, orderIdOf, type Storefront } from './storefront.ts'

const seed = 42
const streamed = 24
/** What comes too early is looked at again after as long as it has waited: twice what a busy machine takes. */
const restTimeoutMs = 180_000

let company: Company
let running: RunningCrossdock
let shop: Storefront
let stock: ReceivedStock[]
/** Orders that did not come from the store. */
const others: string[] = []
const stream = (catalog: Company['catalog']) =>
  orderStream({ seed, count: streamed, catalog, startMs: Date.now() - streamed * 10_000 })

beforeAll(async () => {
  company = await startCompany({ seed, east: { packs: { 'ROPE-10': 2 } } })
  running = await runInProcess(company)
  shop = openStorefront(company, seed)
  stock = evenStock(company, { east: 40, west: 60 })
  await receiveStock(running.api, stock, 'opening')
})
afterAll(async () => {
  await running?.stop()
  await company?.stop()
})

const orderPath = (id: string) => `/v1/orders/${encodeURIComponent(id)}`

async function read(id: string): Promise<OrderView> {
  return (await running.api.get<OrderView>(orderPath(id))).body
}

async function reaches(id: string, status: string): Promise<OrderView> {
  const there = async () => {
    const order = await running.api.get<OrderView>(orderPath(id))
    return order.status === 200 && order.body.status === status ? order.body : null
  }
  const found = await eventually(there, restTimeoutMs)
  if (found === null) throw new Error(`${id} is not ${status}: ${JSON.stringify(await read(id))}`)
  return found
}

/** Units that came in later, told by the warehouse itself. */
function arrive(sku: string, quantity: number): void {
  company.partners.east.receive(sku, quantity)
  stock = stock.map((entry) => {
    const isHere = entry.sku === sku && entry.location === 'east'
    return isHere ? { ...entry, received: entry.received + quantity } : entry
  })
}

describe('a day at the store', () => {
  const day = {
    orders: [] as readonly OrderView[],
    expected: null as ReturnType<typeof orderStream>['expected'] | null,
  }

  beforeAll(async () => {
    const { orders, events, expected } = stream(company.catalog)
    for (const order of orders) company.partners.store.records.addOrder(order)
    await shop.sendAll(events)
    expect(await comeToRest(running.api, company.partners, streamed, restTimeoutMs)).toBeNull()
    day.expected = expected
    day.orders = await Promise.all(expected.captured.map((id) => read(orderIdOf(id))))
  })

  it('takes every order in once, whatever came twice, late or out of order', async () => {
    expect(new Set(day.orders.map((order) => order.orderId)).size).toBe(streamed)
    expect(shop.acknowledged.size).toBe(streamed)
    const { repeats = 0, ...kept } = Object.fromEntries((await keptByAccount(running.api)).get('shopify-us') ?? [])
    const { acknowledged, attempted } = shop.answers()
    const duplicates = day.expected?.duplicates ?? 0
    expect(Object.values(kept).reduce((sum, count) => sum + count, 0)).toBe(acknowledged - duplicates)
    expect(repeats).toBeGreaterThanOrEqual(duplicates)
    // An answer that a busy machine gave too late was asked for again.
    expect(repeats).toBeLessThanOrEqual(duplicates + attempted - acknowledged)
  })

  it('ends with the newest version of an order, not with the one that came last', () => {
    const newest = day.orders.filter((order) => order.order.tags.includes('checked'))
    expect(newest.length).toBeGreaterThan(0)
    expect(day.orders.filter((order) => order.order.tags.includes('stale'))).toEqual([])
  })

  it('delivers everything that nobody cancelled and nothing holds', () => {
    const cancelled = new Set(day.expected?.cancelled.map(orderIdOf))
    const free = day.orders.filter((order) => !cancelled.has(order.orderId) && order.holds.length === 0)
    expect(free.length).toBeGreaterThan(streamed / 2)
    expect(free.map((order) => [order.orderId, order.status])).toEqual(
      free.map((order) => [order.orderId, 'delivered']),
    )
  })

  it('gives a cancelled order back everywhere, or says why it was too late', () => {
    const cancelled = day.orders.filter((order) => day.expected?.cancelled.map(orderIdOf).includes(order.orderId))
    expect(cancelled.length).toBeGreaterThan(0)
    for (const order of cancelled) {
      const sales = company.partners.erp.salesOf(order.orderId).filter((sale) => sale.state !== 'cancelled')
      if (order.stage === 'cancelled') expect(sales).toEqual([])
      else expect(order.exceptions.map((exception) => exception.category)).toContain('shipment_unconfirmed')
    }
  })

  it('holds what cannot be sent, and says what it needs', () => {
    const held = day.orders.filter((order) => order.status === 'on_hold')
    const kinds = held.flatMap((order) => order.holds.map((hold) => hold.kind))
    expect(kinds).toContain('sku_mapping')
    expect(kinds).toContain('address')
    for (const order of held) expect(order.nextActor).toBe('operations')
  })

  it('tells the store of each parcel with the number that the carrier gave', () => {
    const numbers = new Set(company.partners.carrier.parcels().map((parcel) => parcel.trackingNumber))
    const told = [...company.partners.store.records.orders.values()].flatMap((order) => order.fulfillments)
    expect(told.length).toBeGreaterThan(streamed / 2)
    for (const fulfilment of told) expect(numbers).toContain(fulfilment.tracking_number)
  })
})

describe('at the door', () => {
  it('turns a forged webhook away, and nothing of it is kept', async () => {
    const { order, created } = shop.place([{ sku: 'BUOY-R', quantity: 1 }])
    const report = await shop.send({ ...created, forged: true })
    expect(report.status).toBe(401)
    expect((await running.api.get(orderPath(orderIdOf(order.id)))).status).toBe(404)
    // The real one is welcome.
    await shop.send(created)
    await reaches(orderIdOf(order.id), 'delivered')
  })

  it('takes an order of the trade portal once per Idempotency-Key', async () => {
    const body = {
      account: 'b2b',
      externalOrderId: 'PO-1',
      ...{ placedAtMs: 1_790_000_000_000, sourceVersionMs: 1_790_000_000_000, currency: 'USD', payment: 'authorized' },
      customer: { externalId: 'C-1', name: 'Northside Marina', email: 'stores@northside.example' },
      shipTo: {
        name: 'Receiving dock',
        line1: '12 Quay Road',
        city: 'Portland',
        region: 'ME',
        postalCode: '04101',
        country: 'US',
      },
      lines: [{ lineId: '1', externalSku: 'CLEAT-150', title: 'Cleat', quantity: 4, unitPriceMinor: 1_100 }],
      totals: { subtotalMinor: 4_400, totalMinor: 4_400 },
    }
    const key = { 'idempotency-key': '"portal-1"' }
    const first = await running.api.post<OrderView>('/v1/orders', body, key)
    const again = await running.api.post<OrderView>('/v1/orders', body, key)
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    const other = await running.api.post('/v1/orders', { ...body, externalNumber: 'changed' }, key)
    expect(other.status).toBe(422)
    others.push('b2b:PO-1')
    await reaches('b2b:PO-1', 'delivered')
  })
})

describe('what needs somebody else first', () => {
  it('goes on with an unmapped SKU once it is mapped and the order is asked to look again', async () => {
    const { order, created } = shop.place([{ sku: 'LAMP-OLD-NAME', quantity: 2 }])
    await shop.send(created)
    const held = await reaches(orderIdOf(order.id), 'on_hold')
    expect(held.exceptions.map((exception) => exception.category)).toContain('sku_mapping')
    const listings = [{ account: 'shopify-us', externalSku: 'LAMP-OLD-NAME', sku: 'LAMP-12V' }]
    expect((await running.api.post('/v1/catalog/listings', { listings })).status).toBe(200)
    expect((await running.api.post(`${orderPath(orderIdOf(order.id))}/retry`, undefined)).status).toBe(200)
    const done = await reaches(orderIdOf(order.id), 'delivered')
    expect(done.exceptions.filter((exception) => exception.resolvedAt === null)).toEqual([])
  })

  it('waits for stock that is not there and resumes by itself when it arrives', async () => {
    const { order, created } = shop.place([{ sku: 'WINCH-6', quantity: 150 }])
    await shop.send(created)
    const waiting = await eventually(async () => {
      const { body } = await running.api.get<OrderView>(orderPath(orderIdOf(order.id)))
      return (body.lines?.[0]?.quantities.backordered ?? 0) > 0 ? body : null
    }, restTimeoutMs)
    expect(waiting?.order.lines[0]?.quantity).toBe(150)
    arrive('WINCH-6', 200)
    const done = await reaches(orderIdOf(order.id), 'delivered')
    expect(done.lines[0]?.quantities.shipped).toBe(150)
  })

  it('ships a listing of two whole: pairs at the warehouse, units at the ERP, packs at the store', async () => {
    const { order, created } = shop.place([{ sku: 'ROPE-10-X2', quantity: 3 }])
    await shop.send(created)
    const done = await reaches(orderIdOf(order.id), 'delivered')
    expect(done.lines[0]).toMatchObject({ sku: 'ROPE-10', packQuantity: 2, quantities: { shipped: 3 } })
    const released = done.fulfilmentOrders.map(({ fulfilmentOrderId }) => fulfilmentOrderId)
    const floors = [company.partners.east.floor, company.partners.west.floor]
    const picked = floors.flatMap((floor) => released.flatMap((id) => floor.find(id)?.lines ?? []))
    expect(picked.reduce((sum, line) => sum + line.shipped, 0)).toBe(6)
    const [sale] = company.partners.erp.salesOf(done.orderId)
    expect(sale?.lines.filter((line) => line.sku === 'ROPE-10').reduce((sum, line) => sum + line.quantity, 0)).toBe(6)
    // The store is told while the parcel travels, and is not always told first.
    const fulfilment = await eventually(
      async () => company.partners.store.records.orders.get(order.id)?.fulfillments[0] ?? null,
      restTimeoutMs,
    )
    expect(fulfilment?.line_items.map((line) => line.quantity)).toEqual([3])
  })
})

describe('at the end of the day', () => {
  it('answers for every number that anybody holds', async () => {
    const { order, created } = shop.place([{ sku: 'PUMP-500', quantity: 1 }])
    await shop.send(created)
    const id = orderIdOf(order.id)
    const done = await reaches(id, 'delivered')
    type Found = { readonly deliveries: readonly { readonly deliveryId: string }[] }
    // Looked up in D1, which follows the actors.
    const deliveries = await eventually(async () => {
      const { body } = await running.api.get<Found>(`/v1/deliveries?search=${encodeURIComponent(id)}`)
      return body.deliveries.length > 0 ? body.deliveries : null
    }, restTimeoutMs)
    const numbers = [
      id,
      order.name,
      done.erp?.reference,
      done.shipments[0]?.trackingNumber,
      done.fulfilmentOrders[0]?.fulfilmentOrderId,
      deliveries?.[0]?.deliveryId,
    ]
    for (const number of numbers) {
      expect(number).toEqual(expect.any(String))
      const lineage = await eventually(async () => {
        const answer = await running.api.get(`/v1/lineage/${encodeURIComponent(number ?? '')}`)
        return answer.status === 200 && JSON.stringify(answer.body).includes(id) ? answer : null
      }, restTimeoutMs)
      expect([number, lineage?.status]).toEqual([number, 200])
    }
  })

  it('keeps every invariant', async () => {
    expect(await comeToRest(running.api, company.partners, 1, restTimeoutMs)).toBeNull()
    const { output, readRows } = running
    const acknowledged = [...shop.acknowledged, ...others]
    const judged = {
      acknowledged,
      positions: stock,
      output: output(),
      readRows,
      webhooks: shop.answers(),
      polled: false,
    }
    expect(await breachesOf(company, judged)).toEqual([])
  })
})
