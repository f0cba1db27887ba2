/** What a location owes the outside, and how each of it is sent. */

import { unreachable } from '../src/domain/shared/result.ts'
import type { Env } from '../src/env.ts'
import type { Disposition } from './drain-outbox.ts'
import type { LocationTables } from './location-tables.ts'
import type { OutboxRow } from './outbox.ts'
import { type ProjectEffect, wakeProjection } from './projection-debt.ts'

export type LocationEffect =
  | ProjectEffect
  /** It went down: whoever is to be shipped from here, however late it is by now, has to look for another place. */
  | { readonly kind: 'tell_orders' }
  /** It is up again: whoever was told to leave may want to come again, and whoever waits may come. */
  | { readonly kind: 'tell_returned' }

export const tellOrdersRow = 'tell_orders'
export const tellReturnedRow = 'tell_returned'

/** Messages in one `sendBatch`. */
const messagesMax = 100

/** `rows` are of one kind, and of each kind there is one row. */
export async function sendLocationEffects(
  env: Env,
  location: string,
  tables: LocationTables,
  rows: readonly OutboxRow<LocationEffect>[],
): Promise<Disposition> {
  const effect = rows[0]?.effect
  if (effect === undefined) return 'done'
  switch (effect.kind) {
    case 'project':
      return wakeProjection(env, 'location', location, effect.throughSeq, Date.now())
    case 'tell_orders':
      await tellOrders(env, (after) => tables.ordersClaiming(after, messagesMax), {
        why: `location ${location} is down`,
        leaves: location,
      })
      return 'done'
    case 'tell_returned':
      await tellOrders(env, (after) => tables.ordersKnown(after, messagesMax), {
        why: `location ${location} is up`,
        returns: location,
      })
      await env.INBOUND_ORDERS.send({ type: 'location_up', location })
      return 'done'
    default:
      return unreachable(effect)
  }
}

/** An order that is woken twice looks twice: a round that failed half-way begins again. */
async function tellOrders(
  env: Env,
  pageAfter: (orderId: string) => readonly string[],
  wake: { readonly why: string; readonly leaves?: string; readonly returns?: string },
): Promise<void> {
  for (let after = ''; ; ) {
    const orderIds = pageAfter(after)
    const last = orderIds.at(-1)
    if (last === undefined) return
    await env.INBOUND_ORDERS.sendBatch(orderIds.map((orderId) => ({ body: { type: 'wake_order', orderId, ...wake } })))
    after = last
  }
}
