/**
 * Taking over a claim that a shard granted. The caller was told that he holds the units, so they become his reservation
 * here; only where the position knows of it already do the shard's units come back. That happens when a caller repeated
 * himself through another door because the number of shards had changed meanwhile.
 */
import { termsOf } from './claims.ts'
import { drawsOf, splitDraws } from './draws.ts'
import { openUnits, type Reservation } from './reservation.ts'
import type { EscrowClaim } from './settlement.ts'
import type { ReservationEvent } from './stock-event.ts'

export type Adoption = {
  /** False: the units come back, the position's own version stands. */
  readonly adopted: boolean
  readonly events: readonly ReservationEvent[]
}

/** `repeats`: the very same command was answered here before. */
export function adoptClaim(claim: EscrowClaim, existing: Reservation | null, repeats: boolean): Adoption {
  if (existing === null) return adopt(claim)
  // Granted in part here and in full there, whatever was asked again: the newer answer is the larger one.
  const isPart = existing.status === 'held' && existing.quantity < claim.command.quantity
  if (isPart) return { adopted: true, events: [releaseOf(existing), ...adopt(claim).events] }
  if (repeats) return { adopted: false, events: [] }
  // Ended here and asked for anew there: the newer answer is what the caller goes by.
  if (existing.status === 'released' || existing.status === 'expired') return adopt(claim)
  if (existing.status !== 'held') return { adopted: false, events: [] }
  if (existing.requested === claim.command.quantity) return { adopted: false, events: extension(claim, existing) }
  return { adopted: true, events: [releaseOf(existing), ...adopt(claim).events] }
}

function adopt({ command }: EscrowClaim): Adoption {
  const { reservationId, quantity, expiresAtMs, orderId } = command
  return {
    adopted: true,
    events: [{ type: 'held', reservationId, requested: quantity, quantity, expiresAtMs, orderId }],
  }
}

/** Another quantity was asked for: the older claim gives way. */
function releaseOf(existing: Reservation): ReservationEvent {
  const { reservationId } = existing
  const quantity = openUnits(existing)
  const { split } = splitDraws(existing.draws, quantity, 'latest')
  return { type: 'released', reservationId, quantity, from: 'held', ...termsOf(existing), ...drawsOf(split) }
}

/** The later of the two times he was told. */
function extension({ command }: EscrowClaim, existing: Reservation): readonly ReservationEvent[] {
  const { reservationId, expiresAtMs } = command
  if (existing.expiresAtMs === null || expiresAtMs === null || expiresAtMs <= existing.expiresAtMs) return []
  return [{ type: 'extended', reservationId, expiresAtMs }]
}
