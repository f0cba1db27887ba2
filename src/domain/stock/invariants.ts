/**
 * I1 and I2 of one position, as a list of breaches: `evolve` asserts them after every event, the checker in the tests
 * asks for them with the open reservations as well.
 */

import { sumUnits } from '../atp/serve-claims.ts'
import { escrowBreaches, escrowOf } from './escrow.ts'
import { lotsAt } from './lots.ts'
import { isPlainPosition, type Position } from './position.ts'
import { openUnits, type Reservation } from './reservation.ts'
import { availableAt, coverOf, statesOf } from './states.ts'
import type { InventoryStates } from './stock-command.ts'

/** I1: the state equation holds and nothing is negative or fractional. */
function stateBreaches(states: InventoryStates): string[] {
  const { available, committed, reserved, damaged, safetyStock, qualityControl, onHand } = states
  const breaches = Object.entries(states)
    .filter(([, units]) => !isCount(units))
    .map(([state, units]) => `${state} is ${units}`)
  const sum = available + committed + reserved + damaged + safetyStock + qualityControl
  if (sum !== onHand) breaches.push(`on hand is ${onHand}, its states sum to ${sum}`)
  return breaches
}

const isCount = (units: number) => Number.isSafeInteger(units) && units >= 0

export function positionBreaches(position: Position): string[] {
  const states = statesOf(position)
  const breaches = stateBreaches(states)
  for (const name of ['sellable', 'missing', 'safetyTarget', 'committedUnits', 'heldUnits'] as const) {
    const units = position[name]
    if (!isCount(units)) breaches.push(`${name} is ${units}`)
  }
  breaches.push(...escrowBreaches(escrowOf(position)))
  if (availableAt(position) !== states.available) breaches.push('the short form of available differs from its states')
  if (isPlainPosition(position)) {
    const { available, backordered } = states
    return available > 0 && backordered > 0
      ? [...breaches, `${available} available while ${backordered} backordered`]
      : breaches
  }
  return [...breaches, ...lotBreaches(position), ...rowBreaches(position)]
}

/** Lots are an allocation of the sellable pool. What waits for longer-lived units keeps as many others from sale. */
function lotBreaches(position: Position): string[] {
  const { updatedAtMs, sellable, safetyTarget } = position
  const lots = lotsAt(position, updatedAtMs)
  const breaches = lots
    .filter(({ units, trimmed }) => !isCount(units) || !isCount(trimmed))
    .map(({ lotId }) => `lot ${lotId} is broken`)
  if (sumUnits(lots) > sellable) breaches.push(`${sumUnits(lots)} units in lots, ${sellable} in the pool`)
  const { available, backordered } = statesOf(position)
  const { committed, held } = coverOf(position, updatedAtMs)
  const free = sellable - sumUnits(lots.filter(({ isBlocked }) => isBlocked)) - committed - held
  if (available > 0 && available + backordered + safetyTarget > free) {
    breaches.push(`${available} available of ${free} while ${backordered} backordered and ${safetyTarget} kept`)
  }
  return breaches
}

function rowBreaches({ needs, demands, supplies, protections, committedUnits, heldUnits }: Position): string[] {
  const claims = [...needs, ...demands]
  const breaches = claims
    .filter((row) => !isCount(row.committed) || !isCount(row.held))
    .map((row) => JSON.stringify(row))
  const needed = (status: 'committed' | 'held') => needs.reduce((sum, need) => sum + need[status], 0)
  if (needed('committed') > committedUnits) breaches.push('more committed units need a life than are committed')
  if (needed('held') > heldUnits) breaches.push('more held units need a life than are held')
  for (const supply of supplies) if (!isCount(supply.units)) breaches.push(`supply ${supply.supplyId}: ${supply.units}`)
  for (const { group, drawn, shipped, lendsTo } of protections) {
    const counts = [drawn, shipped, ...lendsTo.map(({ taken }) => taken)]
    if (!counts.every(isCount)) breaches.push(`protection ${group}: ${counts.join(', ')}`)
  }
  return breaches
}

/**
 * I2: what the counters say was promised is exactly what the open reservations claim, and all of it is covered by stock
 * or shown as backordered. (That a promise was covered when it was made is the hold's own decision, and the reference
 * model's business to check.)
 */
export function reservationBreaches(position: Position, reservations: Iterable<Reservation>): string[] {
  const all = [...reservations]
  const open = all.filter((reservation) => openUnits(reservation) > 0)
  const isLater = ({ dueAtMs }: Reservation) => dueAtMs !== null && dueAtMs > position.dueThroughMs
  const now = open.filter((reservation) => !isLater(reservation))
  const { committedUnits: committed, heldUnits: held, needs, demands, protections } = position
  const { backordered } = statesOf(position)
  const cover = coverOf(position, position.updatedAtMs)
  const covered = cover.committed + cover.held
  const drawnFrom = (group: string, since: number) =>
    open.flatMap(({ draws }) => draws).filter(({ from }) => from?.group === group && from.since === since)
  return [
    ...all.flatMap((claim) =>
      claim.uncovered < 0 || claim.uncovered > openUnits(claim)
        ? [`${claim.reservationId} lacks ${claim.uncovered} of ${openUnits(claim)} units`]
        : [],
    ),
    ...differs('now', now, { committed, held }),
    ...demands.flatMap((demand) =>
      differs(`by ${demand.dueAtMs}`, open.filter(isLater).filter(sameTerms(demand)), demand),
    ),
    ...needs.flatMap((need) => differs(`until ${need.goodUntilMs}`, now.filter(sameTerms(need)), need)),
    ...(sum(open.filter(isLater)) === demands.reduce((units, row) => units + row.committed + row.held, 0)
      ? []
      : ['later claims that no row counts']),
    ...(held + committed === covered + backordered
      ? []
      : [`${held + committed} promised, ${covered} covered, ${backordered} backordered`]),
    ...protections.flatMap(({ group, since, drawn }) => {
      const units = sumUnits(drawnFrom(group, since))
      return units === drawn ? [] : [`${units} units drawn from ${group}, counted ${drawn}`]
    }),
  ]
}

type Counted = { readonly committed: number; readonly held: number }
type Terms = { readonly goodUntilMs: number | null; readonly dueAtMs?: number }

const sum = (claims: readonly Reservation[]) => claims.reduce((units, claim) => units + openUnits(claim), 0)

const sameTerms =
  (row: Terms) =>
  ({ goodUntilMs, dueAtMs }: Reservation): boolean =>
    goodUntilMs === row.goodUntilMs && (row.dueAtMs === undefined || row.dueAtMs === dueAtMs)

function differs(what: string, claims: readonly Reservation[], counted: Counted): string[] {
  return (['held', 'committed'] as const).flatMap((status) => {
    const units = sum(claims.filter((claim) => claim.status === status))
    return units === counted[status] ? [] : [`${units} units ${status} ${what}, counted ${counted[status]}`]
  })
}

export function assertPosition(position: Position): void {
  const breaches = positionBreaches(position)
  if (breaches.length > 0) throw new Error(`position invariant broken: ${breaches.join('; ')}`)
}
