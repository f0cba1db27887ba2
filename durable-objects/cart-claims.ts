/**
 * A reservation's claims at the positions that serve it: one call per position and step, so many at a time. A position
 * that is overloaded or unreachable throws `ActorBusy`, which the shard turns into an answer the caller may repeat.
 */
import { type ActorNamespace, type AvailabilityApi, actor, type StockApi } from '../src/actor-apis.ts'
import { atfOf } from '../src/domain/atp/atp-of.ts'
import type { PositionFigures } from '../src/domain/atp/position-figures.ts'
import type { Cause } from '../src/domain/shared/cause.ts'
import { describeError } from '../src/domain/shared/describe-error.ts'
import { commandId, locationId, positionId, type ReservationId, sku } from '../src/domain/shared/ids.ts'
import { inTurns } from '../src/domain/shared/in-turns.ts'
import { type Cart, type CartClaim, type CartPlace, channelOf, claimId, claimsOf } from '../src/domain/stock/cart.ts'
import type { StockCommandBody, StockVerdict } from '../src/domain/stock/stock-command.ts'
import type { StockRefusal } from '../src/domain/stock/stock-refusal.ts'
import { callPosition, type PositionActors } from './call-position.ts'
import { ActorBusy, reached } from './reached.ts'
import type { ClaimTerms } from './resolved-cart.ts'

/** A claim that was given back or ran out is not revived: the next one has its own name. More rounds mean a bug. */
const claimRoundsMax = 8
/** Positions asked at once: the widest reservation has a few hundred. */
export const positionsAtOnce = 100

export type Claim = {
  readonly reservationId: string
  readonly expiresAtMs: number
  readonly cause: Cause
}
type Place = { readonly sku: string; readonly location: string; readonly terms: ClaimTerms }
export type Claimed = {
  readonly granted: number
  /** What is left after the claim. */
  readonly available: number
  /** Null when nothing was granted. */
  readonly reservationId: ReservationId | null
}
/** Refusals of the claims, none if every position agreed. */
export type Refusals = readonly StockRefusal[]

type ClaimActors = PositionActors & { readonly AVAILABILITY: ActorNamespace }

export class CartClaims {
  readonly #env: ClaimActors
  readonly #nowMs: () => number

  constructor(env: ClaimActors, nowMs: () => number = Date.now) {
    this.#env = env
    this.#nowMs = nowMs
  }

  /** What could be claimed there on these terms. */
  async available({ sku: skuName, location, terms }: Place): Promise<number> {
    const name = positionId(sku(skuName), locationId(location))
    const { figures } = await reached(() => actor<StockApi>(this.#env.STOCK, name).summary(name))
    return this.#free(figures, terms)
  }

  /**
   * What the SKU's positions were last heard to have, by location. Only says where to ask first: nothing is decided by
   * it, so whoever cannot be told asks everywhere.
   */
  async heard(sku: string, termsAt: (location: string) => ClaimTerms): Promise<ReadonlyMap<string, number>> {
    try {
      const heard = await actor<AvailabilityApi>(this.#env.AVAILABILITY, sku).heard(sku)
      return new Map(heard.map(({ location, figures }) => [location, this.#free(figures, termsAt(location))]))
    } catch (error) {
      console.warn(JSON.stringify({ event: 'cart_asks_everywhere', sku, ...describeError(error) }))
      return new Map()
    }
  }

  #free(figures: PositionFigures, terms: ClaimTerms): number {
    return atfOf(figures, { nowMs: this.#nowMs(), group: null, goodUntilMs: null, keepBack: 0, ...terms })
  }

  /**
   * A try that was cut off may have left a claim under the name: of the same quantity it is taken over, of another it
   * is given back. One that has ended is not revived, the next round has a new name.
   */
  async hold(claim: Claim, place: Place, quantity: number, partial: boolean): Promise<Claimed> {
    const { expiresAtMs, cause } = claim
    const { sku: skuName, location, terms } = place
    for (let round = 1; round <= claimRoundsMax; round++) {
      const reservationId = claimId(claim.reservationId, round)
      const asked = {
        type: 'hold',
        reservationId,
        quantity,
        expiresAtMs,
        orderId: null,
        allowPartial: partial,
      } as const
      const verdict = await this.#send(skuName, location, { ...asked, ...terms }, cause)
      if (verdict.ok) {
        const found = verdict.effect === 'unchanged'
        const lasts =
          !found || (await this.#send(skuName, location, { type: 'extend', reservationId, expiresAtMs }, cause)).ok
        if (lasts) return { granted: verdict.granted, available: verdict.available, reservationId }
        // It ran out between the two calls.
        continue
      }
      const { error } = verdict
      if (error.reason === 'insufficient_stock') return { granted: 0, available: error.available, reservationId: null }
      // Whoever asks again finds room, or hears that the time is over.
      if (error.reason === 'position_full' || this.#nowMs() >= expiresAtMs) throw new ActorBusy(error.reason)
      if (error.reason === 'reservation_conflict') {
        await this.#send(skuName, location, { type: 'release', reservationId, quantity: null }, cause)
      }
    }
    throw new Error(`${claim.reservationId}: no claim of ${skuName} at ${location} after ${claimRoundsMax} rounds`)
  }

  commit(cart: Cart, cause: Cause): Promise<Refusals> {
    const soldBy = channelOf(cart)
    return this.#each(claimsOf(cart), cause, (reservationId) => ({ type: 'commit', reservationId, soldBy }))
  }

  extend(cart: Cart, expiresAtMs: number, cause: Cause): Promise<Refusals> {
    return this.#each(claimsOf(cart), cause, (reservationId) => ({ type: 'extend', reservationId, expiresAtMs }))
  }

  /** What is not there any more needs no releasing: refusals are no failure here. */
  release(claims: readonly CartClaim[], cause: Cause): Promise<Refusals> {
    return this.#each(claims, cause, (reservationId) => ({ type: 'release', reservationId, quantity: null }))
  }

  /** Whatever tries of the cart left at these places; a name that was never used there is the first free one. */
  async clear(cartId: string, places: readonly CartPlace[], cause: Cause): Promise<void> {
    await inTurns(places, positionsAtOnce, async ({ sku, location }) => {
      for (let round = 1; round <= claimRoundsMax; round++) {
        const release = { type: 'release', reservationId: claimId(cartId, round), quantity: null } as const
        const verdict = await this.#send(sku, location, release, cause)
        if (!verdict.ok && verdict.error.reason === 'reservation_not_found') return
      }
    })
  }

  /** Every position is asked, whatever becomes of the others. */
  async #each(
    claims: readonly CartClaim[],
    cause: Cause,
    commandFor: (reservationId: ReservationId) => StockCommandBody,
  ): Promise<Refusals> {
    const settled = await inTurns(claims, positionsAtOnce, async ({ sku, location, reservationId }) => {
      const [outcome] = await Promise.allSettled([this.#send(sku, location, commandFor(reservationId), cause)])
      return outcome
    })
    return settled.flatMap((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason
      return outcome.value.ok ? [] : [outcome.value.error]
    })
  }

  /**
   * Commands carry new ids: whether one repeats another is decided by the reservation itself, whose state may have
   * changed since the same words were said the last time.
   */
  async #send(skuName: string, location: string, body: StockCommandBody, cause: Cause): Promise<StockVerdict> {
    const name = positionId(sku(skuName), locationId(location))
    const command = { ...body, commandId: commandId(crypto.randomUUID()), cause, unrepeated: true } as const
    const [verdict] = await reached(() => callPosition(this.#env, name, [command]))
    if (verdict === undefined) throw new Error(`${name} answered nothing`)
    if (!verdict.ok && verdict.error.reason === 'overloaded') throw new ActorBusy(`${name} is overloaded`)
    return verdict
  }
}
