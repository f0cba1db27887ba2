/** What a position tells an order of its claims there that have no cover any more, and what took the units away. */
import type { ReservationId } from '../shared/ids.ts'
import type { LoggedStockEvent, MovementAfter } from './stock-event.ts'

/** `reference` names the figure, movement or lot; `movements` are those that a figure was reckoned with. */
export type ShortageCause = {
  readonly type: LoggedStockEvent['type']
  readonly reference: string
  /** Units by which there are fewer. */
  readonly difference: number
  readonly movements: readonly MovementAfter[]
}

export type ClaimCover = {
  /** Of the position: an older answer never replaces a newer one. */
  readonly version: number
  /** To confirm: the version at which it changed for the order; null: nothing is owed to it. */
  readonly revision: number | null
  /** Base units. Claims that have all their cover are not named. */
  readonly claims: readonly { readonly reservationId: ReservationId; readonly units: number }[]
  /** Null: what took them away is no longer among the newest entries. */
  readonly because: ShortageCause | null
}

/** The newest of these that took units from sale. */
export function shortageIn(newestFirst: readonly LoggedStockEvent[]): ShortageCause | null {
  for (const event of newestFirst) {
    const cause = causeOf(event)
    if (cause !== null) return cause
  }
  return null
}

function causeOf(event: LoggedStockEvent): ShortageCause | null {
  const { type } = event
  switch (type) {
    case 'drifted':
      return event.difference < 0
        ? { type, reference: event.reference, difference: event.difference, movements: event.movements ?? [] }
        : null
    case 'moved':
      return event.change.sellable < 0
        ? { type, reference: event.movementId, difference: event.change.sellable, movements: [] }
        : null
    case 'lot_expired':
      return { type, reference: event.lotId, difference: 0 - event.units, movements: [] }
    case 'lot_status_set':
      return event.status === 'sellable' ? null : { type, reference: event.lotId, difference: 0, movements: [] }
    case 'supply_cancelled':
      return { type, reference: event.supplyId, difference: 0 - event.quantity, movements: [] }
    default:
      return null
  }
}
