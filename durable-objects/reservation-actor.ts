/**
 * ReservationActor, one of 16 shards by reservation id: carts and checkouts. It remembers what each id was answered
 * and which positions hold its units; the units are the positions' business, and their holds expire without it.
 */

import { DurableObject } from 'cloudflare:workers'
import { actor, type HoldQuotaApi, type ReservationApi } from '../src/actor-apis.ts'
import { type Cause, timerCause } from '../src/domain/shared/cause.ts'
import { correlationId } from '../src/domain/shared/ids.ts'
import { ok, type Result } from '../src/domain/shared/result.ts'
import { type Cart, type CartClaim, claimsOf, contentOf, endedAs, statusAt } from '../src/domain/stock/cart.ts'
import { answerOf, conflict, notFound, refusedAs } from '../src/domain/stock/cart-answer.ts'
import type { RecalledHolds, ReservationVerdict, ReserveInput } from '../src/domain/stock/reservation-contract.ts'
import { reservationShard } from '../src/domain/stock/reservation-shard.ts'
import type { Env } from '../src/env.ts'
import { AlarmClock, alarmFailureDelayMs } from './alarm-clock.ts'
import { AtomicWrites } from './atomic-writes.ts'
import { CartAttempts, cartAttemptTables } from './cart-attempts.ts'
import { CartClaims, type Refusals } from './cart-claims.ts'
import { CartTable, cartHolds, cartTables } from './cart-table.ts'
import { type CartFilling, fillCart } from './fill-cart.ts'
import { GroupCommit, parkedMax } from './group-commit.ts'
import { HoldAdmission } from './hold-admission.ts'
import { logFailure } from './log-failure.ts'
import { Migrations } from './migrations.ts'
import { ActorBusy } from './reached.ts'
import { resolveCart } from './resolve-cart.ts'
import { type ResolvedCart, tallyOf } from './resolved-cart.ts'
import { Turns } from './turns.ts'

const steps = [
  { id: 1, statements: cartTables },
  { id: 2, statements: cartHolds },
  { id: 3, statements: cartAttemptTables },
]
/** Unfinished changes taken up per alarm; the next alarm takes the rest. */
const resumedMax = 50
/** `isWhole`: nothing of it is anywhere but where it says. */
type Saving = { readonly cart: Cart; readonly isNew: boolean; readonly isWhole: boolean }
const overloaded: ReservationVerdict = { ok: false, error: { reason: 'overloaded' } }

export class ReservationActor extends DurableObject<Env> implements ReservationApi {
  readonly #migrations = new Migrations(this.ctx.storage, steps)
  readonly #carts = new CartTable(this.ctx.storage.sql, this.#migrations)
  readonly #attempts = new CartAttempts(this.ctx.storage.sql, this.#migrations)
  readonly #claims = new CartClaims(this.env)
  readonly #admission = new HoldAdmission(this.#carts, (holder) => actor<HoldQuotaApi>(this.env.HOLD_QUOTA, holder))
  readonly #clock = new AlarmClock(this.ctx.storage, [this.#carts, this.#attempts])
  readonly #writes = new AtomicWrites(this.ctx, this.#migrations, this.#clock, [this.#carts, this.#attempts])
  readonly #turns = new Turns(parkedMax)
  /** Readable from within the object only; its counters say how many carts share a commit. */
  readonly saving = new GroupCommit<Saving, null>((carts) => this.#saveAll(carts))

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    if (this.#migrations.applied) void ctx.blockConcurrencyWhile(() => this.#clock.resume(Date.now()))
  }

  async reserve(input: ReserveInput): Promise<ReservationVerdict> {
    return this.#inTurn(input.reservationId, () => this.#reserve(input))
  }

  async extend(reservationId: string, expiresAtMs: number, cause: Cause): Promise<ReservationVerdict> {
    return this.#inTurn(reservationId, () => this.#extend(reservationId, expiresAtMs, cause))
  }

  async commit(reservationId: string, cause: Cause): Promise<ReservationVerdict> {
    return this.#inTurn(reservationId, () => this.#commit(reservationId, cause))
  }

  async release(reservationId: string, cause: Cause): Promise<ReservationVerdict> {
    return this.#inTurn(reservationId, () => this.#release(reservationId, cause))
  }

  async read(reservationId: string): Promise<ReservationVerdict> {
    const cart = this.#carts.find(reservationId)
    return cart === null || cart.status === 'refused' ? notFound(reservationId) : answerOf(cart, false, Date.now())
  }

  async takeForOrder(reservationId: string, orderId: string): Promise<readonly CartClaim[] | null> {
    return this.#turn(reservationId, async () => {
      const cart = this.#carts.find(reservationId)
      if (cart === null) return null
      const status = statusAt(cart, Date.now())
      if (status === 'ordered') return cart.orderId === orderId ? claimsOf(cart) : null
      // A commit or an extension that died half-way is the order's to finish: its claims are what they are by now.
      if (status === 'refused' || endedAs(status) !== null) return null
      await this.#save({ ...cart, status: 'ordered', orderId })
      return claimsOf(cart)
    })
  }

  async settleForOrder(reservationId: string, orderId: string, cause: Cause): Promise<void> {
    const cart = this.#carts.find(reservationId)
    if (cart?.status === 'ordered' && cart.orderId === orderId) await this.#claims.release(claimsOf(cart), cause)
  }

  async recallHolds(holder: string): Promise<RecalledHolds> {
    return this.#admission.recall(holder)
  }

  /** Never throws: a throwing alarm is dropped after a few tries, and what is pending with it. */
  override async alarm(): Promise<void> {
    this.#clock.wentOff()
    try {
      const unfinished = this.#carts.unfinished(Date.now(), resumedMax).map((id) => this.#resume(id))
      const dead = this.#attempts.dead(Date.now(), resumedMax).map((id) => this.#tidy(id))
      await Promise.all([...unfinished, ...dead])
    } catch (error) {
      logFailure('reservation_alarm_failed', this.ctx.id, error)
    }
    // What could not be finished now is overdue still: its positions get a moment before they are asked again.
    this.#clock.arm(Date.now(), Date.now() + alarmFailureDelayMs)
  }

  async #reserve(input: ReserveInput): Promise<ReservationVerdict> {
    const known = this.#carts.find(input.reservationId)
    if (known) return known.content === contentOf(input) ? answerOf(known, false, Date.now()) : conflict(known)
    const { reservationId, expiresAtMs, holder } = input
    if (Date.now() >= expiresAtMs) return refusedAs('expired', reservationId)
    const cart = await resolveCart(this.env, input, Date.now())
    if (!cart.ok) return cart
    if (holder === undefined) return this.#fill(input, cart.value)
    const shard = reservationShard(reservationId)
    const ask = { holder, shard, wanted: tallyOf(cart.value), limits: cart.value.limits }
    return this.#admission.within(ask, () => this.#fill(input, cart.value))
  }

  async #fill(input: ReserveInput, resolved: ResolvedCart): Promise<ReservationVerdict> {
    const note: CartFilling['note'] = (places) =>
      this.#writes.commit((nowMs) => this.#attempts.note(input.reservationId, places, nowMs))
    // What an earlier try left is not looked for now: the alarm is soon at it.
    const isFirst = !this.#attempts.has(input.reservationId)
    const filled = await fillCart({ claims: this.#claims, input, resolved, note })
    if (!filled.ok) return filled
    await this.#save(filled.value, true, isFirst)
    return answerOf(filled.value, true, Date.now())
  }

  /**
   * The wish is stored before the first position hears of it: one that dies half-way is finished by the alarm. When a
   * position has let go meanwhile, the cart's own time has come as well, or it is no longer whole: it ends.
   */
  async #extend(reservationId: string, expiresAtMs: number, cause: Cause): Promise<ReservationVerdict> {
    const cart = this.#carts.find(reservationId)
    if (cart === null || cart.status === 'refused') return notFound(reservationId)
    const status = statusAt(cart, Date.now())
    if (status === 'committed' || status === 'committing') return refusedAs('committed', reservationId)
    const ended = endedAs(status)
    if (ended !== null) return refusedAs(ended, reservationId)
    const untilMs = Math.max(expiresAtMs, cart.extendToMs ?? 0)
    if (untilMs <= cart.expiresAtMs) return answerOf(cart, false, Date.now())
    const extending: Cart = { ...cart, status: 'extending', extendToMs: untilMs }
    await this.#save(extending)
    const refusals = await this.#claims.extend(extending, untilMs, cause)
    if (refusals.length > 0) return this.#undo(extending, refusals, cause)
    const { extendToMs: _, ...extended } = extending
    return this.#settle({ ...extended, status: 'held', expiresAtMs: untilMs })
  }

  /** The wish is stored before the first position hears of it: a commit that dies half-way is finished by the alarm. */
  async #commit(reservationId: string, cause: Cause): Promise<ReservationVerdict> {
    const cart = this.#carts.find(reservationId)
    if (cart === null || cart.status === 'refused') return notFound(reservationId)
    const status = statusAt(cart, Date.now())
    if (status === 'committed') return answerOf(cart, false, Date.now())
    const ended = endedAs(status)
    if (ended !== null) return refusedAs(ended, reservationId)
    if (status !== 'committing') await this.#save({ ...cart, status: 'committing' })
    const refusals = await this.#claims.commit(cart, cause)
    return refusals.length === 0 ? this.#settle({ ...cart, status: 'committed' }) : this.#undo(cart, refusals, cause)
  }

  /** One position had let go of its units: the others give theirs back, a part of a cart is not what was promised. */
  async #undo(cart: Cart, refusals: Refusals, cause: Cause): Promise<ReservationVerdict> {
    await this.#claims.release(claimsOf(cart), cause)
    const status = refusals.some(({ reason }) => reason === 'reservation_released') ? 'released' : 'expired'
    await this.#save({ ...cart, status })
    return refusedAs(status, cart.reservationId)
  }

  /** Committed units too, as long as nothing of them has shipped: an order that is cancelled gives its stock back here. */
  async #release(reservationId: string, cause: Cause): Promise<ReservationVerdict> {
    const cart = this.#carts.find(reservationId)
    if (cart === null || cart.status === 'refused') return notFound(reservationId)
    const status = statusAt(cart, Date.now())
    if (status === 'committing') return refusedAs('committed', reservationId)
    if (status === 'ordered') return refusedAs(status, reservationId)
    if (status === 'released' || status === 'expired') return answerOf(cart, false, Date.now())
    // A hold that is given back half-way runs out by itself; a commitment does not.
    if (status === 'committed') await this.#save({ ...cart, status: 'releasing' })
    await this.#claims.release(claimsOf(cart), cause)
    return this.#settle({ ...cart, status: 'released' })
  }

  #resume(reservationId: string): Promise<ReservationVerdict> {
    const cause = timerCause(correlationId(`cart/${reservationId}`), 'resume_cart')
    const cart = this.#carts.find(reservationId)
    if (cart?.status === 'releasing') return this.release(reservationId, cause)
    if (cart?.status === 'extending') return this.extend(reservationId, cart.extendToMs ?? 0, cause)
    return this.commit(reservationId, cause)
  }

  /** A try died: whatever it claimed where the cart, if there is one by now, has nothing is given back. */
  #tidy(reservationId: string): Promise<void> {
    return this.#turn(reservationId, async () => {
      const strays = this.#attempts.strays(reservationId, this.#carts.find(reservationId))
      const cause = timerCause(correlationId(`cart/${reservationId}`), 'tidy_cart')
      await this.#claims.clear(reservationId, strays, cause)
      this.#writes.commit(() => this.#attempts.over(reservationId))
    })
  }

  async #settle(cart: Cart): Promise<ReservationVerdict> {
    await this.#save(cart)
    return answerOf(cart, false, Date.now())
  }

  async #turn<Answer>(reservationId: string, work: () => Promise<Answer>): Promise<Answer> {
    const turn = this.#turns.take(reservationId, work)
    if (turn === null) throw new ActorBusy('too many carts are being worked on')
    return turn
  }

  async #inTurn(reservationId: string, work: () => Promise<ReservationVerdict>): Promise<ReservationVerdict> {
    try {
      return await this.#turn(reservationId, work)
    } catch (error) {
      if (error instanceof ActorBusy) return overloaded
      throw error
    }
  }

  async #save(cart: Cart, isNew = false, isWhole = false): Promise<void> {
    const saved = this.saving.join({ cart, isNew, isWhole })
    if (saved === null) throw new ActorBusy('too many carts are being saved')
    await saved
  }

  #saveAll(carts: readonly Saving[]): readonly Result<null, unknown>[] {
    return this.#writes.commit((nowMs) => {
      for (const { cart, isNew, isWhole } of carts) {
        this.#carts.save(cart, nowMs, isNew)
        if (isWhole) this.#attempts.over(cart.reservationId)
      }
      return carts.map(() => ok(null))
    })
  }
}
