/** Which of the reservation actors remembers a caller's reservation. */
import { shardOf } from '../shared/shard-of.ts'

/** Fixed for ever: another count would look for a reservation where it is not. */
const reservationShards = 64

export function reservationShard(reservationId: string): string {
  return `${shardOf(reservationId, reservationShards)}`
}
