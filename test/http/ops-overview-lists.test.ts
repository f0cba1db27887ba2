import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OrderState } from '../../src/domain/order/order-state.ts'
import type { DemoStage } from '../fixtures/console/demo-stages.ts'
import { demoOrderId, demoWorld } from '../fixtures/console/demo-world.ts'
import { cardOf, demoNowMs, seedDemo, textOf, Visitor } from './ops-visitor.ts'

const dayMs = 86_400_000
const world = demoWorld(demoNowMs())
let visitor: Visitor

function change(stage: DemoStage, changed: (state: OrderState) => OrderState): void {
  const order = world.orders.get(demoOrderId(stage))
  if (order === undefined) throw new Error(stage)
  world.put({ ...order, state: changed(order.state) })
}

/** What was about to leave turns out to be missing. */
const withoutRest = (state: OrderState): OrderState => ({
  ...state,
  lines: state.lines.map(({ quantities, ...line }) => {
    const { open, released, backordered } = quantities
    const waiting = { open: 0, released: 0, backordered: open + released + backordered }
    return { ...line, quantities: { ...quantities, ...waiting } }
  }),
})
const before = (agoMs: number) => (state: OrderState) => ({ ...state, capturedAtMs: Date.now() - agoMs })

change('partly_shipped', withoutRest)
change('held', withoutRest)
change('backordered', before(30 * dayMs))
change('rejected', before(30 * dayMs))
change('in_transit', before(3 * dayMs))

beforeAll(() => seedDemo(world))
beforeEach(async () => {
  visitor = await Visitor.signedIn(world)
})

/** Every figure of a card with the address that it leads to. */
function tilesOf(html: string, id: string) {
  const card = new RegExp(`<section[^>]*id="${id}".*?</section>`, 's').exec(html)?.[0] ?? ''
  return [...card.matchAll(/<a href="([^"]+)"><span class="n[^"]*">(\d+)<.*?>([^<>]+)<\/span><\/a>/g)].map(
    ([, href = '', n, name = '']) => ({ name, n: Number(n), href: href.replaceAll('&amp;', '&') }),
  )
}

/** Through every page of it. */
async function rowsBehind(href: string): Promise<number> {
  const html = await visitor.page(href)
  const next = /<a class="button small" href="([^"]+)" data-page="next"/.exec(html)?.[1]
  const rows = html.match(/<tr data-row/g)?.length ?? 0
  return next === undefined ? rows : rows + (await rowsBehind(next.replaceAll('&amp;', '&')))
}

describe('every figure of the overview', () => {
  it.each(['moving', 'waiting', 'deliveries'])(
    'about what is %s is as long as the list that it leads to',
    async (id) => {
      for (const window of ['1h', '24h', '7d']) {
        const tiles = tilesOf(await visitor.page(`/ops?window=${window}`), id)
        expect(tiles.length).toBeGreaterThan(2)
        for (const { name, n, href } of tiles) expect([name, await rowsBehind(href)]).toEqual([name, n])
      }
    },
  )
})

describe('an order that waits for supply', () => {
  const waiting = async (window: string) =>
    tilesOf(await visitor.page(`/ops?window=${window}`), 'waiting').find(({ name }) => name === 'Waiting for supply')

  it('is counted whether a part of it has shipped, it is on hold as well, or it came long ago', async () => {
    expect(await waiting('24h')).toMatchObject({ n: 8, href: '/ops/orders?waits=supply' })
    expect(await waiting('1h')).toMatchObject({ n: 8 })
  })

  it('is listed with how many of its units wait', async () => {
    const html = await visitor.page('/ops/orders?waits=supply&status=partially_shipped')
    expect(html.match(/<tr data-row/g)).toHaveLength(1)
    expect(cardOf(html, 'list')).toMatch(/Partly shipped \d+ backordered/)
    expect(html).toContain('<option value="supply" selected="">')
  })

  it('keeps the filter on the next page, and is told apart from any other value', async () => {
    expect(await rowsBehind('/ops/orders?waits=nothing-there-is')).toBe(64)
    expect(textOf(await visitor.page('/ops/orders?captured=24h'))).toContain('Last 24 hours')
  })
})
