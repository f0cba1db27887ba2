/** Reads one position as the availability of its SKU holds it. Null: nothing ever happened there. */
import { actor, type StockApi } from '../src/actor-apis.ts'
import type { PositionSummary } from '../src/domain/atp/position-figures.ts'
import type { PositionId } from '../src/domain/shared/ids.ts'
import type { Env } from '../src/env.ts'

export async function readPosition(env: Env, position: PositionId): Promise<PositionSummary | null> {
  const { sku, location, known, version, asOfMs, states } = await actor<StockApi>(env.STOCK, position).view(position)
  if (!known) return null
  const { available, committed, reserved, safetyStock, backordered } = states
  const sellable = available + committed + reserved + safetyStock
  const figures = {
    sellable,
    committed: committed + backordered,
    held: reserved,
    safetyStock,
    lots: [],
    needs: [],
    supplies: [],
    demands: [],
    protections: [],
  }
  return { sku, location, version, asOfMs, states, figures }
}
