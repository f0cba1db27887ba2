/** How the one-word status of an order looks in lists and on the overview. */
import type { OrderStatus } from '../../../domain/order/order-status.ts'
import type { Tone } from './chip.tsx'
import type { IconName } from './icon.tsx'

export const orderStatusLooks = {
  on_hold: ['warn', 'pause', 'On hold'],
  exception: ['bad', 'triangle', 'Exception'],
  processing: ['info', 'bolt', 'Processing'],
  backordered: ['warn', 'clock', 'Backordered'],
  released: ['work', 'warehouse', 'Released'],
  partially_shipped: ['work', 'truck', 'Partly shipped'],
  shipped: ['good', 'truck', 'Shipped'],
  delivered: ['good', 'check', 'Delivered'],
  closed: ['good', 'check', 'Closed'],
  cancelled: ['neutral', 'x', 'Cancelled'],
} as const satisfies Record<OrderStatus, readonly [Tone, IconName, string]>
