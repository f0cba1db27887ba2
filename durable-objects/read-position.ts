/** Reads one position as the availability of its SKU holds it. Null: nothing ever happened there. */
import { actor, type StockApi } from '../src/actor-apis.ts'
import type { PositionSummary } from '../src/domain/atp/position-figures.ts'
import type { PositionId } from '../src/domain/shared/ids.ts'
import type { Env } from '../src/env.ts'

export async function readPosition(env: Env, position: PositionId): Promise<PositionSummary | null> {
  const summary = await actor<StockApi>(env.STOCK, position).summary(position)
  return summary.version === 0 ? null : summary
}
