/** What an accepted decision comes to: the position, the claim and the supply after its events, and the rows to log. */
import type { CorrelationId } from '../shared/ids.ts'
import { evolve } from './evolve.ts'
import type { Position } from './position.ts'
import { evolveReservation, type Reservation, reservationEventOf } from './reservation.ts'
import { statesOf } from './states.ts'
import type { LoggedStockEvent, StockEvent } from './stock-event.ts'
import { evolveSupply, type Supply, supplyEventOf } from './supply.ts'

export type Concerned = {
  readonly position: Position
  readonly reservation: Reservation | null
  /** The claim that hands units over to it. */
  readonly source: Reservation | null
  readonly supply: Supply | null
}
export type Step = Concerned & { readonly logged: readonly LoggedStockEvent[] }

/** Changes nothing: a broken invariant throws here. `thread` is what a new claim will belong to. */
export function takeStep(from: Concerned, events: readonly StockEvent[], thread: CorrelationId, atMs: number): Step {
  let { position, reservation, source, supply } = from
  const logged = events.map((event): LoggedStockEvent => {
    position = evolve(position, event, atMs)
    const claim = reservationEventOf(event)
    if (claim && claim.reservationId === source?.reservationId) source = evolveReservation(source, claim, thread)
    else if (claim) reservation = evolveReservation(reservation, claim, thread, position.version)
    const delivery = supplyEventOf(event)
    if (delivery) supply = evolveSupply(supply, delivery)
    const { onHand, available } = statesOf(position)
    return { ...event, after: { onHand, available } }
  })
  return { position, reservation, source, supply, logged }
}
