/** When the saga wants to look at the order although nothing happens to it. */
import { lookDueMs } from './better-plan.ts'
import { hasOpenHold } from './holds.ts'
import { hasPendingUnits } from './line-moves.ts'
import { unsettledPromises } from './line-promise.ts'
import type { OrderState } from './order-state.ts'
import { rejectionsMax } from './propose-plan.ts'
import { shipDateMs } from './ship-date.ts'

/** Long enough for an ERP to be away for a working day; a hold that nobody extends ends by itself. */
export const holdTtlMs = 24 * 3_600_000
/** A hold is extended when this much of its time is left. */
export const holdMarginMs = 12 * 3_600_000

export function nextWakeMs(state: OrderState): number | null {
  const waits = [mappingRetryMs(state), recheckMs(state), extensionMs(state), shipDateMs(state)]
  const all = [...waits, lookAheadMs(state), lookDueMs(state)]
  const wakes = all.filter((atMs) => atMs !== null)
  return wakes.length === 0 ? null : Math.min(...wakes)
}

function mappingRetryMs(state: OrderState): number | null {
  return state.saga.validationDue && hasPendingUnits(state) ? state.saga.validateAtMs : null
}

function recheckMs(state: OrderState): number | null {
  const { saga } = state
  if (hasOpenHold(state) || saga.validationDue || saga.rejections >= rejectionsMax) return null
  return state.lines.some((line) => line.quantities.backordered > 0) ? saga.recheckAtMs : null
}

/** Holds run together (one plan, one expiry), so the earliest speaks for all. */
function extensionMs(state: OrderState): number | null {
  const expiries = state.reservations.flatMap(({ status, expiresAtMs }) =>
    status === 'held' && expiresAtMs !== null ? [expiresAtMs - holdMarginMs] : [],
  )
  return expiries.length === 0 ? null : Math.min(...expiries)
}

function lookAheadMs(state: OrderState): number | null {
  if (state.stage === 'cancelled') return null
  const looks = unsettledPromises(state).flatMap(({ lookAtMs }) => lookAtMs ?? [])
  return looks.length === 0 ? null : Math.min(...looks)
}
