/** The actor that an address names. An id that no channel of ours can have is unknown without waking anything. */
import { actor, type OrderApi } from '../../../actor-apis.ts'
import { externalIdSchema } from '../../../domain/order/canonical-order.ts'
import type { OpsContext } from '../ops-context.ts'

export type FoundOrder = { readonly orderId: string; readonly order: OrderApi }

export function findOrder(c: OpsContext): FoundOrder | null {
  const orderId = c.req.param('id') ?? ''
  const colon = orderId.indexOf(':')
  const isOurs = c.var.config.accounts.some((account) => account.id === orderId.slice(0, Math.max(colon, 0)))
  if (!isOurs || !externalIdSchema.safeParse(orderId.slice(colon + 1)).success) return null
  return { orderId, order: actor<OrderApi>(c.env.ORDER, orderId) }
}
