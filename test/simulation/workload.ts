/** What the outside does to a simulated company: orders, changes of mind, deliveries of stock, an operator's hand. */
import type { CanonicalOrder } from '../../src/domain/order/canonical-order.ts'
import { lineId, orderId } from '../../src/domain/shared/ids.ts'
import type { Random } from './random.ts'
import { channel, startMs, type World } from './world.ts'

const priceMinor = 1_000

export function schedule(world: World, random: Random): void {
  for (const item of world.skus) {
    for (const location of world.locations) {
      if (random.chance(0.8)) world.receive(item, location, random.between(1, 9), `first/${item}/${location}`)
    }
  }
  const orders = random.between(3, 7)
  for (let number = 1; number <= orders; number += 1) scheduleOrder(world, random, String(number))
  for (let receipt = 0; receipt < 4; receipt += 1) {
    const [item, location] = [random.pick(world.skus), random.pick(world.locations)]
    const quantity = random.chance(0.2) ? -1 : random.between(1, 6)
    world.clock.at(startMs + random.between(1, 900_000), () =>
      world.receive(item, location, quantity, `later/${receipt}`),
    )
  }
}

function scheduleOrder(world: World, random: Random, externalOrderId: string): void {
  const placedAtMs = startMs + random.between(1, 300_000)
  const id = orderId(channel, externalOrderId)
  const first = orderOf(world, random, externalOrderId, placedAtMs)
  world.clock.at(placedAtMs, () => world.deliver(id, { type: 'observe', order: first }))
  const later = () => placedAtMs + random.between(100, 400_000)
  if (random.chance(0.4)) {
    const changedAtMs = later()
    const changed = changedOrder(first, random, changedAtMs)
    world.clock.at(changedAtMs, () => world.deliver(id, { type: 'observe', order: changed }))
  }
  if (random.chance(0.2))
    world.clock.at(later(), () => world.deliver(id, { type: 'cancel', reason: 'changed my mind' }))
  if (random.chance(0.15)) {
    world.clock.at(later(), () => world.deliver(id, { type: 'place_hold', holdId: 'h', kind: 'fraud', reason: 'odd' }))
    world.clock.at(later() + 200_000, () => world.deliver(id, { type: 'release_hold', holdId: 'h' }))
  }
  if (random.chance(0.15)) scheduleRefund(world, random, first, later())
}

function scheduleRefund(world: World, random: Random, order: CanonicalOrder, atMs: number): void {
  const line = random.pick(order.lines)
  const refund = {
    externalRefundId: `refund-${order.externalOrderId}`,
    atMs,
    amountMinor: priceMinor,
    currency: order.currency,
    lines: [{ lineId: lineId(line.lineId), quantity: 1, restock: random.pick(['cancel', 'none'] as const) }],
  }
  world.clock.at(atMs, () => world.deliver(orderId(channel, order.externalOrderId), { type: 'record_refund', refund }))
}

function orderOf(world: World, random: Random, externalOrderId: string, placedAtMs: number): CanonicalOrder {
  const lines = Array.from({ length: random.between(1, 3) }, (_, index) => ({
    lineId: `L${index + 1}`,
    externalSku: random.pick(world.skus),
    title: 'thing',
    quantity: random.between(1, 4),
    unitPriceMinor: priceMinor,
    discountMinor: 0,
    taxMinor: 0,
    requiresShipping: true,
  }))
  return withTotals({
    account: channel,
    externalOrderId,
    externalNumber: null,
    placedAtMs,
    sourceVersionMs: placedAtMs,
    currency: 'USD',
    presentment: null,
    customer: null,
    shipTo: {
      name: 'A',
      company: null,
      line1: '1 Quay',
      line2: null,
      city: 'Portland',
      region: 'ME',
      postalCode: '04101',
      country: 'US',
      phone: null,
      email: null,
    },
    billTo: null,
    lines,
    totals: { subtotalMinor: 0, discountMinor: 0, shippingMinor: 0, taxMinor: 0, totalMinor: 0 },
    taxesIncluded: false,
    payment: 'paid',
    shippingMethod: null,
    allowPartial: null,
    cancelledAtMs: null,
    cancelReason: null,
    tags: [],
  })
}

function changedOrder(order: CanonicalOrder, random: Random, sourceVersionMs: number): CanonicalOrder {
  const lines = order.lines.map((line) => ({ ...line, quantity: random.between(0, 5) }))
  return withTotals({ ...order, lines, sourceVersionMs })
}

function withTotals(order: CanonicalOrder): CanonicalOrder {
  const subtotalMinor = order.lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
  return { ...order, totals: { ...order.totals, subtotalMinor, totalMinor: subtotalMinor } }
}
