/**
 * I1 and I2 of one position, as a list of breaches: `evolve` asserts them after every event, the checker in the tests
 * asks for them with the open reservations as well.
 */
import { escrowBreaches, escrowOf } from './escrow.ts'
import { availableAt, type Position, statesOf } from './position.ts'
import { openUnits, type Reservation } from './reservation.ts'
import type { InventoryStates } from './stock-command.ts'

/** I1: the state equation holds and nothing is negative or fractional. */
function stateBreaches(states: InventoryStates): string[] {
  const { available, committed, reserved, damaged, safetyStock, qualityControl, onHand, backordered } = states
  const breaches = Object.entries(states)
    .filter(([, units]) => !Number.isSafeInteger(units) || units < 0)
    .map(([state, units]) => `${state} is ${units}`)
  const sum = available + committed + reserved + damaged + safetyStock + qualityControl
  if (sum !== onHand) breaches.push(`on hand is ${onHand}, its states sum to ${sum}`)
  if (available > 0 && backordered > 0) breaches.push(`${available} available while ${backordered} backordered`)
  return breaches
}

export function positionBreaches(position: Position): string[] {
  const states = statesOf(position)
  const breaches = stateBreaches(states)
  for (const name of ['sellable', 'missing', 'safetyTarget', 'committedUnits', 'heldUnits'] as const) {
    const units = position[name]
    if (!Number.isSafeInteger(units) || units < 0) breaches.push(`${name} is ${units}`)
  }
  breaches.push(...escrowBreaches(escrowOf(position)))
  if (availableAt(position) !== states.available) breaches.push('the short form of available differs from its states')
  return breaches
}

/**
 * I2: what the counters say was promised is exactly what the open reservations claim, and all of it is covered by stock
 * or shown as backordered. (That a promise was covered when it was made is the hold's own decision, and the reference
 * model's business to check.)
 */
export function reservationBreaches(position: Position, reservations: Iterable<Reservation>): string[] {
  const open = { held: 0, committed: 0 }
  for (const reservation of reservations) {
    if (reservation.status === 'held') open.held += openUnits(reservation)
    if (reservation.status === 'committed') open.committed += openUnits(reservation)
  }
  const breaches: string[] = []
  if (open.held !== position.heldUnits) breaches.push(`${open.held} units held, counted ${position.heldUnits}`)
  if (open.committed !== position.committedUnits)
    breaches.push(`${open.committed} units committed, counted ${position.committedUnits}`)
  const states = statesOf(position)
  const covered = states.committed + states.reserved
  if (open.held + open.committed !== covered + states.backordered)
    breaches.push(`${open.held + open.committed} promised, ${covered} covered, ${states.backordered} backordered`)
  return breaches
}

export function assertPosition(position: Position): void {
  const breaches = positionBreaches(position)
  if (breaches.length > 0) throw new Error(`position invariant broken: ${breaches.join('; ')}`)
}
