/** Which of the reservation actors remembers a caller's reservation. */
import { shardOf } from '../shared/shard-of.ts'

/**
 * Fixed for ever: another count would look for a reservation where it is not. Few enough that carts which arrive
 * together share commits, enough for ten thousand carts a second.
 */
export const reservationShards = 16

export function reservationShard(reservationId: string): string {
  return `${shardOf(reservationId, reservationShards)}`
}
