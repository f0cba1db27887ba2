/**
 * A reservation's claims at the positions that serve it: one call per position and step. A position that is overloaded
 * or unreachable throws `PositionBusy`, which the shard turns into an answer the caller may repeat.
 */
import { actor, type StockApi } from '../src/actor-apis.ts'
import type { Cause } from '../src/domain/shared/cause.ts'
import { commandId, locationId, positionId, sku } from '../src/domain/shared/ids.ts'
import { type Cart, type CartAllocation, claimId } from '../src/domain/stock/cart.ts'
import type { ClaimAnswer } from '../src/domain/stock/fill-demand.ts'
import type { StockCommandBody, StockRefusal, StockVerdict } from '../src/domain/stock/stock-command.ts'
import type { Env } from '../src/env.ts'
import { callPosition } from './call-position.ts'

/** A claim that was given back or ran out is not revived: the next one has its own name. More rounds mean a bug. */
const claimRoundsMax = 8
/** The runtime says which failures are worth repeating; positions recognise the command. */
const callAttemptsMax = 3

export class PositionBusy extends Error {}

export type Claim = {
  readonly reservationId: string
  readonly expiresAtMs: number
  readonly cause: Cause
}
export type Claimed = ClaimAnswer & { readonly allocation: CartAllocation | null }
/** Refusals of the claims, none if every position agreed. */
export type Refusals = readonly StockRefusal[]

export class CartClaims {
  readonly #env: Env

  constructor(env: Env) {
    this.#env = env
  }

  async available(skuName: string, location: string): Promise<number> {
    const name = positionId(sku(skuName), locationId(location))
    return (await reached(() => this.#stock(name).view(name))).states.available
  }

  /**
   * A try that was cut off may have left a claim under the name: of the same quantity it is taken over, of another it
   * is given back. One that has ended is not revived, the next round has a new name.
   */
  async hold(claim: Claim, skuName: string, location: string, quantity: number, partial: boolean): Promise<Claimed> {
    const { expiresAtMs, cause } = claim
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
      const verdict = await this.#send(skuName, location, asked, cause)
      if (verdict.ok) {
        if (verdict.effect === 'unchanged') {
          await this.#send(skuName, location, { type: 'extend', reservationId, expiresAtMs }, cause)
        }
        const allocation = { location, quantity: verdict.granted, reservationId }
        return { granted: verdict.granted, available: verdict.available, allocation }
      }
      const { error } = verdict
      if (error.reason === 'insufficient_stock') return { granted: 0, available: error.available, allocation: null }
      if (error.reason === 'reservation_conflict') {
        await this.#send(skuName, location, { type: 'release', reservationId, quantity: null }, cause)
      }
    }
    throw new Error(`${claim.reservationId}: no claim of ${skuName} at ${location} after ${claimRoundsMax} rounds`)
  }

  commit(cart: Cart, cause: Cause): Promise<Refusals> {
    return this.#each(cart, cause, ({ reservationId }) => ({ type: 'commit', reservationId }))
  }

  /** What is not there any more needs no releasing: refusals are no failure here. */
  release(cart: Pick<Cart, 'lines'>, cause: Cause): Promise<Refusals> {
    return this.#each(cart, cause, ({ reservationId }) => ({ type: 'release', reservationId, quantity: null }))
  }

  async #each(
    cart: Pick<Cart, 'lines'>,
    cause: Cause,
    commandFor: (allocation: CartAllocation) => StockCommandBody,
  ): Promise<Refusals> {
    const calls = cart.lines.flatMap((line) =>
      line.allocations.map((allocation) => this.#send(line.sku, allocation.location, commandFor(allocation), cause)),
    )
    const settled = await Promise.allSettled(calls)
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
    const command = { ...body, commandId: commandId(crypto.randomUUID()), cause }
    const [verdict] = await reached(() => callPosition(this.#env, name, [command]))
    if (verdict === undefined) throw new Error(`${name} answered nothing`)
    if (!verdict.ok && verdict.error.reason === 'overloaded') throw new PositionBusy(`${name} is overloaded`)
    return verdict
  }

  #stock(name: string): StockApi {
    return actor<StockApi>(this.#env.STOCK, name)
  }
}

/** A broken stub stays broken: `call` looks the actor up anew each time. */
async function reached<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      const { retryable = false, overloaded = false } = error as { retryable?: boolean; overloaded?: boolean }
      if (overloaded || (retryable && attempt >= callAttemptsMax)) throw new PositionBusy(String(error))
      if (!retryable) throw error
    }
  }
}
