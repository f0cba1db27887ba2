/**
 * What a position says of the order's claims that it can no longer serve. The newest word of each position counts, in
 * whatever order and however often it comes. Units that no warehouse has are given back and planned again; an order
 * that may not go in part goes elsewhere whole while none of it is released. What a warehouse has is a person's case.
 */
import { stockParts } from '../catalog/stock-parts.ts'
import type { ReservationId } from '../shared/ids.ts'
import { claimOf, freeClaims, freeClaimsIn, isSame, partedAs, reduceReservation } from './claims.ts'
import { changeLines, moveUnits } from './line-moves.ts'
import { type Case, pendingValueMinor } from './order-case.ts'
import type { OrderCommand } from './order-command.ts'
import type { EventOf, OrderEvent } from './order-event.ts'
import type { OrderReservation, OrderState } from './order-state.ts'
import type { Shortage } from './saga-state.ts'

type RecordCover = Extract<OrderCommand, { type: 'record_cover' }>

export function recordCover(command: RecordCover, state: OrderState): readonly OrderEvent[] {
  const { sku, location, version, claims, because } = command
  const known = shortagesOf(state).find((other) => isAt(other, command))
  if (known === undefined && claims.length === 0) return []
  if (known !== undefined && known.version >= version) return []
  return [{ type: 'cover_told', shortage: { sku, location, version, claims, because } }]
}

/** What is on its way back already is what the position spoke of, or a part of it. */
export function applyCoverTold(state: OrderState, { shortage }: EventOf<'cover_told'>): OrderState {
  const claims = shortage.claims.map((claim) => ({
    ...claim,
    units: claim.units - unitsOnTheirWay(state, claim, shortage),
  }))
  const others = shortagesOf(state).filter((other) => !isAt(other, shortage))
  return withShortages(state, [...others, { ...shortage, claims: claims.filter(({ units }) => units > 0) }])
}

function unitsOnTheirWay(state: OrderState, { reservationId }: Claim, { sku, location }: Shortage): number {
  return state.saga.stockEffects
    .filter((effect) => effect.kind === 'release' && effect.reservationId === reservationId)
    .filter((effect) => effect.sku === sku && effect.location === location)
    .reduce((sum, { quantity, packQuantity }) => sum + quantity * packQuantity, 0)
}

/** Before anything is released: nobody shall look for what is not there. */
export function yieldUncovered(state: OrderState): readonly OrderEvent[] {
  const lost = shortagesOf(state).flatMap((shortage) =>
    shortage.claims.flatMap((claim): readonly EventOf<'cover_lost'>[] => {
      const reservation = reservationOf(state, claim.reservationId, shortage.location)
      if (reservation === undefined) return []
      const quantity = Math.min(uncoveredUnits(state, shortage, claim), freeUnitsOf(state, reservation))
      return quantity === 0 ? [] : [lossOf(reservation, quantity, shortage)]
    }),
  )
  const [first] = lost
  if (first === undefined) return []
  return mayGoInPart(state) ? [first] : lossOfAll(state, first)
}

function lossOf({ reservationId, location }: OrderReservation, quantity: number, { sku, because }: Shortage) {
  return { type: 'cover_lost', reservationId, location, sku, quantity, because } as const
}

function mayGoInPart(state: OrderState): boolean {
  const isUnderWay = state.lines.some(({ quantities }) => quantities.released + quantities.shipped > 0)
  return isUnderWay || (state.order.allowPartial ?? state.policy?.allowPartial ?? false)
}

/** All that is claimed goes back with it: it is planned whole, or waits whole. */
function lossOfAll(state: OrderState, first: EventOf<'cover_lost'>): readonly EventOf<'cover_lost'>[] {
  const freeOf = freeClaimsIn(state)
  const free = state.lines.flatMap((line) => freeOf(line.lineId))
  return free.map(({ reservation, quantity }) => ({
    ...first,
    reservationId: reservation.reservationId,
    location: reservation.location,
    sku: reservation.sku,
    quantity,
  }))
}

export function applyCoverLost(state: OrderState, event: EventOf<'cover_lost'>): OrderState {
  const reservation = reservationOf(state, event.reservationId, event.location)
  if (reservation === undefined) throw new Error(`no reservation ${event.reservationId} at ${event.location}`)
  const reduced = reduceReservation(state, reservation, event.quantity)
  return changeLines(reduced, [reservation], (line) => moveUnits(line, 'reserved', 'open', event.quantity))
}

/** A warehouse was told to pick what its position says is not there. */
export function coverCases(state: OrderState): readonly Case[] {
  return shortagesOf(state).flatMap((shortage): Case[] => {
    const { sku, location } = shortage
    const lacking = shortage.claims.flatMap((claim) => {
      const reservation = reservationOf(state, claim.reservationId, location)
      const quantity = uncoveredUnits(state, shortage, claim)
      return reservation === undefined || quantity === 0 ? [] : [{ lineId: reservation.lineId, quantity }]
    })
    if (lacking.length === 0) return []
    const units = lacking.reduce((sum, { quantity }) => sum + quantity, 0)
    const lines = state.lines.filter((line) => lacking.some(({ lineId }) => lineId === line.lineId))
    return [
      {
        category: 'inventory_drift',
        class: 'value',
        subject: `cover ${sku}@${location}`,
        cluster: `${sku}@${location}`,
        message: `${location} was told to ship ${units} of ${sku} that its position has not got. ${why(shortage)}`,
        moneyAtRiskMinor: pendingValueMinor(state, lines),
      },
    ]
  })
}

/** Movements named in a message. */
const movementsNamedMax = 5

function why({ because }: Shortage): string {
  if (because === null) return 'What took them away is no longer among its newest entries.'
  const { type, reference, difference, movements } = because
  const by = difference === 0 ? '' : ` (${difference})`
  const named = movements.slice(0, movementsNamedMax).map(({ id, units }) => `${id} ${units > 0 ? '+' : ''}${units}`)
  const moved = named.length === 0 ? '' : ` Moved after it: ${named.join(', ')}.`
  return `Because of ${reference} (${type.replaceAll('_', ' ')})${by}.${moved}`
}

type Claim = Shortage['claims'][number]

/** Ordered units that miss at least one of their base units there. */
function uncoveredUnits(state: OrderState, { sku, location }: Shortage, { reservationId, units }: Claim): number {
  const reservation = reservationOf(state, reservationId, location)
  if (reservation === undefined) return 0
  const part = stockParts(partedAs(state, reservation)).find((each) => each.sku === sku)
  return part === undefined ? 0 : Math.min(claimOf(reservation), Math.ceil(units / part.units))
}

function freeUnitsOf(state: OrderState, reservation: OrderReservation): number {
  const free = freeClaims(state, reservation.lineId).filter((claim) => isSame(claim.reservation, reservation))
  return free.reduce((sum, { quantity }) => sum + quantity, 0)
}

function reservationOf(state: OrderState, id: ReservationId, location: string): OrderReservation | undefined {
  return state.reservations.find((other) => other.reservationId === id && other.location === location)
}

const shortagesOf = ({ saga }: OrderState): readonly Shortage[] => saga.shortages ?? []

const isAt = (left: Pick<Shortage, 'sku' | 'location'>, right: Pick<Shortage, 'sku' | 'location'>) =>
  left.sku === right.sku && left.location === right.location

function withShortages(state: OrderState, shortages: readonly Shortage[]): OrderState {
  return { ...state, saga: { ...state.saga, shortages } }
}
