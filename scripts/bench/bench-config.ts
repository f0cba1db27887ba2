/**
 * The company that is measured: a Shopify shop and a trade portal. Nobody is behind it: no ERP and no warehouse, since
 * the benchmark is of Crossdock and not of partners.
 */
import { type CompiledConfig, compileConfig } from '../../src/domain/config/compile-config.ts'
import { sha256Hex } from '../serve/start-crossdock.ts'
import { gramsOf, type Network, oneLocation } from './network.ts'

export const benchKey = 'bench-key-0123456789abcdefghijkl'
export const benchLocation = 'east'
export const shop = { account: 'shop', domain: 'bench.example', secret: 'bench-webhook-secret' } as const
export const portal = 'portal'
const currency = 'USD'
const profile = 'weighed'

export const skuNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `SKU-${String(index + 1).padStart(4, '0')}`)

export function benchConfig(skus: readonly string[], network: Network = oneLocation): CompiledConfig {
  const compiled = compileConfig(
    {
      company: 'Benchmark',
      entities: [{ id: 'bench', name: 'Benchmark', currencies: [currency] }],
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
      locations: network.places.map((place) => ({ ...place, name: place.id, kind: 'warehouse', country: 'US' })),
      secrets: { 'shop-webhook': shop.secret },
      skus: skus.map((sku, index) => ({ sku, title: sku, weightGrams: gramsOf(index) })),
      ...ratesAndProfile(network),
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

/** Units go whole or not at all, in as many parcels as it takes. Nothing where there is nothing to choose among. */
function ratesAndProfile({ zones, prices, weights, places }: Network): object {
  if (places.length === 1) return {}
  const rules = zones.map(({ zone, origin, country, postalPrefix }) => ({
    zone,
    country,
    origins: [origin],
    postalPrefixes: [postalPrefix],
  }))
  const services = [...Map.groupBy(prices, ({ service }) => service)].map(([id, own]) => ({
    id,
    currency,
    prices: own.map(({ zone, gramsMax, costMinor }) => ({ zone, gramsMax, costMinor })),
    transit: [...new Set(own.map(({ zone }) => zone))].map((zone) => ({ zone, p50Days: zone, p90Days: zone + 2 })),
  }))
  const strategy = { id: 'weighed', constraints: { wholeOrder: true }, weights }
  return {
    rates: { zones: rules, services },
    sourcing: { profiles: [{ id: profile, strategies: [strategy] }], defaultProfile: profile },
  }
}
