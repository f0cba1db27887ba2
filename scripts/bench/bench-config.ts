/**
 * The company that is measured: a Shopify shop and a trade portal that sell from one location. Nobody is behind it: no
 * ERP and no warehouse, since the benchmark is of Crossdock and not of partners.
 */
import { type CompiledConfig, compileConfig } from '../../src/domain/config/compile-config.ts'
import { sha256Hex } from '../serve/start-crossdock.ts'

export const benchKey = 'bench-key-0123456789abcdefghijkl'
export const benchLocation = 'east'
export const shop = { account: 'shop', domain: 'bench.example', secret: 'bench-webhook-secret' } as const
export const portal = 'portal'

export const skuNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `SKU-${String(index + 1).padStart(4, '0')}`)

export function benchConfig(skus: readonly string[]): CompiledConfig {
  const compiled = compileConfig(
    {
      company: 'Benchmark',
      entities: [{ id: 'bench', name: 'Benchmark', currencies: ['USD'] }],
      accounts: [
        {
          id: shop.account,
          partner: 'shopify',
          role: 'channel',
          entity: 'bench',
          secrets: { webhook: 'shop-webhook' },
          settings: { shopDomain: shop.domain },
        },
        { id: portal, partner: 'canonical', role: 'channel', entity: 'bench' },
      ],
      locations: [{ id: benchLocation, name: 'Newark', kind: 'warehouse', country: 'US', region: 'NJ' }],
      secrets: { 'shop-webhook': shop.secret },
      skus: skus.map((sku) => ({ sku, title: sku })),
      apiKeys: [
        {
          id: 'bench',
          key: benchKey,
          scopes: [
            'orders:read',
            'orders:write',
            'inventory:read',
            'inventory:write',
            'reservations:write',
            'metrics:read',
          ],
        },
      ],
    },
    sha256Hex,
  )
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
  return compiled.value
}
