/** Units between two locations, as those who promise see them, and a destination that has no room to be told. */
import { runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { projectActor } from '../../queues/project-actor.ts'
import { catalogSkuSchema } from '../../src/domain/config/config.ts'
import type { AvailabilityDocument } from '../../src/http/wire/atp-answer.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const dayMs = 86_400_000
const at = (ms: number) => new Date(ms).toISOString()
const inDays = (days: number) => at(Date.now() + days * dayMs)

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    accounts: file.accounts.map((account) => (account.id === 'b2b' ? { ...account, network: ['west'] } : account)),
    skus: ['FRESH-1', 'FULL-1'].map((sku) => catalogSkuSchema.parse({ sku, title: sku })),
    listings: [],
  }))
})
afterEach(() => {
  vi.restoreAllMocks()
})

const promisable = async (sku: string, more = '') => {
  const answer = await get(`/v1/atp?sku=${sku}&channel=b2b&maxStalenessMs=0${more}`)
  const [only] = ((await answer.json()) as { skus: readonly AvailabilityDocument[] }).skus
  return only?.promisable
}

async function onItsWay(sku: string, transferId: string, lots: readonly object[]): Promise<void> {
  const receipt = { sku, location: 'east', movement: 'receipt', quantity: 10, occurredAt: inDays(-2), lots }
  await post('/v1/inventory/movements', { movements: [{ ...receipt, eventId: `in-${sku}` }] })
  const lines = [{ sku, quantity: 10 }]
  await post('/v1/transfers', { transferId, from: 'east', to: 'west', lines, dueAt: inDays(2) })
  await post(`/v1/transfers/${transferId}/ship`, { shipmentId: `${transferId}-truck`, shippedAt: inDays(-1) })
}

it('is promised as long as its lots keep: not once they expire on the way, nor where it is too short', async () => {
  const lots = [
    { lotId: 'GONE', quantity: 4, goodUntil: inDays(1) },
    { lotId: 'WEEK', quantity: 6, goodUntil: inDays(9) },
  ]
  await onItsWay('FRESH-1', 'TR-FRESH', lots)
  expect(await promisable('FRESH-1')).toMatchObject({ now: 0, changes: [{ units: 5 }, { units: 0 }] })
  expect(await promisable('FRESH-1', '&goodForDays=3')).toMatchObject({ now: 0, changes: [{ units: 5 }, { units: 0 }] })
  expect(await promisable('FRESH-1', '&goodForDays=30')).toMatchObject({ now: 0, changes: [] })
  await post('/v1/inventory/lots/status', { sku: 'FRESH-1', lotId: 'WEEK', status: 'recalled', reason: 'notice 12' })
  expect(await promisable('FRESH-1')).toMatchObject({ now: 0, changes: [] })
})

it('has a case while its destination keeps no more announcements, and is announced once it does', async () => {
  const due = { sku: 'FULL-1', location: 'west', type: 'purchase_order', quantity: 1, dueAt: inDays(5) }
  const supplies = Array.from({ length: 200 }, (_, index) => ({ ...due, supplyId: `PO-${index}`, sourceVersion: 1 }))
  await post('/v1/inventory/supply', { supplies })
  await onItsWay('FULL-1', 'TR-FULL', [])
  const read = async () => (await get('/v1/transfers/TR-FULL')).json()
  expect(await read()).toMatchObject({ status: 'in_transit', settled: false })
  const cases = async () => {
    await projectActor(bindings, 'transfer', 'TR-FULL')
    const answer = (await (await get('/v1/exceptions?status=all')).json()) as { exceptions?: { source: string }[] }
    return (answer.exceptions ?? []).filter(({ source }) => source === 'transfer:TR-FULL')
  }
  expect(await cases()).toMatchObject([{ status: 'open', category: 'inventory_drift' }])
  await post('/v1/inventory/supply', { supplies: [{ ...supplies[3], sourceVersion: 2, cancelled: 'not coming' }] })
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 600_000)
  await vi.waitFor(async () => {
    await runDurableObjectAlarm(bindings.TRANSFER.get(bindings.TRANSFER.idFromName('TR-FULL')))
    expect(await read()).toMatchObject({ status: 'in_transit', settled: true })
  }, 15_000)
  expect(await cases()).toMatchObject([{ status: 'resolved' }])
  expect(await (await get('/v1/inventory/FULL-1/west')).json()).toMatchObject({ states: { incoming: 209 } })
})
