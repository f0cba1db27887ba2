/** What the objects of the minimal worker find of each other. */
import type { Planning } from '../network.ts'
import type { MinimalInbox } from './inbox.ts'
import type { MinimalOrder } from './order.ts'
import type { MinimalRegistry } from './registry.ts'
import type { MinimalSku } from './sku.ts'
import type { MinimalStock } from './stock.ts'

export type Env = {
  readonly STOCK: DurableObjectNamespace<MinimalStock>
  readonly SKU: DurableObjectNamespace<MinimalSku>
  readonly REGISTRY: DurableObjectNamespace<MinimalRegistry>
  readonly ORDER: DurableObjectNamespace<MinimalOrder>
  readonly INBOX: DurableObjectNamespace<MinimalInbox>
  readonly WEBHOOK_SECRET: string
  readonly PLANNING: Planning
}
/** `sku` names a position: the SKU where there is one location, `<sku>@<location>` where there are several. */
export type Line = { readonly sku: string; readonly quantity: number }

export const stockOf = (env: Env, sku: string) => env.STOCK.get(env.STOCK.idFromName(sku))
