/** Promises that will be broken unless somebody acts, while there is still time. */
import { promisesOf } from './line-promise.ts'
import { type Case, pendingValueMinor } from './order-case.ts'
import type { OrderState } from './order-state.ts'

const because = {
  no_supply: 'nothing that is announced covers them',
  late_supply: 'the supply that they wait for comes later',
  late_dispatch: 'their location ships later',
  late_transit: 'it is on its way and arrives later',
  date_passed: 'the date has passed',
} as const

export function promiseCases(state: OrderState): readonly Case[] {
  return promisesOf(state).flatMap((promise): Case[] => {
    const { lineId, standing, reason, byMs, expectedAtMs } = promise
    const line = state.lines.find((other) => other.lineId === lineId)
    if (standing !== 'at_risk' || reason === null || line === undefined) return []
    const expected = expectedAtMs === null ? 'at no known date' : `on ${dateOf(expectedAtMs)}`
    return [
      {
        category: 'promise_at_risk',
        class: 'value',
        subject: `promise ${lineId}`,
        cluster: `${line.sku}/${reason}`,
        message: `${lineId} is promised for ${dateOf(byMs)} and expected ${expected}: ${because[reason]}.`,
        moneyAtRiskMinor: pendingValueMinor(state, [line]),
      },
    ]
  })
}

const dateOf = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16)}Z`
