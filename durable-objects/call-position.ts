/**
 * The one way in which claims reach a position: one call for all the commands that somebody has for it. Verdicts come
 * back in the order of the commands.
 */
import { actor, type StockApi } from '../src/actor-apis.ts'
import type { PositionId } from '../src/domain/shared/ids.ts'
import type { StockCommand, StockVerdict } from '../src/domain/stock/stock-command.ts'
import type { Env } from '../src/env.ts'

export async function callPosition(
  env: Env,
  position: PositionId,
  commands: readonly StockCommand[],
): Promise<readonly StockVerdict[]> {
  return actor<StockApi>(env.STOCK, position).applyMany(position, commands)
}
