/**
 * A position's decision while units of it are with its shards. It decides over what it has itself, and never refuses on
 * account of units that somebody else holds: before that it asks the shards, and decides again with what it heard.
 */
import { decide } from './decide.ts'
import type { Decided, StockFacts } from './decision.ts'
import { doorOf, doorsEverOf, escrowedUnits, escrowOf, setAside, shardsWithUnits, unitsAt } from './escrow.ts'
import { openUnits } from './reservation.ts'
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

/** Shards to be heard before any of several commands that build on each other is decided. */
export function unheardBefore(commands: readonly StockCommand[], factsFor: FactsFor, heard: Heard): Asking | null {
  const unheard = commands.flatMap((command) => shardsThatMayKnow(command, factsFor(command), heard))
  return unheard.length === 0 ? null : { shards: [...new Set(unheard)], giveBack: false }
}
export type FactsFor = (command: StockCommand) => StockFacts

/**
 * A reservation that is not known here, or has ended here, may have been granted by a shard a moment ago. One that is
 * given back may have been granted a second time through another door: both have to be known, or one would stay.
 */
function shardsThatMayKnow(command: StockCommand, { position, reservation }: StockFacts, heard: Heard) {
  if (!('reservationId' in command)) return []
  if (command.type !== 'release' && reservation !== null && openUnits(reservation) > 0) return []
  const { reservationId } = command
  const { shards } = escrowOf(position)
  const doors = doorsEverOf(reservationId)
  const mayKnow = (shard: number) => (shards > 0 && doorOf(reservationId, shards) === shard) || !heard.isUpToDate(shard)
  return [...doors].filter((shard) => unitsAt(position, shard) > 0 && !heard.forThis.has(shard) && mayKnow(shard))
}

const isPartial = (command: StockCommand, decided: Decided) =>
  command.type === 'hold' && unitsOf(decided) < command.quantity

/** Refused: fewer than none, so that an accepted command without units counts as more. */
const unitsOf = (decided: Decided) => (decided.ok ? decided.value.granted : -1)
