import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { demoOrderId, demoWorld } from '../fixtures/console/demo-world.ts'
import { cardOf, demoNowMs, seedDemo, textOf, Visitor } from './ops-visitor.ts'

const world = demoWorld(demoNowMs())
let visitor: Visitor

beforeAll(() => seedDemo(world))
beforeEach(async () => {
  world.feed.resent.length = 0
  visitor = await Visitor.signedIn(world)
})

describe('the channels room', () => {
  it('says of each channel whether it shows our figures, and how late it is told', async () => {
    const card = cardOf(await visitor.page('/ops/channels'), 'list')
    expect(card).toMatch(/shopify-us shopify Shows other figures 13 3 1 3 s 21 s/)
    expect(card).toMatch(/b2b canonical Not published/)
  })

  it('shows the lanes of one, with how long the first in each has waited', async () => {
    const card = cardOf(await visitor.page('/ops/channels/shopify-us'), 'lanes')
    expect(card).toMatch(/Stop-sell and thresholds 0 .* The rest 2 .* Prices 0 nothing/)
  })

  it('shows of each listing what is wanted, sent, confirmed and seen, and what is wrong', async () => {
    const card = cardOf(await visitor.page('/ops/channels/shopify-us'), 'listings')
    expect(card).toMatch(/ROPE-20 808950813 Reno Settled 51 51 51 55 shows 55 instead of 51, since 6 min ago/)
    expect(card).toMatch(/The product 632910392 Content Ready b07e55a 3f9a2c7 3f9a2c7/)
    expect(card).toContain('3 failed tries. The inventory item is not stocked at the location.')
  })

  it('says of a channel that is told by somebody else that it is', async () => {
    const html = await visitor.page('/ops/channels/b2b')
    expect(textOf(html)).toMatch(/b2b Not published/)
  })

  it('filters by state, drift included', async () => {
    const html = await visitor.page('/ops/channels/shopify-us?state=drifted')
    expect(cardOf(html, 'listings')).toContain('808950813')
    expect(cardOf(html, 'listings')).not.toContain('808950810')
  })

  it('finds the listings of one SKU, and of these those in one state', async () => {
    const of = async (query: string) => cardOf(await visitor.page(`/ops/channels/shopify-us?${query}`), 'listings')
    const rows = (card: string) => card.match(/8089508\d\d/g)
    const all = rows(await of('sku=ROPE-20'))
    expect(all).toEqual(['808950812', '808950813'])
    expect(rows(await of('sku=ROPE-20&state=drifted'))).toEqual(['808950813'])
    expect(await of('sku=ROPE')).toContain('SKUs must be whole here.')
  })

  it('offers nothing to send where nothing is published', async () => {
    const html = await visitor.page('/ops/channels/b2b')
    expect(html).toContain('Not published')
    expect(html).not.toContain('Send again')
    expect(html).not.toContain('id="lanes"')
  })

  it('sends figures again when a person asks, those of the filter only', async () => {
    await visitor.page('/ops/channels/shopify-us?state=refused')
    const response = await visitor.post('/ops/channels/shopify-us/resend', { state: 'refused' })
    expect(response.headers.get('location')).toBe('/ops/channels/shopify-us?notice=resend_requested')
    expect(world.feed.resent).toEqual(['refused'])
  })

  it('sends nothing for a form of another site', async () => {
    const response = await visitor.post('/ops/channels/shopify-us/resend', { form_token: 'x' })
    expect(response.status).toBe(403)
    expect(world.feed.resent).toEqual([])
  })

  it('sorts its lanes by what waits in them, and its listings not: those are a page of more', async () => {
    const html = await visitor.page('/ops/channels/shopify-us?lanes=-waiting&state=drifted')
    const card = cardOf(html, 'lanes')
    const waiting = [...card.matchAll(/(?:Fast movers|The rest|Prices|Content|Looking in|thresholds) (\d+)/g)]
    const figures = waiting.map(([, n]) => Number(n))
    expect(figures).toHaveLength(6)
    expect(figures).toEqual(figures.toSorted((a, b) => b - a))
    expect(html).toContain('href="/ops/channels/shopify-us?state=drifted&amp;lanes=waiting#lanes"')
    expect(/id="listings".*/s.exec(html)?.[0]).not.toContain('class="sort"')
  })

  it('knows no channel that is none', async () => {
    expect((await visitor.send('/ops/channels/tryton-main')).status).toBe(404)
  })
})

describe('the routing of an order', () => {
  const path = `/ops/orders/${encodeURIComponent(demoOrderId('released'))}/routing`

  it('compares the plans with what each term came to, and names the chosen one', async () => {
    const text = textOf(await visitor.page(path))
    expect(text).toContain('profile balanced version 4')
    expect(text).toMatch(/feasible plans? of \d+ looked at/)
    expect(text).toMatch(/Newark ×\d+ -?\d\.\d{3} .* Chosen/)
    // What comes to nothing is a figure as well.
    expect(text).toMatch(/7\.90 USD adds 0\.000 to the score 0 adds/)
  })

  it('says why a strategy was not tried and why a location was refused', async () => {
    const text = textOf(await visitor.page(path))
    expect(text).toContain('Not tried: the order does not meet its condition on tags')
    expect(text).toContain('Location kind : harbour-store')
  })

  it('decides again on what was kept, and says that it comes to the same', async () => {
    expect(textOf(await visitor.page(path))).toContain('Decides the same again')
  })

  it('names every location, with its id beside the decision and on hover elsewhere', async () => {
    const html = await visitor.page(path)
    expect(textOf(html)).toMatch(/Newark east by strategy balanced/)
    expect(textOf(html)).toMatch(/: Reno ×\d/)
    expect(html).toContain('<span title="west">Reno</span>')
    // A location that is not in the configuration any more has nothing but its id.
    expect(html).toContain('<span title="harbour-store">harbour-store</span>')
    expect(textOf(html)).not.toMatch(/(east|west) ×/)
  })

  it('sorts the plans of each strategy when asked, and marks the chosen one wherever it comes', async () => {
    const rowsOf = (html: string) => [...html.matchAll(/<tr(?: class="(chosen)")?><th scope="row">.*?<\/tr>/gs)]
    const ranked = rowsOf(await visitor.page(path))
    const html = await visitor.page(`${path}?plans=priority`)
    const scores = rowsOf(await visitor.page(`${path}?plans=score`)).map(([row]) =>
      Number(/<td class="num strong"[^>]*>(-?[\d.]+)</.exec(row)?.[1]),
    )
    expect(ranked[0]?.[1]).toBe('chosen')
    expect(scores).toEqual(scores.toSorted((a, b) => a - b))
    expect(html).toMatch(
      /<th scope="col" aria-sort="ascending"><a class="sort" href="[^"]*plans=-priority#decision-\d+"/,
    )
    expect(html.match(/class="chosen"/g)).toHaveLength(1)
  })

  it('is linked from the order', async () => {
    const html = await visitor.page(path.replace('/routing', ''))
    expect(html).toContain(`href="${path}"`)
  })

  it('is empty for an order that was not planned yet', async () => {
    const unplanned = `/ops/orders/${encodeURIComponent(demoOrderId('captured'))}/routing`
    expect(textOf(await visitor.page(unplanned))).toContain('Nothing was decided yet')
  })
})
