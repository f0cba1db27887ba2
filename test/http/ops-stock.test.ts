import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pathOf } from '../../src/http/ops/stock/sku-ledger.tsx'
import { demoOrderId, demoWorld } from '../fixtures/console/demo-world.ts'
import { cardOf, demoNowMs, seedDemo, textOf, Visitor } from './ops-visitor.ts'

const world = demoWorld(demoNowMs())
let visitor: Visitor

beforeAll(() => seedDemo(world))
beforeEach(async () => {
  visitor = await Visitor.signedIn(world)
})

describe('the stock room', () => {
  it('lists every SKU with what the network has of it', async () => {
    const card = cardOf(await visitor.page('/ops/stock'), 'list')
    expect(card).toContain('6 SKUs on this page')
    expect(card).toMatch(/ROPE-10 66 148 66 available 40 reserved 36 committed/)
  })

  it('finds a SKU by its beginning, and says what to do when nothing begins like that', async () => {
    expect((await visitor.page('/ops/stock?sku=ANCHOR')).match(/<tr data-row/g)).toHaveLength(2)
    expect(textOf(await visitor.page('/ops/stock?sku=anchor'))).toContain('No SKU begins like that')
  })

  it('does not pretend to sort what is a page of a longer list', async () => {
    for (const path of [
      '/ops/stock',
      '/ops/orders',
      '/ops/deliveries',
      '/ops/transfers',
      '/ops/exceptions?status=all',
    ]) {
      expect(await visitor.page(path)).not.toContain('class="sort"')
    }
  })

  it('ignores a cursor that is no SKU', async () => {
    expect((await visitor.page('/ops/stock?cursor=%00%22')).match(/<tr data-row/g)).toHaveLength(6)
  })
})

describe('the page of a SKU', () => {
  it('sums its states over the network', async () => {
    const card = cardOf(await visitor.page('/ops/stock/ROPE-10'), 'totals')
    expect(card).toMatch(/66 Available 40 Reserved 36 Committed 148 On hand 120 Incoming 0 Backordered/)
  })

  it('shows each location with where its units are and whose figure that is', async () => {
    const card = cardOf(await visitor.page('/ops/stock/LAMP-12V'), 'places')
    expect(card).toMatch(/Newark east 0 5 3 committed 2 damaged 9 units backordered .*wh-east/)
  })

  it('adds up what each channel may sell, and says why a location counts or not', async () => {
    const card = cardOf(await visitor.page('/ops/stock/ROPE-10'), 'channels')
    expect(card).toMatch(/shopify-us 50 66 −2 −2 50 0 2 of 2 locations count; capped .* v44 50 0 −30 0 0 −8 12 /)
    expect(card).toMatch(/b2b group contract 78 82 −2 −2 none 0 2 of 2 locations count/)
    expect(cardOf(await visitor.page('/ops/stock/ANCHOR-L'), 'channels')).toContain('Excluded from this channel')
  })

  it('shows what is announced, what is promised for later, and what is kept for whom', async () => {
    const html = await visitor.page('/ops/stock/ROPE-10')
    expect(cardOf(html, 'supply')).toMatch(/Newark Purchase order PO-7710 \+60 80 % .* Promised for then −25/)
    expect(cardOf(html, 'lots')).toMatch(/Lot L-2407 .* 9 .* Protected for contract .* 8/)
  })

  it('lists who waits, in turn, with the supply each is matched to and what nothing covers', async () => {
    const html = await visitor.page('/ops/stock/LAMP-12V')
    const card = cardOf(html, 'waiting')
    expect(card).toMatch(/3 orders, 13 units .* 2 10 2 of PO-7799 at Reno in 3 d/)
    expect(card).toMatch(/ 5 100 4 of PO-7799 at Reno 1 of nothing announced not known .* 6 100 6 of nothing announced/)
    expect(html).toContain(`href="/ops/orders/${encodeURIComponent(demoOrderId('held'))}"`)
    expect(cardOf(await visitor.page('/ops/stock/ROPE-10'), 'waiting')).toBe('')
  })

  it('says how many wait behind those that it shows, and behind those that are matched', async () => {
    const turn = { units: 1, priority: 100, promisedByMs: null, notBeforeMs: null, locations: ['west'] }
    const waiting = Array.from({ length: 70 }, (_, at) => ({ ...turn, orderId: `b2b:W${at}`, sinceMs: at }))
    world.backorders.set('BUOY-R', waiting)
    const html = await visitor.page('/ops/stock/BUOY-R')
    world.backorders.set(
      'BUOY-R',
      Array.from({ length: 1_070 }, (_, at) => ({ ...turn, orderId: `W${at}`, sinceMs: at })),
    )
    const longer = await visitor.page('/ops/stock/BUOY-R')
    world.backorders.delete('BUOY-R')
    expect(cardOf(longer, 'waiting')).toContain('of 1,070 are shown. The last 70 have nothing matched to them yet.')
    expect(cardOf(html, 'waiting')).toContain('The first 50 of 70 are shown.')
    expect(cardOf(html, 'waiting')).not.toContain('nothing matched to them yet')
  })

  it('tells what happened at all locations in one ledger, newest first', async () => {
    const card = cardOf(await visitor.page('/ops/stock/ROPE-10'), 'ledger')
    expect(card).toMatch(/Supply announced 60 .*Newark Hold 2 broken-0 46 11 .*Reno Receipt 13 asn-1 84 53 /)
  })

  it('leads from the ledger to the order or the transfer that moved the units, and from nothing else', async () => {
    const html = await visitor.page('/ops/stock/ROPE-10')
    const ledger = /<section[^>]*id="ledger".*?<\/section>/s.exec(html)?.[0] ?? ''
    expect(ledger).toContain('<span class="mono">asn-1</span>')
    const links = [...ledger.matchAll(/<a class="mono" href="([^"]+)">/g)].map(([, href]) => href)
    expect(links.length).toBeGreaterThan(0)
    for (const href of links) expect(href).toMatch(/^\/ops\/(orders\?q=|transfers\/)/)
    expect(pathOf('transfer/TR-117')).toBe('/ops/transfers/TR-117')
    expect(pathOf('b2b:PO-1/L1/2')).toBe('/ops/orders?q=b2b%3APO-1')
    for (const word of ['TR-117', 'opening-ROPE-10-west', 'a/b', 'http://evil.example']) expect(pathOf(word)).toBeNull()
  })

  it('carries the points of its chart and the same figures as a table', async () => {
    const html = await visitor.page('/ops/stock/ROPE-10')
    const data = /data-chart="([^"]+)"/.exec(html)?.[1]?.replaceAll('&quot;', '"') ?? ''
    const { times, lines } = JSON.parse(data) as { times: number[]; lines: { values: (number | null)[] }[] }
    expect(lines[0]?.values.findLast((units) => units !== null)).toBe(66)
    for (const { values } of lines) expect(values).toHaveLength(times.length)
    expect(cardOf(html, 'history')).toContain('The same as a table')
  })

  it('sorts what is there whole by the column that is asked for, and says so', async () => {
    const orderOf = async (query: string, card: string) =>
      [...cardOf(await visitor.page(`/ops/stock/ROPE-10?${query}`), card).matchAll(/Newark|Reno/g)].map(
        ([name]) => name,
      )
    expect(await orderOf('', 'places')).toEqual(['Newark', 'Reno'])
    expect(await orderOf('places=-available', 'places')).toEqual(['Reno', 'Newark'])
    expect(await orderOf('places=available', 'places')).toEqual(['Newark', 'Reno'])
    expect(await orderOf('places=-location', 'places')).toEqual(['Reno', 'Newark'])
    expect(await orderOf('places=no-such-column', 'places')).toEqual(['Newark', 'Reno'])
    const supply = cardOf(await visitor.page('/ops/stock/ROPE-10?supply=units'), 'supply')
    expect(supply.indexOf('−25')).toBeLessThan(supply.indexOf('+60'))
  })

  it('links a head to its order, to the other way round, and to how it was, keeping the other tables', async () => {
    const headOf = async (query: string) => {
      const html = await visitor.page(`/ops/stock/ROPE-10${query}`)
      return /<th scope="col" class="num strong"( aria-sort="\w+")?><a class="sort" href="([^"]+)"[^>]*>Available/.exec(
        html,
      )
    }
    const path = '/ops/stock/ROPE-10'
    expect((await headOf(''))?.slice(1)).toEqual([undefined, `${path}?places=-available#places`])
    const down = await headOf('?places=-available&lots=until')
    expect(down?.slice(1)).toEqual([' aria-sort="descending"', `${path}?places=available&amp;lots=until#places`])
    const up = await headOf('?places=available&lots=until')
    expect(up?.slice(1)).toEqual([' aria-sort="ascending"', `${path}?lots=until#places`])
  })

  it('puts what has no figure last, whichever way round', async () => {
    for (const by of ['promisable', '-promisable']) {
      const supply = cardOf(await visitor.page(`/ops/stock/ROPE-10?supply=${by}`), 'supply')
      expect(supply.indexOf('80 %')).toBeLessThan(supply.indexOf('−25'))
    }
  })

  it('says so when there is no such SKU, and wakes no position for it', async () => {
    const response = await visitor.send('/ops/stock/NO-SUCH')
    expect(response.status).toBe(404)
    const html = await response.text()
    expect(textOf(html)).toContain('There is no such SKU')
    expect(html).toMatch(/look through <a href="\/ops\/stock">Stock<\/a>/)
  })
})
