import { beforeAll, describe, expect, it } from 'vitest'
import { migratedDb } from '../fixtures/d1.ts'
import { canonicalOrder } from '../fixtures/order-state.ts'
import { realWorld, Visitor } from './ops-visitor.ts'
import { seedConfig } from './seed-config.ts'
import { post } from './send.ts'

beforeAll(async () => {
  await seedConfig()
  await migratedDb()
})

/** The same pages over the actors themselves: what they answer must be what the pages read. */
describe('an order of the real actors', () => {
  const url = '/ops/orders/b2b%3APO-4471'
  const cases = (html: string) => /<section[^>]*id="cases".*?<\/section>/s.exec(html)?.[0] ?? ''

  it('is shown, held and let go from its page', async () => {
    const order = { ...canonicalOrder('PO-4471'), account: 'b2b' }
    expect((await post('/v1/orders', order, { 'idempotency-key': 'po-4471' })).status).toBe(201)
    const visitor = await Visitor.signedIn(realWorld)
    expect(await visitor.page(url)).toContain('<h1>#PO-4471</h1>')

    const placed = await visitor.post(`${url}/hold`, { reason: 'Waits for the customer <b>call</b>' })
    expect(placed.headers.get('location')).toBe(`${url}?notice=hold_placed`)
    const held = cases(await visitor.page(url))
    expect(held).toContain('Waits for the customer &lt;b&gt;call&lt;/b&gt;')
    const hold = /name="hold" value="(manual-[^"]+)"/.exec(held)?.[1] ?? ''

    const released = await visitor.post(`${url}/release-hold`, { hold })
    expect(released.headers.get('location')).toBe(`${url}?notice=hold_released`)
    expect(cases(await visitor.page(url))).not.toContain(`value="${hold}"`)
  })

  it('tells in its timeline who did what', async () => {
    const html = await (await Visitor.signedIn(realWorld)).page(`${url}?events=all`)
    expect(html).toMatch(/Put on hold \(manual\)[\s\S]*?operator local/)
    expect(html).toMatch(/Captured with 2 lines[\s\S]*?API key test/)
  })

  it('says that a hold which is gone cannot be released', async () => {
    const visitor = await Visitor.signedIn(realWorld)
    const response = await visitor.post(`${url}/release-hold`, { hold: 'manual-none' })
    expect(response.headers.get('location')).toBe(`${url}?notice=hold_not_found`)
  })

  it('is unknown before anybody has sent it', async () => {
    const visitor = await Visitor.signedIn(realWorld)
    expect((await visitor.send('/ops/orders/b2b%3APO-0000')).status).toBe(404)
  })
})
