/**
 * A day at the store, compressed: orders of every kind and what goes wrong with webhooks, in the order they are sent.
 * Pure and seeded; it says beforehand what must have become of it.
 */
import { type Random, seededRandom } from './seeded-random.ts'
import { type CatalogItem, type OrderKind, orderKinds } from './shopify-draft.ts'
import { orderFactory } from './shopify-orders.ts'
import type { WebhookEvent } from './shopify-webhooks.ts'
import { type WireOrder, wireTime } from './shopify-wire.ts'

export type OrderStream = {
  /** As the store records them at the end. */
  readonly orders: readonly WireOrder[]
  readonly events: readonly WebhookEvent[]
  /** What a receiver must end with; ids are Shopify's own. */
  readonly expected: {
    readonly captured: readonly number[]
    readonly cancelled: readonly number[]
    readonly unmapped: readonly number[]
    readonly duplicates: number
    readonly forged: number
  }
}

/** Shares of the stream, per hundred orders. */
const shares = { duplicate: 0.1, updateFirst: 0.05, lateUpdate: 0.05, cancelled: 0.04 } as const
const secondMs = 1_000

export function orderStream(options: {
  readonly seed: number
  readonly count: number
  readonly catalog: readonly CatalogItem[]
  readonly startMs: number
  /** Which kinds to draw from; default all. The first of them come in turn, so a short stream has them all. */
  readonly kinds?: readonly OrderKind[]
  readonly shopNumber?: number
  readonly calm?: boolean
}): OrderStream {
  const random = seededRandom(options.seed)
  const factory = orderFactory({
    seed: options.seed + 1,
    catalog: options.catalog,
    ...(options.shopNumber === undefined ? {} : { shopNumber: options.shopNumber }),
  })
  const kinds = options.kinds ?? orderKinds
  const placed = Array.from({ length: options.count }, (_, index) => {
    const kind = kinds[index] ?? random.pick(kinds)
    return { kind, order: factory.next(kind, options.startMs + index * 10 * secondMs) }
  })
  const stories = placed.map(({ kind, order }, index) => storyOf(kind, order, index, random, options.calm === true))
  const forged = options.calm
    ? []
    : placed.slice(0, Math.ceil(options.count / 50)).map(({ order }) => forge(order, random))
  return {
    orders: stories.map((story) => story.order),
    events: [...stories.flatMap((story) => story.events), ...forged],
    expected: {
      captured: placed.map(({ order }) => order.id),
      cancelled: stories.filter((story) => story.order.cancelled_at !== null).map((story) => story.order.id),
      unmapped: placed.filter(({ kind }) => kind === 'unmapped_sku').map(({ order }) => order.id),
      duplicates: stories.reduce((sum, story) => sum + story.duplicates, 0),
      forged: forged.length,
    },
  }
}

type Story = { readonly order: WireOrder; readonly events: readonly WebhookEvent[]; readonly duplicates: number }

/** Each order may have at most one misfortune; the first few get one of each, so a short stream shows them all. */
function storyOf(kind: OrderKind, order: WireOrder, index: number, random: Random, calm: boolean): Story {
  const created = eventOf('orders/create', order, random)
  const draw = calm ? 1 : random.next()
  const limits = [shares.duplicate, shares.updateFirst, shares.lateUpdate, shares.cancelled]
  const drawn = limits.findIndex((_, at) => draw < limits.slice(0, at + 1).reduce((sum, share) => sum + share, 0))
  const misfortune = calm ? -1 : index < limits.length ? index : drawn
  const newer = { ...order, updated_at: later(order, 60), tags: 'checked' }
  switch (misfortune) {
    case 0:
      return { order, events: [created, { ...created }], duplicates: 1 }
    case 1:
      // The update overtakes the create within the same second.
      return { order: newer, events: [eventOf('orders/updated', newer, random), created], duplicates: 0 }
    case 2: {
      const stale = { ...order, updated_at: later(order, 30), tags: 'stale' }
      const events = [created, eventOf('orders/updated', newer, random), eventOf('orders/updated', stale, random)]
      return { order: newer, events, duplicates: 0 }
    }
    case 3: {
      if (kind === 'unmapped_sku') return { order, events: [created], duplicates: 0 }
      const at = later(order, 90)
      const cancelled = { ...order, updated_at: at, cancelled_at: at, cancel_reason: 'customer' }
      return { order: cancelled, events: [created, eventOf('orders/cancelled', cancelled, random)], duplicates: 0 }
    }
    default:
      return { order, events: [created], duplicates: 0 }
  }
}

/** A forger copies an order, gives it a number of his own and cannot sign it. */
function forge(order: WireOrder, random: Random): WebhookEvent {
  const copy = { ...order, id: order.id + 1, total_price: '0.01' }
  return { ...eventOf('orders/create', copy, random), forged: true }
}

function eventOf(topic: string, order: WireOrder, random: Random): WebhookEvent {
  const triggeredAtMs = Date.parse(order.updated_at)
  return { topic, body: JSON.stringify(order), eventId: random.uuid(), triggeredAtMs }
}

function later(order: WireOrder, seconds: number): string {
  return wireTime(Date.parse(order.created_at) + seconds * secondMs)
}
