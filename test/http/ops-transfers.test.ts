import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { demoWorld } from '../fixtures/console/demo-world.ts'
import { cardOf, demoNowMs, seedDemo, textOf, Visitor } from './ops-visitor.ts'

const world = demoWorld(demoNowMs())
let visitor: Visitor

beforeAll(() => seedDemo(world))
beforeEach(async () => {
  visitor = await Visitor.signedIn(world)
})

describe('the list of transfers', () => {
  it('shows each with what was asked, what left, what came and what was lost, and says what is late', async () => {
    const card = cardOf(await visitor.page('/ops/transfers'), 'list')
    expect(card).toContain('3 transfers on this page')
    expect(card).toMatch(/TR-119 Reserved Newark Reno 2 30 0 0 0 in 1 d 23 h 2 h ago/)
    expect(card).toMatch(/TR-118 In transit Newark Reno 2 30 30 0 0 5 h late /)
    expect(card).toMatch(/TR-117 Closed Newark Reno 2 30 30 27 3 20 h ago /)
  })

  it('is filtered by status, place and loss', async () => {
    const rows = async (query: string) => {
      const html = await visitor.page(`/ops/transfers?${query}`)
      return [...html.matchAll(/<tr data-row.*?(TR-\d+)/gs)].map(([, id]) => id)
    }
    expect(await rows('status=in_transit')).toEqual(['TR-118'])
    expect(await rows('location=west')).toEqual(['TR-119', 'TR-118', 'TR-117'])
    expect(await rows('short=true')).toEqual(['TR-117'])
    expect(await rows('status=nonsense')).toHaveLength(3)
    expect(textOf(await visitor.page('/ops/transfers?location=nowhere'))).toContain('No transfer matches')
  })

  it('is searched by its number from anywhere', async () => {
    const found = await visitor.send('/ops/orders?q=TR-118')
    expect([found.status, found.headers.get('location')]).toEqual([303, '/ops/transfers/TR-118'])
  })

  it('is searched by the id of what left or came as well', async () => {
    for (const id of ['truck-7', 'dock-3']) {
      const found = await visitor.send(`/ops/orders?q=${id}`)
      expect([found.status, found.headers.get('location')]).toEqual([303, '/ops/transfers/TR-117'])
    }
  })

  it('is reached from the stock room', async () => {
    expect(await visitor.page('/ops/stock')).toContain('href="/ops/transfers"')
  })
})

describe('the page of a transfer', () => {
  it('shows each SKU, what was lost, what was reported, and what happened, newest first', async () => {
    const html = await visitor.page('/ops/transfers/TR-117')
    expect(textOf(html)).toContain('3 units left Newark and never came to Reno')
    expect(cardOf(html, 'lines')).toMatch(/ROPE-10 24 0 24 0 21 0 3 BUOY-R 6 0 6 0 6 0 0/)
    expect(cardOf(html, 'facts')).toMatch(/Shipments truck-7 Receipts dock-3 Booked at both ends All of it/)
    const history = cardOf(html, 'history')
    expect(history).toMatch(/What happened \d+ events .* Received dock-3 API wms .* Shipped truck-7 API wms /)
    expect(history).toMatch(/Shipped truck-7 .* Requested API wms $/)
  })

  it('of one that nobody requested, or that can have no such id, is none', async () => {
    for (const id of ['none', 'a%2Fb', 'a%20b']) expect((await visitor.send(`/ops/transfers/${id}`)).status).toBe(404)
  })
})
