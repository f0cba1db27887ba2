/** Where to look first: pages of the console that show what just happened, and a question for the API. */
import { shadowProfileId } from './shadow-profile.ts'
import { type Order, waitsForSupply } from './summarise.ts'
import type { TradeDesk } from './trade-desk.ts'

export function worthOpening(url: string, key: string, desk: TradeDesk, orders: readonly Order[]): string {
  const routed =
    orders.find(({ fulfilmentOrders }) => fulfilmentOrders.length > 1) ??
    orders.find(({ reservations }) => reservations.length > 0)
  const waiting = orders.find(waitsForSupply)
  const held = orders.find(({ holds }) => holds.some(({ releasedAt }) => releasedAt === null))
  const pageOf = ({ orderId }: Pick<Order, 'orderId'>) => `/ops/orders/${encodeURIComponent(orderId)}`
  const pages = [
    ['what the shop shows, and how soon', '/ops/channels/shopify-us'],
    ['a cart that was ordered, up to its parcel', pageOf(desk)],
    ['why an order went where it went', routed && `${pageOf(routed)}/routing`],
    ['an order that waits for a supplier', waiting && pageOf(waiting)],
    ['what another sourcing profile would do', `/ops/sourcing/${shadowProfileId}`],
    ['an order that waits for a person', held && pageOf(held)],
    ['one SKU: where it lies, what is promised', '/ops/stock/ROPE-20'],
    ['a transfer that came short', `/ops/transfers/${desk.transfers[0] ?? ''}`],
    ['every open case', '/ops/exceptions'],
  ] as const
  const found = pages.flatMap(([what, path]) => (path === undefined ? [] : [[what, path] as const]))
  const width = Math.max(...found.map(([what]) => what.length))
  return [
    ...found.map(([what, path]) => `  ${what.padEnd(width)}  ${url}${path}`),
    '',
    '  what can be promised, with every term:',
    `  curl -H 'Authorization: Bearer ${key}' '${url}${desk.question}'`,
  ].join('\n')
}
