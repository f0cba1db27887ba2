/** What the outside does to a simulated company: orders, changes of mind, deliveries of stock, an operator's hand. */
import type { CanonicalOrder } from '../../src/domain/order/canonical-order.ts'
import type { OrderCommandBody } from '../../src/domain/order/order-command.ts'
import { lineId, orderId } from '../../src/domain/shared/ids.ts'
import type { Random } from './random.ts'
import { channel, startMs, type World } from './world.ts'

const priceMinor = 1_000

export function schedule(world: World, random: Random): void {
  const { skus, locations } = world.company
  for (const item of skus) {
    for (const location of locations) {
      if (random.chance(0.8)) world.receive(item, location, random.between(1, 9), `first/${item}/${location}`)
    }
  }
  const orders = random.between(3, 7)
  for (let number = 1; number <= orders; number += 1) scheduleOrder(world, random, String(number))
  for (let told = 0; told < 6; told += 1) {
    const [item, location] = [random.pick(skus), random.pick(locations)]
    const quantity = random.chance(0.25) ? -random.between(1, 4) : random.between(1, 6)
    const counted = random.chance(0.25) ? random.between(-2, 1) : null
    world.clock.at(startMs + random.between(1, 1_100_000), () => {
      if (counted === null) world.receive(item, location, quantity, `later/${told}`)
      else world.count(item, location, counted, `count/${told}`)
    })
  }
  for (let minute = 2; minute < 20; minute += 2) world.clock.at(startMs + minute * 60_000, () => world.shipByHand())
}

function scheduleOrder(world: World, random: Random, externalOrderId: string): void {
  const placedAtMs = startMs + random.between(1, 300_000)
  const id = orderId(channel, externalOrderId)
  const first = orderOf(world, random, externalOrderId, placedAtMs)
  const tell = (atMs: number, body: OrderCommandBody) => world.clock.at(atMs, () => world.deliver(id, body))
  tell(placedAtMs, { type: 'observe', order: first })
  const later = () => placedAtMs + random.between(100, 800_000)
  let newest = first
  for (let change = 0; change < 3 && random.chance(0.4); change += 1) {
    const atMs = later()
    // Two versions of the same instant, at times.
    newest = changedOrder(world, newest, random, random.chance(0.15) ? newest.sourceVersionMs : atMs)
    tell(atMs, { type: 'observe', order: newest })
  }
  if (random.chance(0.2)) tell(later(), { type: 'cancel', reason: 'changed my mind' })
  for (let hold = 0; hold < 2 && random.chance(0.2); hold += 1) {
    const [holdId, atMs] = [`h${hold}`, later()]
    tell(atMs, { type: 'place_hold', holdId, kind: 'fraud', reason: 'odd' })
    tell(atMs + random.between(1, 200_000), { type: 'release_hold', holdId })
  }
  if (random.chance(0.1)) world.clock.at(later(), () => world.deliver(id, { type: 'retry' }, 'operator'))
  for (let refund = 0; refund < 2 && random.chance(0.2); refund += 1) {
    // A refund may be heard of before its order.
    const atMs = random.chance(0.2) ? placedAtMs - random.between(1, 5_000) : later()
    tell(atMs, refundOf(random, first, `refund-${externalOrderId}-${refund}`, atMs))
  }
  if (random.chance(0.15)) tell(later(), returnOf(random, first, later()))
  if (random.chance(0.15)) scheduleFulfilmentByHand(random, first, later(), tell)
}

function refundOf(random: Random, order: CanonicalOrder, externalRefundId: string, atMs: number): OrderCommandBody {
  const restock = random.pick(['cancel', 'cancel', 'return', 'none'] as const)
  const lines = [{ lineId: lineId(random.pick(order.lines).lineId), quantity: random.between(1, 2), restock }]
  const refund = { externalRefundId, atMs, amountMinor: priceMinor, currency: order.currency, lines }
  return { type: 'record_refund', refund }
}

function returnOf(random: Random, order: CanonicalOrder, atMs: number): OrderCommandBody {
  const lines = [{ lineId: lineId(random.pick(order.lines).lineId), quantity: 1 }]
  return { type: 'record_return', externalReturnId: `return-${order.externalOrderId}`, lines, atMs }
}

/** Somebody fulfils a part in the channel's own console, and may take it back. */
function scheduleFulfilmentByHand(
  random: Random,
  order: CanonicalOrder,
  atMs: number,
  tell: (atMs: number, body: OrderCommandBody) => void,
): void {
  const shown = {
    type: 'record_channel_fulfilment',
    externalFulfilmentId: `console-${order.externalOrderId}`,
    trackingNumbers: ['console'],
    lines: [{ lineId: lineId(random.pick(order.lines).lineId), quantity: random.between(1, 2) }],
  } as const
  tell(atMs, { ...shown, status: 'success', atMs })
  if (!random.chance(0.3)) return
  const withdrawnAtMs = atMs + random.between(1, 200_000)
  tell(withdrawnAtMs, { ...shown, status: 'cancelled', atMs: withdrawnAtMs })
}

function orderOf(world: World, random: Random, externalOrderId: string, placedAtMs: number): CanonicalOrder {
  const lines = Array.from({ length: random.between(1, 3) }, () => ({
    externalSku: random.pick(world.company.externalSkus),
    quantity: random.between(1, 4),
  }))
  return orderFor(lines, externalOrderId, placedAtMs)
}

type Wanted = { readonly externalSku: string; readonly quantity: number }

export function orderFor(wanted: readonly Wanted[], externalOrderId: string, placedAtMs: number): CanonicalOrder {
  const lines = wanted.map((line, index) => ({
    ...line,
    lineId: `L${index + 1}`,
    title: 'thing',
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
    shipTo,
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

const shipTo = {
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
}

function changedOrder(world: World, order: CanonicalOrder, random: Random, sourceVersionMs: number): CanonicalOrder {
  const lines = order.lines.map((line) => ({
    ...line,
    quantity: random.between(0, 5),
    externalSku: random.chance(0.1) ? random.pick(world.company.externalSkus) : line.externalSku,
  }))
  const cancelledAtMs = random.chance(0.08) ? sourceVersionMs : order.cancelledAtMs
  return withTotals({ ...order, lines, sourceVersionMs, cancelledAtMs })
}

function withTotals(order: CanonicalOrder): CanonicalOrder {
  const subtotalMinor = order.lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
  return { ...order, totals: { ...order.totals, subtotalMinor, totalMinor: subtotalMinor } }
}
