/**
 * Units of a hot position that are set aside for its shards, which promise them beside the position instead of through
 * it. The position stays the only authority: what it grants a shard is nobody else's until the shard settles it, either
 * as claims that the position takes over or as units that come back.
 *
 * Both sides count what was ever granted and settled, so a call that is lost, repeated or late changes nothing: the
 * larger count is the newer one, and a batch has a number.
 */
import type { PositionId } from '../shared/ids.ts'
import { shardOf } from '../shared/shard-of.ts'
import { isPlainPosition, type Position } from './position.ts'
import { coverOf } from './states.ts'
import type { EscrowEvent } from './stock-event.ts'

export type EscrowAccount = {
  /** Units ever granted to the shard, and of these what was taken over or came back. The difference is with it. */
  readonly granted: number
  readonly settled: number
  /** Number of the newest batch taken over. */
  readonly batch: number
  /** Number of a batch that could not be taken over. Absent: none. */
  readonly refused?: number
}

export type Escrow = {
  /** How many shards are open; zero for a position that serves alone. */
  readonly shards: number
  /** The position's version since which so many are. Absent: since ever, or set by older code. */
  readonly since?: number
  /** By the number of the shard, of those that are closed as well: one of their batches may still be under way. */
  readonly accounts: readonly EscrowAccount[]
}

export const shardsMax = 16

const noEscrow: Escrow = { shards: 0, accounts: [] }
const noAccount: EscrowAccount = { granted: 0, settled: 0, batch: 0 }

export const escrowOf = (position: Position): Escrow => position.escrow ?? noEscrow

export const accountAt = (position: Position, shard: number): EscrowAccount =>
  escrowOf(position).accounts[shard] ?? noAccount

/** Set aside for the shard: units that it may promise, and claims on them that the position has not heard of yet. */
export const unitsAt = (position: Position, shard: number): number => {
  const { granted, settled } = accountAt(position, shard)
  return granted - settled
}

/**
 * Whether everything that a shard has not handed over was claimed under the present number of shards, going by what it
 * said: true for good until that number changes, however late it was said. `heardAt`: see `Settlement`.
 */
export const isUpToDate = (position: Position, heardAt: number | null): boolean =>
  heardAt !== null && heardAt >= (escrowOf(position).since ?? 0)

export const escrowedUnits = (position: Position): number =>
  escrowOf(position).accounts.reduce((sum, { granted, settled }) => sum + granted - settled, 0)

export const shardsWithUnits = (position: Position): readonly number[] =>
  escrowOf(position).accounts.flatMap(({ granted, settled }, shard) => (granted > settled ? [shard] : []))

/** The position as it decides for itself: what is with the shards counts as held. */
export function setAside(position: Position): Position {
  const units = escrowedUnits(position)
  return units === 0 ? position : { ...position, heldUnits: position.heldUnits + units }
}

/** Units are called in so long before they expire: a shard does not know which units it has. Longer than two reviews. */
export const calledInBeforeMs = 5_000

/**
 * Units are set aside that are not there, or may not be sold: expired, on quality hold or recalled. A shard would
 * promise them, as nobody but it knows its claims.
 */
export function isOverdrawn(position: Position, nowMs: number): boolean {
  if (escrowedUnits(position) === 0) return false
  const all = setAside(position)
  const promised = all.committedUnits + all.heldUnits
  if (isPlainPosition(position)) return promised > position.sellable
  const { committed, held } = coverOf(all, nowMs + calledInBeforeMs)
  return promised > committed + held
}

/** The actor of a shard. */
export const shardName = (position: PositionId, shard: number): string => `${position}/${shard}`

/** Splits at the last slash. */
export function parseShardName(name: string): { readonly position: PositionId; readonly number: number } {
  const at = name.lastIndexOf('/')
  return { position: name.slice(0, at) as PositionId, number: Number(name.slice(at + 1)) }
}

/** The shard that decides about a reservation while so many are open. */
export const doorOf = (reservationId: string, shards: number): number => shardOf(reservationId, shards)

/** Every shard that may ever have decided about it: the number of shards changes by doubling and halving. */
export function doorsEverOf(reservationId: string): ReadonlySet<number> {
  const doors = new Set<number>()
  for (let shards = 2; shards <= shardsMax; shards *= 2) doors.add(doorOf(reservationId, shards))
  return doors
}

/** `version`: of the position, once the event has happened. */
export function evolveEscrow(escrow: Escrow, event: EscrowEvent, version: number): Escrow {
  if (event.type === 'shards_set') return { ...escrow, shards: event.shards, since: version }
  const account = escrow.accounts[event.shard] ?? noAccount
  if (event.type === 'escrow_granted') {
    return withAccount(escrow, event.shard, { ...account, granted: account.granted + event.quantity })
  }
  if (event.type === 'escrow_refused') return withAccount(escrow, event.shard, { ...account, refused: event.batch })
  if (event.type === 'escrow_mended') {
    const { refused: _, ...sound } = account
    return withAccount(escrow, event.shard, sound)
  }
  const settled = account.settled + event.adopted + event.returned
  return withAccount(escrow, event.shard, { ...account, settled, batch: event.batch })
}

function withAccount(escrow: Escrow, shard: number, account: EscrowAccount): Escrow {
  const places = Math.max(escrow.accounts.length, shard + 1)
  const accounts = Array.from({ length: places }, (_, place) =>
    place === shard ? account : (escrow.accounts[place] ?? noAccount),
  )
  return { ...escrow, accounts }
}

/** Nothing is settled that was not granted: a shard that promised more than it had shows here. */
export function escrowBreaches({ accounts }: Escrow): readonly string[] {
  return accounts.flatMap(({ granted, settled }, shard) =>
    settled < 0 || granted < settled ? [`shard ${shard} settled ${settled} of ${granted} units`] : [],
  )
}
