/**
 * How much one API key may hold in carts at once. The shards that keep carts each have a lease of the key's limits and
 * admit on their own while it lasts; whoever needs more asks the quota, which gives from what the others have no lease
 * of. Leases never sum to more than the limits, so neither do the carts.
 */
export type HoldTally = {
  /** Base units in open carts. */
  readonly units: number
  /** Open carts. */
  readonly holds: number
}

/** The most that one key may hold. */
export type HoldLimits = HoldTally

export const noHolds: HoldTally = { units: 0, holds: 0 }

/** A lease is larger than what it was asked for by this part of what is left: shards ask rarely, and none takes it all. */
const spareParts = 64

export const plus = (left: HoldTally, right: HoldTally): HoldTally => ({
  units: left.units + right.units,
  holds: left.holds + right.holds,
})

export const fitsInto = (asked: HoldTally, room: HoldTally): boolean =>
  asked.units <= room.units && asked.holds <= room.holds

/**
 * The lease of a shard that has `used` and wants `wanted` more, where the others' leases come to `others`. Null when it
 * does not fit.
 */
export function leaseFor(used: HoldTally, wanted: HoldTally, others: HoldTally, limits: HoldTally): HoldTally | null {
  const needed = plus(used, wanted)
  const room = { units: limits.units - others.units, holds: limits.holds - others.holds }
  if (!fitsInto(needed, room)) return null
  return {
    units: needed.units + Math.floor((room.units - needed.units) / spareParts),
    holds: needed.holds + Math.floor((room.holds - needed.holds) / spareParts),
  }
}
