import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../src/domain/order/order-command.ts'
import { moneyText } from '../../src/http/ops/design/money-text.ts'
import { payloadText } from '../../src/http/ops/design/payload.tsx'
import { relativeTime, spanText } from '../../src/http/ops/design/time.tsx'
import { words } from '../../src/http/ops/design/words.ts'
import { listHref, readListQuery } from '../../src/http/ops/list-query.ts'
import { masked, maskPersonal } from '../../src/http/ops/mask-personal.ts'
import { describeEvent } from '../../src/http/ops/order/describe-event.ts'
import { nextStepOf } from '../../src/http/ops/order/next-step.ts'
import { verdictOn } from '../../src/http/ops/overview/partners.tsx'
import { demoOrderId, demoWorld } from '../fixtures/console/demo-world.ts'

const nowMs = Date.UTC(2026, 10, 3, 14, 0, 0)

describe('money', () => {
  it.each([
    [123_450, 'USD', '1,234.50 USD'],
    [5, 'EUR', '0.05 EUR'],
    [-1_999, 'GBP', '−19.99 GBP'],
    [123_450, 'JPY', '123,450 JPY'],
    [1_234_567, 'KWD', '1,234.567 KWD'],
    [0, 'USD', '0.00 USD'],
    [900_719_925_474_099, 'USD', '9,007,199,254,740.99 USD'],
  ])('of %i minor units in %s reads %s', (minor, currency, text) => expect(moneyText(minor, currency)).toBe(text))
})

describe('a moment', () => {
  it.each([
    [0, 'now'],
    [42_000, '42 s ago'],
    [61_000, '1 min ago'],
    [3_600_000, '1 h ago'],
    [12_000_000, '3 h 20 min ago'],
    [100 * 3_600_000, '4 d 4 h ago'],
    [-90_000, 'in 1 min'],
    [8 * 86_400_000, '26 Oct'],
    [400 * 86_400_000, '29 Sep 2025'],
  ])('%i ms ago reads %s', (agoMs, text) => expect(relativeTime(nowMs - agoMs, nowMs)).toBe(text))

  it('keeps a duration to two units', () => expect(spanText(90_061_000)).toBe('1 d 1 h'))
})

describe('names of the contracts', () => {
  it.each([
    ['erp_post_failed', 'ERP post failed'],
    ['sku_mapping', 'SKU mapping'],
    ['on_hold', 'On hold'],
  ])('%s reads %s', (name, text) => expect(words(name)).toBe(text))
})

describe('masking', () => {
  it('hides people and keeps products, orders and money readable', () => {
    const shown = maskPersonal({
      name: '#1001',
      email: 'runa@example.com',
      total_price: '12.00',
      note: 'ring twice',
      shipping_address: { name: 'Runa Holm', address1: '4 Pier Road', zip: '04101', country_code: 'US' },
      line_items: [
        { name: 'Mooring rope', sku: 'ROPE-10', properties: [{ name: 'Engraving', value: 'to runa@example.com' }] },
      ],
      browser_ip: '203.0.113.7',
    })
    expect(shown).toEqual({
      name: '#1001',
      email: masked,
      total_price: '12.00',
      note: masked,
      shipping_address: { name: masked, address1: masked, zip: masked, country_code: 'US' },
      line_items: [
        { name: 'Mooring rope', sku: 'ROPE-10', properties: [{ name: 'Engraving', value: `to ${masked}` }] },
      ],
      browser_ip: masked,
    })
  })

  it.each(['firstName', 'first_name', 'FIRST-NAME', 'postalCode', 'Phone'])('knows %s however it is spelt', (name) =>
    expect(maskPersonal({ [name]: 'x' })).toEqual({ [name]: masked }),
  )

  it('keeps what is missing missing', () =>
    expect(maskPersonal({ phone: null, email: '' })).toEqual({ phone: null, email: '' }))

  it('never shows a part of what it cannot read', () => {
    expect(payloadText('name=Runa&zip=04101', false)).toBe(masked)
    expect(payloadText('name=Runa&zip=04101', true)).toBe('name=Runa&zip=04101')
  })

  it('gives up on depth rather than on the page', () => {
    const deep = `${'['.repeat(500)}"runa@example.com"${']'.repeat(500)}`
    expect(payloadText(deep, false)).not.toContain('runa')
  })
})

describe('the next step', () => {
  const world = demoWorld(nowMs)
  const step = (stage: Parameters<typeof demoOrderId>[0]) => {
    const state = world.orders.get(demoOrderId(stage))?.state
    if (state === undefined) throw new Error(stage)
    return nextStepOf(state, nowMs)
  }
  it.each([
    ['captured', 'crossdock', /being worked on/],
    ['erp_unknown', 'erp', /looked up first/],
    ['released', 'warehouse', /released and not shipped/],
    ['in_transit', 'carrier', /carrier has not reported delivery/],
    ['rejected', 'operations', /Correct the cause at the warehouse/],
    ['held', 'operations', /On hold \(manual\): Customer asked/],
    ['backordered', 'supplier', /on backorder/],
    ['cancelled', 'nobody', /cancelled/],
    ['delivered', 'nobody', /Everything is done/],
  ] as const)('of a %s order belongs to %s, and says why', (stage, actor, why) => {
    expect(step(stage).actor).toBe(actor)
    expect(step(stage).why).toMatch(why)
  })

  it('of an order for a later day says when that is', () => {
    const state = world.orders.get(demoOrderId('captured'))?.state
    if (state === undefined) throw new Error('no such order')
    const dated = { ...state, order: { ...state.order, shipNotBeforeMs: nowMs + 3 * 86_400_000 } }
    expect(nextStepOf(dated, nowMs).why).toMatch(/it may leave in 3 d/)
  })
})

describe('an event', () => {
  const entry = (type: string, event: string): LogEntry => ({
    seq: 1,
    atMs: nowMs,
    type,
    cause: { correlationId: 'c' as LogEntry['cause']['correlationId'], kind: 'saga', id: 'advance' },
    event,
    hash: '',
  })
  it('of a kind that is not known yet is named by its type', () =>
    expect(describeEvent(entry('price_matched', '{}')).text).toBe('Price matched'))
  it('that cannot be read is named by its type', () =>
    expect(describeEvent(entry('shipment_recorded', '{"shipment":null}')).text).toBe('Shipment recorded'))
  it('says of a look that found nothing that nothing was found', () =>
    expect(describeEvent(entry('units_backordered', '{"lines":[]}')).text).toMatch(/^Looked again/))
  it('calls locations by the names that it is given', () => {
    const left = entry('location_left', '{"location":"east","reason":"location_down"}')
    expect(describeEvent(left, () => 'Newark').text).toMatch(/^Leaves Newark: /)
    expect(describeEvent(left).text).toMatch(/^Leaves east: /)
  })
  it('of a name that every object has is only a name', () =>
    expect(describeEvent(entry('constructor', '{}')).text).toBe('Constructor'))
})

describe('the address of a list', () => {
  it('holds the filters that are set and nothing else', () => {
    const query = readListQuery('https://x/ops/orders?q=%20%231001%20&status=&evil=1&stage=posted', [
      'q',
      'status',
      'stage',
    ])
    expect(query).toEqual({ q: '#1001', stage: 'posted' })
    expect(listHref('/ops/orders', query, { cursor: 'abc' })).toBe('/ops/orders?q=%231001&stage=posted&cursor=abc')
    expect(listHref('/ops/orders', {})).toBe('/ops/orders')
  })
})

describe('the health of a partner', () => {
  const account = { id: 'wh-east' } as Parameters<typeof verdictOn>[0]['account']
  const quiet = {
    account: 'wh-east',
    waiting: 0,
    unknown: 0,
    rejected: 0,
    answers: 0,
    oldestOpenAtMs: null,
    lastDeliveryAtMs: null,
  }
  const idle = { parked: 0, leased: 0, pausedUntilMs: 0 }
  it.each([
    ['Rejects calls', { rejected: 1 }, idle],
    ['Behind', { waiting: 1, oldestOpenAtMs: nowMs - 3_600_000 }, idle],
    ['Unclear outcomes', { unknown: 1, oldestOpenAtMs: nowMs }, idle],
    ['Asked us to wait', {}, { ...idle, pausedUntilMs: nowMs + 1 }],
    ['Queueing', { waiting: 1 }, { ...idle, parked: 1 }],
    ['Healthy', { lastDeliveryAtMs: nowMs }, idle],
    ['Healthy', { answers: 1 }, idle],
    ['Quiet', {}, null],
  ])('is "%s" by what it does', (text, change, limiter) =>
    expect(verdictOn({ account, activity: { ...quiet, ...change }, limiter }, nowMs).text).toBe(text),
  )
})
