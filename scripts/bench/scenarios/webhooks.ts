/** Order webhooks of a Shopify shop, each another order and correctly signed, acknowledged once they are durable. */
import { type Answers, assertEqual, type Load, type Scenario } from '../scenario.ts'
import { signedOrders } from '../signed-orders.ts'
import { benchApi, stockUp } from '../stock.ts'

export const webhooks: Scenario = {
  name: 'webhooks',
  title: 'webhooks acknowledged',
  skus: 10,
  connections: null,
  load: { product: productLoad, minimal: minimalLoad },
}

async function productLoad(url: string, skus: readonly string[]): Promise<Load> {
  await stockUp(url, skus)
  const order = signedOrders(skus)
  return {
    success: 202,
    perSecond: null,
    next: () => order().request,
    verify: async (answers) => {
      assertEqual('deliveries kept', await deliveriesKept(url), acknowledged(answers))
      return {}
    },
  }
}

async function minimalLoad(url: string, skus: readonly string[]): Promise<Load> {
  const order = signedOrders(skus)
  return {
    success: 202,
    perSecond: null,
    next: () => ({ ...order().request, path: '/webhooks' }),
    verify: async (answers) => {
      const { kept } = (await (await fetch(`${url}/deliveries`)).json()) as { readonly kept: number }
      assertEqual('deliveries kept', kept, acknowledged(answers))
      return {}
    },
  }
}

const acknowledged = (answers: Answers) => answers['202'] ?? 0

/** Whatever became of them meanwhile. */
async function deliveriesKept(url: string): Promise<number> {
  const text = await benchApi(url).text('/metrics')
  const samples = text.matchAll(/^crossdock_inbox_deliveries\{account="shop",status="(\w+)"\} (\d+)$/gm)
  return [...samples].reduce((sum, [, status, count]) => sum + (status === 'repeats' ? 0 : Number(count)), 0)
}
