/** The saga's ports in the deployed system: configuration and catalogue in KV, one actor per position. */
import { actor, type StockApi } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import { findBundleParts, findListing, findSku } from '../src/config/catalog.ts'
import type { SagaPorts } from '../src/domain/order/advance.ts'
import { candidateLocations, channelFinding } from '../src/domain/order/order-policy.ts'
import type { LineFinding } from '../src/domain/order/saga-command.ts'
import { positionId } from '../src/domain/shared/ids.ts'
import type { Env } from '../src/env.ts'
import { callPosition } from './call-position.ts'

export function orderPorts(env: Env, order: Pick<SagaPorts, 'state' | 'record'>): SagaPorts {
  const stock = (position: string) => actor<StockApi>(env.STOCK, position)
  return {
    ...order,
    nowMs: Date.now,
    findChannel: async (account) => channelFinding(await activeConfig(env, Date.now()), account),
    findLines: (account, lines) =>
      Promise.all(
        lines.map(async ({ lineId, externalSku }) => ({
          lineId,
          externalSku,
          listing: await findStockedListing(env, account, externalSku),
        })),
      ),
    candidates: async (account) => {
      const config = await activeConfig(env, Date.now())
      return { configVersion: config.version, locations: candidateLocations(config, account) }
    },
    figure: async (sku, location) => {
      const position = positionId(sku, location)
      const { states } = await stock(position).view(position)
      return { sku, location, available: states.available }
    },
    applyStock: (sku, location, commands) => callPosition(env, positionId(sku, location), commands),
  }
}

async function findStockedListing(
  env: Env,
  account: string,
  externalSku: string | null,
): Promise<LineFinding['listing']> {
  if (externalSku === null) return null
  const listing = await findListing(env, account, externalSku, Date.now())
  if (listing === null) return null
  const { sku, packQuantity } = listing
  const entry = await findSku(env, sku, Date.now())
  if (entry === null || entry.components.length === 0) return { sku, packQuantity, stocked: entry?.stocked ?? true }
  const resolved = await findBundleParts(env, entry, Date.now())
  // A kit whose components nobody knows cannot be picked: it waits for the catalogue like any unknown SKU.
  if (!resolved.ok) return null
  return { sku, packQuantity, stocked: resolved.value.length > 0, parts: resolved.value }
}
