/** The promise ledger of one order as rows. */
import { dateOfPromise, promisesOf } from '../../domain/order/line-promise.ts'
import type { OrderState } from '../../domain/order/order-state.ts'
import type { PromiseRow } from '../rows.ts'

export function promiseRowsOf(state: OrderState): readonly PromiseRow[] {
  const { orderId, order, version } = state
  return promisesOf(state).map(({ lineId, quantity, byMs, standing, expectedAtMs, reason, ...promise }) => ({
    promiseId: `${orderId}/${lineId}`,
    orderId,
    lineId,
    account: order.account,
    sku: state.lines.find((line) => line.lineId === lineId)?.sku ?? null,
    quantity,
    byMs,
    standing,
    expectedAtMs,
    reason,
    dateOf: dateOfPromise(promise),
    source: promise.source,
    confidencePercent: promise.confidencePercent,
    plan: JSON.stringify(promise.plan),
    takenAtMs: promise.takenAtMs,
    version,
  }))
}
