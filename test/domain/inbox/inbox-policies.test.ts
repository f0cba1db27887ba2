import { describe, expect, it } from 'vitest'
import type { Delivery, DeliveryOutcome, DeliveryStatus } from '../../../src/domain/inbox/delivery.ts'
import { factsOf } from '../../../src/domain/inbox/delivery-facts.ts'
import { accountOfInbox, inboxName, inboxShards } from '../../../src/domain/inbox/inbox-name.ts'
import { resendDelayMs, sendRoom } from '../../../src/domain/inbox/resend.ts'
import { defer, replay, settle } from '../../../src/domain/inbox/settle.ts'
import { accountId, correlationId, deliveryId } from '../../../src/domain/shared/ids.ts'

const t0 = 1_000_000
const received: Delivery = {
  deliveryId: deliveryId('d1'),
  account: accountId('shopify-us'),
  domain: 'orders',
  topic: 'orders/create',
  dedupeKeys: ['event:1'],
  headers: { 'x-shop': 'harbour' },
  body: '{"email":"buyer@example.com"}',
  receivedAtMs: t0,
  correlationId: correlationId('c1'),
  status: 'received',
  attempts: 1,
  round: 0,
  repeats: 0,
  reason: null,
  message: null,
  subjects: [],
  settledAtMs: null,
}
const applied: DeliveryOutcome = { status: 'applied', subjects: ['shopify-us:1'], message: null }
const rejected: DeliveryOutcome = { status: 'rejected', reason: 'schema_mismatch', message: 'no lines', subjects: [] }
const dead: DeliveryOutcome = { status: 'dead_lettered', reason: 'consumer_failed', message: 'boom', subjects: [] }

describe('settling a delivery', () => {
  it('takes the outcome with its reason and time', () => {
    expect(settle(received, rejected, t0 + 5)).toMatchObject({
      status: 'rejected',
      reason: 'schema_mismatch',
      message: 'no lines',
      settledAtMs: t0 + 5,
    })
  })

  const settledAs = (status: DeliveryStatus): Delivery => ({ ...received, status, settledAtMs: t0 })
  it.each(['applied', 'duplicate', 'rejected'] as const)('lets the first outcome stand: %s', (status) => {
    for (const outcome of [applied, rejected, dead]) expect(settle(settledAs(status), outcome, t0 + 9)).toBeNull()
  })

  it('lets a dead letter still turn out well, once', () => {
    expect(settle(settledAs('dead_lettered'), applied, t0 + 9)).toMatchObject({ status: 'applied', reason: null })
    expect(settle(settledAs('dead_lettered'), dead, t0 + 9)).toBeNull()
  })

  it('can be put off while it is under way, and counts its rounds', () => {
    const early = { status: 'deferred', reason: 'order_not_found', message: 'early', retryAtMs: t0 + 9 } as const
    const later = defer({ ...received, attempts: 3 }, early)
    expect(later).toMatchObject({ status: 'received', round: 1, reason: 'order_not_found', attempts: 0 })
    expect(defer(settledAs('applied'), early)).toBeNull()
  })

  it('can be put back when settled, and only then', () => {
    expect(replay(received)).toBeNull()
    expect(replay(settledAs('rejected'))).toMatchObject({ status: 'received', settledAtMs: null, reason: null })
  })
})

describe('facts for the log', () => {
  it('carry neither body nor headers nor dedupe keys', () => {
    const text = JSON.stringify(factsOf(received, 29))
    expect(text).not.toContain('buyer@example.com')
    expect(text).not.toContain('harbour')
    expect(text).not.toContain('event:1')
  })
})

describe('naming', () => {
  it('sends one entity to one shard, and spreads entities over all of them', () => {
    expect(inboxName('shopify-us', '1001')).toBe(inboxName('shopify-us', '1001'))
    const names = new Set(Array.from({ length: 500 }, (_, index) => inboxName('shopify-us', `${1000 + index}`)))
    expect(names.size).toBe(inboxShards)
    for (const name of names) expect(accountOfInbox(name)).toBe('shopify-us')
  })
})

describe('sending again', () => {
  it('waits longer each time, up to half an hour', () => {
    const delays = [1, 2, 3, 4, 7, 8, 50].map(resendDelayMs)
    expect(delays).toEqual([20_000, 40_000, 80_000, 160_000, 1_280_000, 1_800_000, 1_800_000])
  })

  it('leaves room for first sends only below the bound', () => {
    expect([sendRoom(0), sendRoom(499), sendRoom(500), sendRoom(900)]).toEqual([500, 1, 0, 0])
  })
})
