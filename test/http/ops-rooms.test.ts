import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { demoOrderId, demoWorld } from '../fixtures/console/demo-world.ts'
import { migratedDb } from '../fixtures/d1.ts'
import { cardOf, demoNowMs, textOf, Visitor } from './ops-visitor.ts'
import { seedConfig } from './seed-config.ts'

const world = demoWorld(demoNowMs())
const orderUrl = (stage: Parameters<typeof demoOrderId>[0]) => `/ops/orders/${encodeURIComponent(demoOrderId(stage))}`
let visitor: Visitor

beforeAll(async () => {
  await seedConfig()
  await world.project(await migratedDb())
})
beforeEach(async () => {
  world.commands.length = 0
  world.replays.length = 0
  world.verdict = { ok: true, effect: 'applied', version: 2 }
  visitor = await Visitor.signedIn(world)
})

describe('the overview', () => {
  it('counts what moves, what waits and what came in', async () => {
    const html = await visitor.page('/ops')
    expect(cardOf(html, 'waiting')).toMatch(/11 Exception 6 On hold 6 Waiting for supply/)
    expect(cardOf(html, 'deliveries')).toMatch(/1 In flight 52 Applied 8 Duplicate 4 Rejected 2 Dead-lettered/)
  })

  it('names the partner whose calls have been waiting for long', async () => {
    expect(cardOf(await visitor.page('/ops'), 'partners')).toMatch(/tryton-main ERP, tryton Behind/)
  })

  it('says when a partner asked us to wait', async () => {
    world.limiters['wh-west'] = {
      parked: 3,
      leased: 1,
      ratePerSecond: 1,
      concurrency: 1,
      pausedUntilMs: Date.now() + 60_000,
    }
    const card = cardOf(await visitor.page('/ops'), 'partners')
    delete world.limiters['wh-west']
    expect(card).toMatch(/wh-west Warehouse Asked us to wait/)
  })

  it('puts what waits for people beside the rooms', async () => {
    expect(textOf(/<nav class="rooms".*?<\/nav>/s.exec(await visitor.page('/ops'))?.[0] ?? '')).toMatch(
      /Deliveries 6 waiting Exceptions 19 waiting/,
    )
  })
})

describe('the list of orders', () => {
  it('shows the newest fifty and leads to the rest', async () => {
    const first = await visitor.page('/ops/orders')
    expect(first.match(/<tr data-row/g)).toHaveLength(50)
    const next = /<a class="button small" href="([^"]+)" data-page="next"/.exec(first)?.[1]?.replaceAll('&amp;', '&')
    const second = await visitor.page(next ?? 'no next page')
    expect(second.match(/<tr data-row/g)).toHaveLength(14)
    expect(second).not.toContain('data-page="next"')
  })

  it('keeps its filters in the address of the next page', async () => {
    const html = await visitor.page('/ops/orders?channel=shopify-us')
    expect(html).toMatch(/href="\/ops\/orders\?channel=shopify-us&amp;cursor=[\w-]+" data-page="next"/)
    expect(html).toContain('<option value="shopify-us" selected="">')
  })

  it('shows only the orders of the status asked for', async () => {
    const html = await visitor.page('/ops/orders?status=on_hold')
    expect(html.match(/<tr data-row/g)).toHaveLength(6)
    expect(html.match(/<span class="chip warn">/g)).toHaveLength(6)
  })

  it('says what to do when nothing matches', async () => {
    expect(textOf(await visitor.page('/ops/orders?q=no-such-number'))).toContain('No order matches')
  })

  it('ignores a cursor that it did not make', async () => {
    expect((await visitor.page('/ops/orders?cursor=%00%22')).match(/<tr data-row/g)).toHaveLength(50)
  })
})

describe('a search for one whole number', () => {
  const released = world.orders.get(demoOrderId('in_transit'))?.state
  const numbers = {
    order: released?.orderId ?? '',
    'order number': released?.order.externalNumber ?? '',
    'ERP number': released?.erp?.reference ?? '',
    'tracking number': released?.shipments[0]?.trackingNumber ?? '',
    'fulfilment order': released?.fulfilmentOrders[0]?.fulfilmentOrderId ?? '',
  }
  it.each(Object.entries(numbers))('by %s leads straight to the order', async (_kind, number) => {
    expect(number).not.toBe('')
    const response = await visitor.send(`/ops/orders?q=${encodeURIComponent(number)}`)
    expect(response.headers.get('location')).toBe(orderUrl('in_transit'))
  })

  it('by delivery leads to the delivery', async () => {
    const response = await visitor.send(`/ops/orders?q=${released?.firstDeliveryId}`)
    expect(response.headers.get('location')).toBe(`/ops/deliveries/${released?.firstDeliveryId}`)
  })

  it('stays a list when it is only the beginning of some', async () => {
    const html = await visitor.page('/ops/orders?q=%23190')
    expect(html.match(/<tr data-row/g)?.length).toBeGreaterThan(1)
  })
})

describe('the page of an order', () => {
  it('says who owns the next action and why', async () => {
    const card = cardOf(await visitor.page(orderUrl('erp_unknown')), 'summary')
    expect(card).toContain('Next action belongs to ERP')
    expect(card).toContain('nobody knows whether the last call took effect, so it is looked up first')
  })

  it('gives each line a bar of its quantities and the numbers', async () => {
    const html = await visitor.page(orderUrl('partly_shipped'))
    expect(html).toMatch(/role="img" aria-label="\d+ shipped, \d+ released"/)
    expect(cardOf(html, 'lines')).toMatch(/\d+ shipped \d+ released/)
  })

  it('shows an exception with what to do about it and what is at stake', async () => {
    const card = cardOf(await visitor.page(orderUrl('rejected')), 'cases')
    expect(card).toContain('dangerous goods licence missing')
    expect(card).toContain('Correct the cause at the warehouse')
    expect(card).toMatch(/220\.25 USD/)
  })

  it('puts what stops it before everything else, and that nothing does beside it', async () => {
    const casesFirst = (html: string) => html.indexOf('id="cases"') < html.indexOf('id="lines"')
    for (const stage of ['rejected', 'held'] as const)
      expect(casesFirst(await visitor.page(orderUrl(stage)))).toBe(true)
    expect(casesFirst(await visitor.page(orderUrl('released')))).toBe(false)
  })

  it('tells each event with its cause, and links the delivery that it came by', async () => {
    const html = await visitor.page(orderUrl('released'))
    const state = world.orders.get(demoOrderId('released'))?.state
    expect(cardOf(html, 'timeline')).toMatch(/F1 released to Newark .* Captured with \d lines?/)
    expect(html).toContain(`href="/ops/deliveries/${state?.firstDeliveryId}"`)
  })

  it('shows the chain from the delivery to the parcel', async () => {
    const card = cardOf(await visitor.page(orderUrl('in_transit')), 'lineage')
    expect(card).toMatch(/Deliveries dlv_\w+ .*ERP order SO-\d+ .*Tracking 1Z/)
  })

  it('keeps personal data to itself until a person asks', async () => {
    const hidden = await visitor.page(orderUrl('released'))
    for (const personal of ['Runa', 'Holm', 'runa@example.com', 'Pier Road', '+1 207'])
      expect(hidden).not.toContain(personal)
    const shown = await visitor.page(`${orderUrl('released')}?personal=shown`)
    expect(shown).toContain('4 Pier Road')
    expect(shown).toContain('runa@example.com')
  })

  it('wakes no actor for an id that none of our channels can have', async () => {
    const asked: string[] = []
    const watched = Object.assign(Object.create(world), {
      env: (given: Parameters<typeof world.env>[0]) => {
        const own = world.env(given)
        const idFromName = (name: string) => {
          asked.push(name)
          return own.ORDER.idFromName(name)
        }
        return { ...own, ORDER: { idFromName, get: own.ORDER.get } as unknown as DurableObjectNamespace }
      },
    })
    const stranger = await Visitor.signedIn(watched)
    for (const id of ['nobody:1', 'shopify-us', ':1', 'shopify-us:a%2Fb', 'shopify-us:%20']) {
      expect((await stranger.send(`/ops/orders/${id}`)).status).toBe(404)
    }
    expect(asked).toEqual([])
  })

  it('leads nowhere for an order that does not exist', async () => {
    for (const id of ['shopify-us:1', 'nobody:1', '%3Cscript%3E', 'x'.repeat(300)]) {
      expect((await visitor.send(`/ops/orders/${id}`)).status).toBe(404)
    }
  })
})

describe('what a person asks of an order', () => {
  it('is one command in their name, on the thread of the order', async () => {
    const html = await visitor.page(orderUrl('released'))
    const command = /name="command" value="(ops-[\w-]+)"/.exec(html)?.[1] ?? ''
    const response = await visitor.post(`${orderUrl('released')}/retry`, { command })
    expect(response.headers.get('location')).toBe(`${orderUrl('released')}?notice=retry_requested`)
    const state = world.orders.get(demoOrderId('released'))?.state
    expect(world.commands).toEqual([
      {
        orderId: demoOrderId('released'),
        command: {
          type: 'retry',
          commandId: command,
          cause: { correlationId: state?.correlationId, kind: 'operator', id: 'local' },
        },
      },
    ])
  })

  it('is the same command when the form is sent twice', async () => {
    const html = await visitor.page(orderUrl('released'))
    const command = /name="command" value="(ops-[\w-]+)"/.exec(html)?.[1] ?? ''
    for (let click = 0; click < 2; click += 1) await visitor.post(`${orderUrl('released')}/retry`, { command })
    expect(new Set(world.commands.map((entry) => entry.command.commandId)).size).toBe(1)
  })

  it.each(['cancel', 'hold'])('needs a reason to %s', async (action) => {
    await visitor.page(orderUrl('released'))
    const response = await visitor.post(`${orderUrl('released')}/${action}`, { reason: '   ' })
    expect(response.headers.get('location')).toContain('notice=reason_missing')
    expect(world.commands).toEqual([])
  })

  it('cancels with the reason given', async () => {
    await visitor.page(orderUrl('released'))
    await visitor.post(`${orderUrl('released')}/cancel`, { reason: ' ordered twice ' })
    expect(world.commands[0]?.command).toMatchObject({ type: 'cancel', reason: 'ordered twice' })
  })

  it('releases the hold it names', async () => {
    const html = await visitor.page(orderUrl('held'))
    expect(html).toContain('name="hold" value="manual-1"')
    await visitor.post(`${orderUrl('held')}/release-hold`, { hold: 'manual-1' })
    expect(world.commands[0]?.command).toMatchObject({ type: 'release_hold', holdId: 'manual-1' })
  })

  it('says what the order refused', async () => {
    world.verdict = { ok: false, error: { reason: 'cancel_too_late', shipped: 2 } }
    await visitor.page(orderUrl('in_transit'))
    const response = await visitor.post(`${orderUrl('in_transit')}/cancel`, { reason: 'late' })
    expect(textOf(await visitor.page(response.headers.get('location') ?? ''))).toContain('the order has shipped')
  })

  it('is not offered once the order is over', async () => {
    expect(await visitor.page(orderUrl('delivered'))).not.toContain('Cancel…')
  })

  it('cannot be told by an address: only known notices are said', async () => {
    const html = await visitor.page(`${orderUrl('released')}?notice=Call+this+number`)
    expect(html).not.toContain('Call this number')
    expect(html).not.toContain('class="notice')
  })
})

describe('deliveries', () => {
  const rejected = [...world.deliveries.values()].find((delivery) => delivery.status === 'rejected')
  const url = `/ops/deliveries/${rejected?.deliveryId}`

  it('are listed with what became of them, and filtered by it', async () => {
    const html = await visitor.page('/ops/deliveries?status=rejected')
    expect(html.match(/<tr data-row/g)).toHaveLength(4)
    expect(textOf(html)).toContain('Schema mismatch line_items.0.price: not a decimal amount')
  })

  it('show headers, outcome and a masked body', async () => {
    const html = await visitor.page(url)
    expect(html).toContain('x-shopify-api-version')
    expect(textOf(html)).toContain('Schema mismatch.')
    expect(html).not.toContain('runa@example.com')
    expect(await visitor.page(`${url}?personal=shown`)).toContain('runa@example.com')
  })

  it('give their whole body as text that no browser takes for a page', async () => {
    const response = await visitor.send(`${url}/body`)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(await response.text()).toBe(rejected?.body)
  })

  it('are replayed by a person', async () => {
    await visitor.page(url)
    const response = await visitor.post(`${url}/replay`)
    expect(world.replays).toEqual([rejected?.deliveryId])
    expect(response.headers.get('location')).toBe(`${url}?notice=replay_requested`)
  })
})

describe('exceptions', () => {
  it('are grouped by category and cause, with their team and what is at risk', async () => {
    const card = cardOf(await visitor.page('/ops/exceptions'), 'category-sku_mapping')
    expect(card).toMatch(/SKU mapping 5 cases, Catalog/)
    expect(card).toMatch(/USD .*EUR/)
  })

  it('lead from a cause to its cases and from a case to its order', async () => {
    const causes = await visitor.page('/ops/exceptions')
    const cause = /<a data-open="" href="(\/ops\/exceptions\?fingerprint=sku_mapping[^"]+)"/.exec(causes)?.[1] ?? ''
    const cases = await visitor.page(cause)
    expect(cases.match(/<tr data-row/g)).toHaveLength(5)
    expect(cases).toMatch(/<a data-open="" class="mono" href="\/ops\/orders\/shopify-us%3A\d+"/)
  })
})
