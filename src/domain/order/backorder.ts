/**
 * Units that nobody has: they wait in line at the positions that could have them, or for a person, by the channel's
 * policy.
 */
import { stockParts } from '../catalog/stock-parts.ts'
import { findLine } from './line-moves.ts'
import type { OrderEvent, Units } from './order-event.ts'
import type { OrderState } from './order-state.ts'
import { isExcluded } from './release-fulfilment.ts'
import type { CandidateLocation } from './saga-command.ts'
import type { WaitingAt } from './saga-state.ts'

/** Positions wake the order when stock comes; the timer is for the wake-up that got lost. */
const recheckDelayMinMs = 60_000
const recheckDelayMaxMs = 3_600_000
/** Woken again and again without success, the order slows down: the stock it is woken for does not fit it. */
const promptRechecks = 3

/** Where it may stand, and for which channel group. */
type Places = { readonly candidates: readonly CandidateLocation[]; readonly group: string | undefined }

/** Nothing to do when nothing is missing. */
export function backorder(
  state: OrderState,
  missing: readonly Units[],
  places: Places,
  nowMs: number,
): readonly OrderEvent[] {
  if (missing.length === 0) return []
  const open = new Map(state.lines.map((line) => [line.lineId, line.quantities.open]))
  const lines = missing
    .map(({ lineId, quantity }) => ({ lineId, quantity: Math.min(quantity, open.get(lineId) ?? 0) }))
    .filter(({ quantity }) => quantity > 0)
  const waits = state.policy?.whenOutOfStock === 'backorder'
  return [
    {
      type: 'units_backordered',
      lines,
      waitingAt: waits ? waitingPlaces(state, missing, places) : [],
      recheckAtMs: waits ? nowMs + recheckDelayMs(state.saga.rechecks) : null,
    },
  ]
}

function recheckDelayMs(rechecks: number): number {
  return Math.min(recheckDelayMaxMs, recheckDelayMinMs * 2 ** Math.min(rechecks, 10))
}

/** When an order that was woken may plan again. */
export function wokenAtMs(state: OrderState, nowMs: number): number {
  const { rechecks, recheckAtMs } = state.saga
  const delayMs = rechecks <= promptRechecks ? 0 : Math.min(recheckDelayMinMs, 1_000 * 2 ** (rechecks - promptRechecks))
  return Math.min(recheckAtMs ?? Number.POSITIVE_INFINITY, nowMs + delayMs)
}

/** In line for the whole of what is missing, at every candidate that has not turned it down. */
function waitingPlaces(
  state: OrderState,
  missing: readonly Units[],
  { candidates, group }: Places,
): readonly WaitingAt[] {
  const asOf = group === undefined ? {} : { group }
  const places = new Map<string, WaitingAt>()
  for (const { lineId, quantity } of missing) {
    const line = findLine(state, lineId)
    if (line === undefined || line.sku === null) continue
    const open = candidates.filter(({ location }) => !isExcluded(state, location, lineId))
    for (const { sku, units } of stockParts({ ...line, sku: line.sku })) {
      for (const { location } of open) {
        const key = `${sku}@${location}`
        const base = quantity * units + (places.get(key)?.quantity ?? 0)
        places.set(key, { sku, location, quantity: base, round: state.version + 1, registered: false, ...asOf })
      }
    }
  }
  return [...places.values()]
}
