/** Finds the order that a path names, as far as the caller may see it. */
import { z } from '@hono/zod-openapi'
import { actor, type OrderApi } from '../../actor-apis.ts'
import { externalIdSchema } from '../../domain/order/canonical-order.ts'
import type { OrderState } from '../../domain/order/order-state.ts'
import { accountId, type OrderId, orderId } from '../../domain/shared/ids.ts'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import { mayActFor } from '../auth.ts'
import type { AppContext } from '../context.ts'

/** `<account>:<externalOrderId>`, url-encoded where the client likes. */
const orderIdPattern = /^([a-z0-9][a-z0-9-]{0,62}):(.+)$/

export const orderPathSchema = z.object({
  id: z
    .string()
    .max(200)
    .openapi({
      param: { name: 'id', in: 'path' },
      description: '`<account>:<externalOrderId>`',
      example: 'b2b:PO-7781',
    }),
})

export type OrderAccessRefusal =
  | { readonly reason: 'order_not_found'; readonly orderId: string }
  | { readonly reason: 'account_not_allowed'; readonly account: string }

export type OrderAccess = { readonly orderId: OrderId; readonly order: OrderApi }

/**
 * An id of no configured account is unknown without asking: it must not create an actor. A warehouse's restricted key
 * gets at an order only through the fulfilment orders it was given.
 */
export async function findOrder(c: AppContext, id: string): Promise<Result<OrderAccess, OrderAccessRefusal>> {
  const match = orderIdPattern.exec(id)
  const [account, externalId] = [match?.[1], match?.[2]]
  const configured = c.var.config.accounts.some((candidate) => candidate.id === account)
  if (account === undefined || !configured || !externalIdSchema.safeParse(externalId).success) {
    return err({ reason: 'order_not_found', orderId: id })
  }
  const known = orderId(accountId(account), externalId ?? '')
  const order = actor<OrderApi>(c.env.ORDER, known)
  if (mayActFor(c.var.principal, account)) return ok({ orderId: known, order })
  if (await isFulfilledByCaller(c, order)) return ok({ orderId: known, order })
  return err({ reason: 'account_not_allowed', account })
}

async function isFulfilledByCaller(c: AppContext, order: OrderApi): Promise<boolean> {
  const { account } = c.var.principal
  const isWarehouse = c.var.config.accounts.some(({ id, role }) => id === account && role === 'warehouse')
  const state = isWarehouse ? await order.state() : null
  return state !== null && isFulfilledBy(state, account)
}

function isFulfilledBy(state: OrderState, account: string | null): boolean {
  return state.fulfilmentOrders.some((fulfilment) => fulfilment.account === account)
}
