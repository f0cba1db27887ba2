/** From what became of each of a delivery's events to what becomes of the delivery. */
import type { OrderVerdict } from '../order/order-command.ts'
import type { StockVerdict } from '../stock/stock-command.ts'
import type { DeliveryDeferral, DeliveryOutcome } from './delivery.ts'
import { earlyRetryAtMs, meaningOf, type Refusal } from './judge-refusal.ts'

/** `fault`: the actor could not be asked; nobody knows whether it did anything, so the same command is sent again. */
export type CommandResult = OrderVerdict | StockVerdict | { readonly ok: false; readonly fault: true }

/** An event that no actor was told of: `early` may still come right by waiting, `wrong` may not. */
export type Obstacle = {
  readonly ok: false
  readonly obstacle: 'early' | 'wrong'
  readonly reason: string
  readonly message: string
}

export type Judgement =
  /** Nothing is recorded; the queue brings the message again. */
  { readonly type: 'redeliver' } | { readonly type: 'settle'; readonly outcome: DeliveryOutcome | DeliveryDeferral }

/**
 * Events that could be applied were, whatever became of their neighbours: one unknown SKU does not hold up the other
 * ninety-nine counts of its delivery. The delivery as a whole ends as its worst event.
 */
export function judgeDelivery(
  results: readonly (CommandResult | Obstacle)[],
  subjects: readonly string[],
  round: number,
  nowMs: number,
): Judgement {
  const obstacles = results.flatMap(obstacleIn)
  if (results.some(isUnanswered)) return { type: 'redeliver' }
  const wrong = obstacles.find((each) => each.obstacle === 'wrong')
  if (wrong) return settle({ status: 'rejected', reason: wrong.reason, message: wrong.message, subjects })
  const early = obstacles[0]
  if (early) return tooEarly(early, subjects, round, nowMs)
  const nothingNew = results.length > 0 && results.every((result) => result.ok && result.effect !== 'applied')
  return settle({ status: nothingNew ? 'duplicate' : 'applied', subjects, message: null })
}

/** The actor could not be asked, or was too busy to decide. */
function isUnanswered(result: CommandResult | Obstacle): boolean {
  return 'fault' in result || ('error' in result && meaningOf(result.error) === 'busy')
}

function obstacleIn(result: CommandResult | Obstacle): Obstacle[] {
  if ('obstacle' in result) return [result]
  if (!('error' in result)) return []
  const meaning = meaningOf(result.error)
  if (meaning === 'busy') return []
  return [{ ok: false, obstacle: meaning, reason: result.error.reason, message: describe(result.error) }]
}

/** Another round, or a rejection once there were enough. */
function tooEarly(obstacle: Obstacle, subjects: readonly string[], round: number, nowMs: number): Judgement {
  const { reason, message } = obstacle
  const retryAtMs = earlyRetryAtMs(round, nowMs)
  if (retryAtMs === null) return settle({ status: 'rejected', reason, message, subjects })
  return settle({ status: 'deferred', reason, message, retryAtMs })
}

const settle = (outcome: DeliveryOutcome | DeliveryDeferral): Judgement => ({ type: 'settle', outcome })

/** Ids and numbers of the refusal, such as `lineId=1 quantity=3`: refusals carry nothing personal. */
function describe({ reason: _, ...facts }: Refusal): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}
