/** Correctly signed webhooks, each another one, acknowledged once they are durable: with and without much work behind. */
import type { BenchRequest } from '../drive.ts'
import { type Answers, assertEqual, type Load, type Scenario } from '../scenario.ts'
import { signedOrders, signedProducts } from '../signed-webhooks.ts'
import { benchApi, stockUp } from '../stock.ts'

/** The door alone. */
export const webhooks: Scenario = {
  name: 'webhooks',
  title: 'webhooks acknowledged',
  skus: 1,
  connections: null,
  goals: {},
  load: { product: async (url) => productLoad(url, signedProducts()), minimal: minimalLoad, postgres: null },
}

/** The same runtime captures, reserves and projects the orders meanwhile. */
export const orderWebhooks: Scenario = {
  name: 'order-webhooks',
  title: 'order webhooks, worked behind',
  skus: 30,
  connections: null,
  goals: {},
  load: {
    product: async (url, skus) => {
      await stockUp(url, skus)
      const order = signedOrders(skus)
      return productLoad(url, () => order().request)
    },
    minimal: null,
    postgres: null,
  },
}

function productLoad(url: string, next: () => BenchRequest): Load {
  return {
    success: 202,
    perSecond: null,
    next,
    verify: async (answers) => {
      assertEqual('deliveries kept', await deliveriesKept(url), acknowledged(answers))
      return {}
    },
  }
}

async function minimalLoad(url: string): Promise<Load> {
  const product = signedProducts()
  return {
    success: 202,
    perSecond: null,
    next: () => ({ ...product(), path: '/webhooks' }),
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
