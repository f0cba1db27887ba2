/** What a location owes the outside, and how each of it is sent. */

import { unreachable } from '../src/domain/shared/result.ts'
import type { Env } from '../src/env.ts'
import type { Disposition } from './drain-outbox.ts'
import type { LocationTables } from './location-tables.ts'
import type { OutboxRow } from './outbox.ts'

export type LocationEffect =
  /** D1 has not seen the newest entries of the log. Goes when the projection confirms. */
  | { readonly kind: 'project'; readonly throughSeq: number }
  /** It went down: whoever is to be shipped from here, however late it is by now, has to look for another place. */
  | { readonly kind: 'tell_orders' }
  /** It is up again: whoever was told to leave may want to come again, and whoever waits may come. */
  | { readonly kind: 'tell_returned' }

export const projectRow = 'project'
export const tellOrdersRow = 'tell_orders'
export const tellReturnedRow = 'tell_returned'

/** A wake-up whose projection never confirms is sent again after this. */
const projectAgainMs = 60_000
/** Messages in one `sendBatch`. */
const messagesMax = 100

/** `rows` are of one kind, and of each kind there is one row. */
export async function sendLocationEffects(
  env: Env,
  location: string,
  tables: LocationTables,
  rows: readonly OutboxRow<LocationEffect>[],
  nowMs: number,
): Promise<Disposition> {
  const effect = rows[0]?.effect
  if (effect === undefined) return 'done'
  switch (effect.kind) {
    case 'project':
      await env.PROJECTIONS.send({ type: 'project', actor: 'location', name: location, throughSeq: effect.throughSeq })
      return { againAtMs: nowMs + projectAgainMs }
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
