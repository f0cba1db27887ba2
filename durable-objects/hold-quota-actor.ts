/**
 * HoldQuotaActor, one per API key: hands out leases of what the key may hold in carts to the reservation shards. When
 * the limits are nearly reached it calls in what the other shards do not use, so that a refusal is exact. It keeps the
 * leases alone; the carts are counted where they are.
 */
import { DurableObject } from 'cloudflare:workers'
import { actor, type HoldQuotaApi, type ReservationApi } from '../src/actor-apis.ts'
import { type HoldTally, leaseFor, noHolds, plus } from '../src/domain/stock/hold-quota.ts'
import type { HoldLease, HoldLeaseRequest } from '../src/domain/stock/reservation-contract.ts'
import { reservationShards } from '../src/domain/stock/reservation-shard.ts'
import type { Env } from '../src/env.ts'
import { Migrations } from './migrations.ts'

const steps = [
  {
    id: 1,
    statements: [
      `CREATE TABLE hold_lease (
        shard TEXT PRIMARY KEY, units INTEGER NOT NULL, holds INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
    ],
  },
]
type LeaseRow = { shard: string; units: number; holds: number }

export class HoldQuotaActor extends DurableObject<Env> implements HoldQuotaApi {
  readonly #migrations = new Migrations(this.ctx.storage, steps)
  #loaded: Map<string, HoldTally> | null = null
  #last: Promise<unknown> = Promise.resolve()

  /** One at a time: between calling leases in and giving one out nobody else may be given any. */
  async lease(request: HoldLeaseRequest): Promise<HoldLease> {
    const turn = this.#last.then(() => this.#lease(request))
    this.#last = turn.catch(() => {})
    return turn
  }

  async #lease(request: HoldLeaseRequest): Promise<HoldLease> {
    const { shard, used, wanted, limits } = request
    const easily = leaseFor(used, wanted, this.#others(shard), limits)
    if (easily !== null) return this.#grant(shard, easily)
    const nextExpiryMs = await this.#callIn(request)
    const others = this.#others(shard)
    const barely = leaseFor(used, wanted, others, limits)
    if (barely !== null) return this.#grant(shard, barely)
    return { granted: null, held: plus(used, others), nextExpiryMs }
  }

  /** Every other shard is cut down to what it uses; answers when the first of their carts expires. */
  async #callIn({ holder, shard }: HoldLeaseRequest): Promise<number | null> {
    const others = Array.from({ length: reservationShards }, (_, index) => `${index}`).filter((each) => each !== shard)
    const recalled = await Promise.all(
      others.map(async (other) => ({
        other,
        ...(await actor<ReservationApi>(this.env.RESERVATION, other).recallHolds(holder)),
      })),
    )
    this.#save(recalled.map(({ other, units, holds }) => [other, { units, holds }]))
    const expiries = recalled.flatMap(({ nextExpiryMs }) => (nextExpiryMs === null ? [] : [nextExpiryMs]))
    return expiries.length === 0 ? null : Math.min(...expiries)
  }

  #grant(shard: string, granted: HoldTally): HoldLease {
    this.#save([[shard, granted]])
    return { granted }
  }

  #others(shard: string): HoldTally {
    return [...this.#leases].filter(([name]) => name !== shard).reduce((sum, [, lease]) => plus(sum, lease), noHolds)
  }

  #save(leases: readonly (readonly [string, HoldTally])[]): void {
    const changed = leases.filter(([shard, lease]) => {
      const known = this.#leases.get(shard) ?? noHolds
      return known.units !== lease.units || known.holds !== lease.holds
    })
    if (changed.length === 0) return
    try {
      this.ctx.storage.transactionSync(() => {
        this.#migrations.ensure()
        const upsert = 'INSERT OR REPLACE INTO hold_lease (shard, units, holds) VALUES (?, ?, ?)'
        for (const [shard, { units, holds }] of changed) this.ctx.storage.sql.exec(upsert, shard, units, holds)
      })
      for (const [shard, lease] of changed) this.#leases.set(shard, lease)
    } catch (error) {
      this.#migrations.forget()
      this.#loaded = null
      throw error
    }
  }

  get #leases(): Map<string, HoldTally> {
    if (this.#loaded) return this.#loaded
    const rows = this.#migrations.applied
      ? this.ctx.storage.sql.exec<LeaseRow>('SELECT shard, units, holds FROM hold_lease').toArray()
      : []
    this.#loaded = new Map(rows.map(({ shard, units, holds }) => [shard, { units, holds }]))
    return this.#loaded
  }
}
