/**
 * Which promises can be served from which units, exactly. A unit serves a claim when it is there by the time the claim
 * is due and keeps as long as the claim needs. Serving in order of time, each claim from what keeps just long enough
 * (first expired, first out), serves as many units as can be served at all: whoever came later could have used what was
 * left at least as well.
 */

/** Units that are there from an instant on. `goodUntilMs` is infinite for those that keep. */
export type Units = { readonly fromMs: number; readonly goodUntilMs: number; readonly units: number }
/** Units that have to be there at an instant and to keep until another. */
export type Claim = { readonly dueAtMs: number; readonly keepUntilMs: number; readonly units: number }

/** A claim can be served at an instant only from what has not expired by then. */
export function claimAt(dueAtMs: number, goodUntilMs: number | null, units: number): Claim {
  return { dueAtMs, keepUntilMs: Math.max(goodUntilMs ?? 0, dueAtMs + 1), units }
}

export type Served = {
  /** The claims, each at the instant at which it is served: when it is due, or later if nothing was there before. */
  readonly served: readonly Claim[]
  /** After each instant, how many units were due and not served. In order of time. */
  readonly waiting: readonly { readonly atMs: number; readonly units: number }[]
}

/** What waits is served first from whatever arrives next; of several, those that need the longest life choose first. */
export function serveClaims(supply: readonly Units[], claims: readonly Claim[]): Served {
  const shelf = new Shelf(supply)
  const served: Claim[] = []
  const waiting: { atMs: number; units: number }[] = []
  const dueAt = Map.groupBy(claims, ({ dueAtMs }) => dueAtMs)
  const instants = new Set([...supply.map(({ fromMs }) => fromMs), ...dueAt.keys()])
  let queue: readonly Claim[] = []
  for (const atMs of [...instants].sort((a, b) => a - b)) {
    shelf.fillUntil(atMs)
    const due = [...queue, ...(dueAt.get(atMs) ?? [])].sort((a, b) => b.keepUntilMs - a.keepUntilMs)
    queue = due.flatMap((claim) => {
      const { keepUntilMs, units } = claimAt(atMs, claim.keepUntilMs, claim.units)
      const taken = shelf.take(keepUntilMs, units)
      if (taken > 0) served.push({ dueAtMs: atMs, keepUntilMs, units: taken })
      return taken < units ? [{ ...claim, units: units - taken }] : []
    })
    waiting.push({ atMs, units: sumUnits(queue) })
  }
  return { served, waiting }
}

/** How many more units of this kind can be served besides those that are: `served` as `serveClaims` answers it. */
export function roomBeside(supply: readonly Units[], served: readonly Claim[], kind: Omit<Claim, 'units'>): number {
  const shelf = new Shelf(supply)
  const claims = [...served, { ...kind, units: sumUnits(supply) }].sort((a, b) => a.dueAtMs - b.dueAtMs)
  let taken = 0
  for (const { dueAtMs, keepUntilMs, units } of claims) {
    shelf.fillUntil(dueAtMs)
    taken += shelf.take(keepUntilMs, units)
  }
  return taken - sumUnits(served)
}

export const sumUnits = (parts: readonly { readonly units: number }[]): number =>
  parts.reduce((sum, { units }) => sum + units, 0)

/** The units that have arrived and are not taken, shortest life first. */
class Shelf {
  readonly #arriving: readonly Units[]
  readonly #there: { goodUntilMs: number; units: number }[] = []
  #arrived = 0

  constructor(supply: readonly Units[]) {
    this.#arriving = supply.toSorted((a, b) => a.fromMs - b.fromMs)
  }

  fillUntil(atMs: number): void {
    for (let next = this.#arriving[this.#arrived]; next !== undefined && next.fromMs <= atMs; ) {
      const { goodUntilMs, units } = next
      this.#there.splice(this.#placeOf(goodUntilMs), 0, { goodUntilMs, units })
      this.#arrived += 1
      next = this.#arriving[this.#arrived]
    }
  }

  /** From what keeps just long enough; answers how many units were there. */
  take(keepUntilMs: number, units: number): number {
    const from = this.#placeOf(keepUntilMs)
    let taken = 0
    let place = from
    for (let there = this.#there[from]; there !== undefined && taken < units; there = this.#there[place]) {
      const part = Math.min(units - taken, there.units)
      there.units -= part
      taken += part
      if (there.units > 0) break
      place += 1
    }
    this.#there.splice(from, place - from)
    return taken
  }

  /** The first place whose units keep at least that long. */
  #placeOf(goodUntilMs: number): number {
    let [low, high] = [0, this.#there.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#there[middle]?.goodUntilMs ?? 0) < goodUntilMs) low = middle + 1
      else high = middle
    }
    return low
  }
}
