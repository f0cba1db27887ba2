/**
 * A position's decision while units of it are with its shards. It decides over what it has itself, and never refuses on
 * account of units that somebody else holds: before that it asks the shards, and decides again with what it heard.
 */
import type { ReservationId } from '../shared/ids.ts'
import { decide } from './decide.ts'
import type { Decided, StockFacts } from './decision.ts'
import { doorOf, doorsEverOf, escrowedUnits, escrowOf, setAside, shardsWithUnits, unitsAt } from './escrow.ts'
import type { Position } from './position.ts'
import { openUnits, type Reservation } from './reservation.ts'
import type { StockCommand } from './stock-command.ts'

/** Shards that have to hand over before this can be decided: their claims, with `giveBack` their units as well. */
export type Asking = { readonly shards: readonly number[]; readonly giveBack: boolean }

export type Heard = {
  /** Shards that handed over since the command came in. */
  readonly forThis: ReadonlySet<number>
  /** Whether everything that the shard has not handed over was claimed under the present number of shards. */
  readonly isUpToDate: (shard: number) => boolean
}

type AtHome =
  | { readonly kind: 'decided'; readonly decided: Decided }
  | { readonly kind: 'ask'; readonly asking: Asking }

export function decideAtHome(command: StockCommand, facts: StockFacts, heard: Heard): AtHome {
  const { position } = facts
  if (escrowedUnits(position) === 0) return { kind: 'decided', decided: decide(command, facts) }
  const unheard = shardsThatMayKnow(command, facts, heard)
  if (unheard.length > 0) return { kind: 'ask', asking: { shards: unheard, giveBack: false } }
  const own = decide(command, { ...facts, position: setAside(position) })
  if (own.ok && !isPartial(command, own)) return { kind: 'decided', decided: own }
  // What not even all units together would cover is refused for good, and told how many there are.
  const whole = decide(command, facts)
  if (unitsOf(whole) <= unitsOf(own)) return { kind: 'decided', decided: own.ok ? own : whole }
  return { kind: 'ask', asking: { shards: shardsWithUnits(position), giveBack: true } }
}

/**
 * A reservation that is not known here, or has ended here, may have been granted by a shard a moment ago. One that is
 * given back may have been granted a second time through another door: both have to be known, or one would stay. Of one
 * that is taken over the units that it is known to have are enough: whoever gives back the rest hears the doors.
 */
function shardsThatMayKnow(command: StockCommand, facts: StockFacts, heard: Heard): readonly number[] {
  const doors = claimsInDoubt(command, facts).map((id) => doorsThatMayKnow(id, facts.position, heard))
  return [...new Set(doors.flat())]
}

function claimsInDoubt(command: StockCommand, { reservation, source }: StockFacts): readonly ReservationId[] {
  if (!('reservationId' in command)) return []
  const isInDoubt = (claim: Reservation | null, units: number) => claim === null || openUnits(claim) < units
  const { reservationId } = command
  const own = command.type === 'release' || isInDoubt(reservation, 1) ? [reservationId] : []
  if (command.type !== 'take_over' || !isInDoubt(source, command.quantity)) return own
  return [...own, command.source]
}

function doorsThatMayKnow(id: ReservationId, position: Position, heard: Heard): readonly number[] {
  const { shards } = escrowOf(position)
  const mayKnow = (shard: number) => (shards > 0 && doorOf(id, shards) === shard) || !heard.isUpToDate(shard)
  const isUnheard = (shard: number) => unitsAt(position, shard) > 0 && !heard.forThis.has(shard)
  return [...doorsEverOf(id)].filter((shard) => isUnheard(shard) && mayKnow(shard))
}

const isPartial = (command: StockCommand, decided: Decided) =>
  (command.type === 'hold' || command.type === 'take_over') && unitsOf(decided) < command.quantity

/** Refused: fewer than none, so that an accepted command without units counts as more. */
const unitsOf = (decided: Decided) => (decided.ok ? decided.value.granted : -1)
