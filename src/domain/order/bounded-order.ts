/**
 * An order is one row of at most two megabytes, and its content appears in the row of one event as well. Titles are
 * what makes an order large, and they are only for people: a large order keeps their beginnings. The delivery keeps
 * all of it.
 */
import type { CanonicalOrder } from './canonical-order.ts'

const jsonLengthMax = 300_000
const shortTitle = 80
const tagsKept = 50

export function boundedOrder(order: CanonicalOrder): CanonicalOrder {
  if (JSON.stringify(order).length <= jsonLengthMax) return order
  return {
    ...order,
    lines: order.lines.map((line) => ({ ...line, title: line.title.slice(0, shortTitle) })),
    tags: order.tags.slice(0, tagsKept),
  }
}
