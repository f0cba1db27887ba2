/** Availability as the position itself knows it: no cache between the question and the actor. */
import { benchKey, portal } from '../bench-config.ts'
import type { Scenario } from '../scenario.ts'
import { stockUp } from '../stock.ts'

export const availability: Scenario = {
  name: 'availability',
  title: 'availability, strict',
  skus: 1_000,
  connections: null,
  load: { product: productLoad, minimal: null },
}

async function productLoad(url: string, skus: readonly string[]) {
  await stockUp(url, skus)
  let count = 0
  return {
    success: 200,
    perSecond: null,
    next: () => {
      count += 1
      const sku = skus[count % skus.length] ?? ''
      return {
        method: 'GET',
        path: `/v1/atp?sku=${sku}&channel=${portal}&quantity=1&maxStalenessMs=0`,
        headers: { authorization: `Bearer ${benchKey}` },
      } as const
    },
    verify: async () => ({}),
  }
}
