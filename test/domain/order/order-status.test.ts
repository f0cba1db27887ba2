import { describe, expect, it } from 'vitest'
import type { LineQuantities, OrderState } from '../../../src/domain/order/order-state.ts'
import { nextActorOf, statusOf } from '../../../src/domain/order/order-status.ts'
import { capturedOrder, shippedOrder, startMs } from '../../fixtures/order-state.ts'

const none: LineQuantities = {
  ...{ open: 0, reserved: 0, backordered: 0, released: 0, shipped: 0, cancelled: 0, delivered: 0, returned: 0 },
}

/** An order of one line with nothing outstanding at any partner. */
function order(stage: OrderState['stage'], units: Partial<LineQuantities>, more: Partial<OrderState> = {}): OrderState {
  const state = shippedOrder('1001')
  const lines = state.lines.slice(0, 1).map((line) => ({ ...line, quantities: { ...none, ...units } }))
  return { ...state, stage, lines, intents: [], ...more }
}

const hold: OrderState['holds'][number] = {
  ...{ holdId: 'h1', kind: 'manual', reason: 'asked', placedAtMs: startMs, placedBy: 'operator' },
  ...{ releasedAtMs: null, releasedBy: null },
}

const exception: OrderState['exceptions'][number] = {
  ...{ exceptionId: 'sku_mapping/L1', category: 'sku_mapping', class: 'missing', message: '', remediation: '' },
  ...{ fingerprint: '', moneyAtRiskMinor: 0, openedAtMs: startMs, resolvedAtMs: null },
}

describe('an order', () => {
  it.each([
    ['just captured', capturedOrder('1001'), 'processing', 'crossdock'],
    ['reserved', order('reserved', { reserved: 3 }), 'processing', 'crossdock'],
    ['released', order('released', { released: 3 }), 'released', 'warehouse'],
    ['waiting for stock', order('planned', { backordered: 2, reserved: 1 }), 'backordered', 'supplier'],
    ['partly shipped', order('released', { shipped: 1, released: 2 }), 'partially_shipped', 'warehouse'],
    ['shipped but for a backorder', order('released', { shipped: 1, backordered: 2 }), 'partially_shipped', 'supplier'],
    ['shipped', order('released', { shipped: 3 }), 'shipped', 'carrier'],
    ['delivered', order('released', { shipped: 3, delivered: 3 }), 'delivered', 'nobody'],
    ['closed', order('closed', { shipped: 3 }), 'closed', 'nobody'],
    ['closed and delivered', order('closed', { shipped: 3, delivered: 3 }), 'delivered', 'nobody'],
    ['closed with nothing shipped', order('closed', { cancelled: 3 }), 'closed', 'nobody'],
    ['cancelled', order('cancelled', { cancelled: 3 }, { holds: [hold] }), 'cancelled', 'nobody'],
    ['held', order('validated', { open: 3 }, { holds: [hold] }), 'on_hold', 'operations'],
    ['excepted', order('captured', { open: 3 }, { exceptions: [exception] }), 'exception', 'operations'],
  ])('%s says so and names who is next', (_what, state, status, next) => {
    expect([statusOf(state), nextActorOf(state)]).toEqual([status, next])
  })

  it('is delivered when all that travels has arrived: a gift card has no parcel', () => {
    const delivered = order('closed', { shipped: 3, delivered: 3 })
    const giftCards = delivered.lines.map((line) => ({
      ...line,
      notStocked: true,
      quantities: { ...none, shipped: 1 },
    }))
    expect(statusOf({ ...delivered, lines: [...delivered.lines, ...giftCards] })).toBe('delivered')
    expect(statusOf({ ...delivered, lines: giftCards })).toBe('closed')
  })

  it('with its holds released and its exceptions resolved goes on', () => {
    const holds = [{ ...hold, releasedAtMs: startMs, releasedBy: 'operator' as const }]
    const exceptions = [{ ...exception, resolvedAtMs: startMs }]
    expect(statusOf(order('validated', { open: 3 }, { holds, exceptions }))).toBe('processing')
  })

  it.each([
    ['erp_create_order', 'erp'],
    ['warehouse_release', 'warehouse'],
    ['channel_fulfil', 'channel'],
  ])('waits for the partner of its %s call', (kind, next) => {
    const intents = shippedOrder('1001').intents.filter((intent) => intent.kind === kind)
    const waiting = intents.map((intent) => ({ ...intent, status: 'unknown' as const }))
    expect(nextActorOf(order('reserved', { reserved: 3 }, { intents: waiting }))).toBe(next)
    const settled = intents.map((intent) => ({ ...intent, status: 'settled' as const }))
    expect(nextActorOf(order('reserved', { reserved: 3 }, { intents: settled }))).toBe('crossdock')
  })
})
