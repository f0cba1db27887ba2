/**
 * Lets carts of an API key in while they fit what the key may hold at once. A shard counts its own carts: from their
 * rows when it wakes, in memory from then on, each until the millisecond it expires. Within its lease it asks nobody.
 */
import type { HoldQuotaApi } from '../src/actor-apis.ts'
import { err, ok, type Result } from '../src/domain/shared/result.ts'
import { fitsInto, type HoldTally, noHolds, plus } from '../src/domain/stock/hold-quota.ts'
import type {
  HoldLease,
  HoldLeaseRequest,
  RecalledHolds,
  ReservationRefusal,
} from '../src/domain/stock/reservation-contract.ts'
import type { CartTable } from './cart-table.ts'
import { reached } from './reached.ts'

/** Leases may be called in while one is on its way; more rounds than these mean that everybody asks at once. */
const roundsMax = 8
/** When no cart is known to expire: somebody has to commit or release one. */
const retryDefaultSeconds = 60

type Ask = Pick<HoldLeaseRequest, 'holder' | 'shard' | 'wanted' | 'limits'>
type Refused = { readonly ok: false; readonly error: ReservationRefusal }
type Share = { lease: HoldTally; pending: HoldTally; epoch: number; asking: Promise<unknown> | null }

export class HoldAdmission {
  readonly #carts: CartTable
  readonly #quota: (holder: string) => HoldQuotaApi
  readonly #shares = new Map<string, Share>()

  constructor(carts: CartTable, quota: (holder: string) => HoldQuotaApi) {
    this.#carts = carts
    this.#quota = quota
  }

  /** The work, if its cart fits: it writes the cart's row, or the cart comes to nothing. */
  async within<Answer>(ask: Ask, work: () => Promise<Answer>): Promise<Answer | Refused> {
    const admitted = await this.#admit(ask)
    if (!admitted.ok) return admitted
    try {
      return await work()
    } finally {
      this.#settle(ask)
    }
  }

  /** Counted as pending until `#settle`. */
  async #admit(ask: Ask): Promise<Result<null, ReservationRefusal>> {
    const share = this.#shareOf(ask.holder)
    for (let round = 0; round < roundsMax; ) {
      const used = this.#usedBy(ask.holder)
      const needed = plus(used, ask.wanted)
      if (fitsInto(needed, share.lease) && fitsInto(needed, ask.limits)) {
        share.pending = plus(share.pending, ask.wanted)
        return ok(null)
      }
      // One at a time: a lease is for all that the shard has in use, and must not be told from before the last one.
      if (share.asking !== null) {
        await share.asking
        continue
      }
      round += 1
      const { epoch } = share
      const answer = await this.#ask(share, { ...ask, used })
      if (answer.granted === null) return err(this.#refusal(ask, answer.held, answer.nextExpiryMs))
      // What was called in meanwhile is given to others by now: the lease on its way no longer holds.
      if (epoch === share.epoch) share.lease = answer.granted
    }
    return err({ reason: 'overloaded' })
  }

  #settle({ holder, wanted }: Ask): void {
    const share = this.#shareOf(holder)
    share.pending = { units: share.pending.units - wanted.units, holds: share.pending.holds - wanted.holds }
  }

  /** Cuts the shard's lease down to what it uses. */
  recall(holder: string): RecalledHolds {
    const used = this.#usedBy(holder)
    const share = this.#shares.get(holder)
    if (share !== undefined) {
      share.lease = used
      share.epoch += 1
    }
    return { ...used, nextExpiryMs: this.#carts.nextExpiryMs(holder, Date.now()) }
  }

  async #ask(share: Share, request: HoldLeaseRequest): Promise<HoldLease> {
    const asked = reached(() => this.#quota(request.holder).lease(request))
    // Whoever waits for it only wants to know that it is over.
    share.asking = asked.catch(() => {})
    try {
      return await asked
    } finally {
      share.asking = null
    }
  }

  #usedBy(holder: string): HoldTally {
    return plus(this.#carts.tallyOf(holder, Date.now()), this.#shares.get(holder)?.pending ?? noHolds)
  }

  #shareOf(holder: string): Share {
    const known = this.#shares.get(holder)
    if (known !== undefined) return known
    const fresh: Share = { lease: noHolds, pending: noHolds, epoch: 0, asking: null }
    this.#shares.set(holder, fresh)
    return fresh
  }

  #refusal(ask: Ask, held: HoldTally, othersExpireMs: number | null): ReservationRefusal {
    const ownExpiryMs = this.#carts.nextExpiryMs(ask.holder, Date.now())
    const expiries = [ownExpiryMs, othersExpireMs].filter((atMs) => atMs !== null)
    const seconds = expiries.length === 0 ? retryDefaultSeconds : (Math.min(...expiries) - Date.now()) / 1_000
    return {
      reason: 'hold_limit_reached',
      heldUnits: held.units,
      heldReservations: held.holds,
      requestedUnits: ask.wanted.units,
      unitsMax: ask.limits.units,
      reservationsMax: ask.limits.holds,
      retryAfterSeconds: Math.max(1, Math.ceil(seconds)),
    }
  }
}
