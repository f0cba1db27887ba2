/**
 * Carts over the real claims (`fillCart`, `CartClaims`), with a process that may die at every call to a position: the
 * shape of ReservationActor without its platform. What a caller was told under an id is remembered beside it: the same
 * id has to give the same verdict for ever.
 */
import { CartClaims, type Refusals } from '../../durable-objects/cart-claims.ts'
import { fillCart } from '../../durable-objects/fill-cart.ts'
import { ActorBusy } from '../../durable-objects/reached.ts'
import type { ResolvedCart } from '../../durable-objects/resolved-cart.ts'
import type { PositionId } from '../../src/domain/shared/ids.ts'
import { type Cart, type CartClaim, claimsOf, statusAt } from '../../src/domain/stock/cart.ts'
import { summaryOf } from '../../src/domain/stock/position-view.ts'
import type { ReserveInput } from '../../src/domain/stock/reservation-contract.ts'
import type { StockCommand } from '../../src/domain/stock/stock-command.ts'
import { Crash, type Faults } from './faults.ts'
import { causeOf } from './mail.ts'
import type { Plant } from './plants.ts'
import type { Random } from './random.ts'
import type { StockShell } from './stock-shell.ts'
import type { VirtualClock } from './virtual-clock.ts'

type Visit = { readonly claims: CartClaims }
type Ports = {
  readonly faults: () => Faults
  readonly position: (id: PositionId) => StockShell
  readonly violate: (violation: string) => void
}

const resumeMs = 2_000

export class CartDesk {
  readonly carts = new Map<string, Cart>()
  readonly #told = new Map<string, string>()
  readonly #turns = new Map<string, Promise<unknown>>()
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #ports: Ports
  readonly #plant: Plant | null

  constructor(clock: VirtualClock, random: Random, ports: Ports, plant: Plant | null) {
    this.#clock = clock
    this.#random = random
    this.#ports = ports
    this.#plant = plant
  }

  /** Null: it came after its time, and nothing is known of it. */
  async reserve(input: ReserveInput, resolved: ResolvedCart): Promise<Cart | null> {
    const { reservationId } = input
    const cart = await this.#visit(reservationId, async ({ claims }) => {
      const known = this.carts.get(reservationId)
      if (known !== undefined) return known
      if (this.#clock.nowMs() >= input.expiresAtMs) return null
      const filled = await fillCart({ claims, input, resolved, note: () => {} })
      if (!filled.ok) throw new Crash(`${reservationId} could not be decided`)
      if (filled.value.status !== 'refused' || this.#plant !== 'I4-forgets-a-refused-cart') this.#save(filled.value)
      return filled.value
    })
    if (cart !== null) this.#remember(cart)
    return cart
  }

  extend(reservationId: string, untilMs: number): Promise<void> {
    return this.#visit(reservationId, async ({ claims }) => {
      const cart = this.#live(reservationId, ['held', 'extending'])
      const extendToMs = Math.max(untilMs, cart?.extendToMs ?? 0)
      if (cart === null || extendToMs <= cart.expiresAtMs) return
      const extending: Cart = { ...cart, status: 'extending', extendToMs }
      this.#save(extending)
      const refusals = await claims.extend(extending, extendToMs, causeOf('timer', 'extend'))
      if (refusals.length > 0) return this.#undo(claims, extending, refusals)
      const { extendToMs: _, ...extended } = extending
      this.#save({ ...extended, status: 'held', expiresAtMs: extendToMs })
    })
  }

  commit(reservationId: string): Promise<void> {
    return this.#visit(reservationId, async ({ claims }) => {
      const cart = this.#live(reservationId, ['held', 'extending', 'committing'])
      if (cart === null) return
      this.#save({ ...cart, status: 'committing' })
      const refusals = await claims.commit(cart, causeOf('timer', 'commit'))
      if (refusals.length > 0) return this.#undo(claims, cart, refusals)
      this.#save({ ...cart, status: 'committed' })
    })
  }

  release(reservationId: string): Promise<void> {
    return this.#visit(reservationId, async ({ claims }) => {
      const cart = this.#live(reservationId, ['held', 'extending', 'committed', 'releasing'])
      if (cart === null) return
      if (cart.status === 'committed') this.#save({ ...cart, status: 'releasing' })
      await claims.release(claimsOf(cart), causeOf('timer', 'release'))
      this.#save({ ...cart, status: 'released' })
    })
  }

  takeForOrder(reservationId: string, orderId: string): Promise<readonly CartClaim[] | null> {
    return this.#visit(reservationId, async () => {
      const cart = this.carts.get(reservationId)
      if (cart?.status === 'ordered') return cart.orderId === orderId ? claimsOf(cart) : null
      const taken = this.#live(reservationId, ['held', 'extending', 'committing', 'committed'])
      if (taken === null) return null
      this.#save({ ...taken, status: 'ordered', orderId })
      return claimsOf(taken)
    })
  }

  async settleForOrder(reservationId: string, orderId: string): Promise<void> {
    const cart = this.carts.get(reservationId)
    if (cart?.status !== 'ordered' || cart.orderId !== orderId) return
    await this.#visit(reservationId, ({ claims }) => claims.release(claimsOf(cart), causeOf('saga', orderId)))
  }

  /** What was sold is there for its buyer, all of it. */
  brokenPromises(): string[] {
    const sold = [...this.carts.values()].filter(({ status }) => status === 'committed')
    return sold.flatMap((cart) =>
      claimsOf(cart).flatMap(({ sku, location, quantity, reservationId }) => {
        const claimed = this.#ports.position(`${sku}@${location}` as PositionId).claimedBy(reservationId)
        return claimed === quantity ? [] : [`I2: ${cart.reservationId} was sold ${quantity} ${sku}, has ${claimed}`]
      }),
    )
  }

  breachesAtRest(): string[] {
    return [...this.carts.values()].flatMap(({ reservationId, status }) =>
      status.endsWith('ing') ? [`I5: ${reservationId} is still ${status}`] : [],
    )
  }

  async #undo(claims: CartClaims, cart: Cart, refusals: Refusals): Promise<void> {
    await claims.release(claimsOf(cart), causeOf('timer', 'undo'))
    const isReleased = refusals.some(({ reason }) => reason === 'reservation_released')
    this.#save({ ...cart, status: isReleased ? 'released' : 'expired' })
  }

  #live(reservationId: string, statuses: readonly Cart['status'][]): Cart | null {
    const cart = this.carts.get(reservationId)
    if (cart === undefined) return null
    return statuses.includes(statusAt(cart, this.#clock.nowMs())) ? cart : null
  }

  /** A change that is under way when it is stored is finished by the alarm if its process dies. */
  #save(cart: Cart): void {
    const { reservationId, status } = cart
    this.carts.set(reservationId, cart)
    if (status.endsWith('ing')) this.#clock.after(resumeMs, () => this.#resume(cart))
  }

  async #resume({ reservationId, status }: Cart): Promise<void> {
    const cart = this.carts.get(reservationId)
    if (cart === undefined || cart.status !== status || !status.endsWith('ing')) return
    try {
      if (status === 'releasing') await this.release(reservationId)
      else if (status === 'committing') await this.commit(reservationId)
      else await this.extend(reservationId, cart.extendToMs ?? 0)
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      this.#clock.after(resumeMs, () => this.#resume(cart))
    }
  }

  #remember({ reservationId, status, lines, short }: Cart): void {
    const words = JSON.stringify(status === 'refused' ? { short } : { lines })
    const before = this.#told.get(reservationId) ?? words
    this.#told.set(reservationId, words)
    if (before !== words) this.#ports.violate(`I4: ${reservationId} was answered ${before}, then ${words}`)
  }

  /** One change of a cart at a time. A process that dies does not go on: what it waits for never comes. */
  async #visit<Answer>(reservationId: string, work: (visit: Visit) => Promise<Answer>): Promise<Answer> {
    const before = this.#turns.get(reservationId) ?? Promise.resolve()
    const answered = before.then(() => {
      const death = Promise.withResolvers<never>()
      const claims = new CartClaims(
        this.#positions(() => death.reject(new Crash('the cart died'))),
        this.#clock.nowMs,
      )
      return Promise.race([work({ claims }), death.promise])
    })
    // Whoever is told that a position is busy asks again, as one who was told nothing.
    const visited = answered.catch((error: unknown) => {
      throw error instanceof ActorBusy ? new Crash(error.message) : error
    })
    this.#turns.set(
      reservationId,
      visited.catch(() => undefined),
    )
    return visited
  }

  #positions(die: () => void) {
    const boundary = async () => {
      await this.#clock.sleep(this.#random.between(0, 300))
      if (!this.#random.chance(this.#ports.faults().crash)) return
      if (this.#random.chance(0.5)) throw Object.assign(new Error('the position was reset'), { retryable: true })
      die()
      await new Promise<never>(() => {})
    }
    const at = (id: PositionId) => ({
      summary: async () => {
        await boundary()
        return summaryOf(id, this.#ports.position(id).position)
      },
      applyMany: async (_: PositionId, commands: readonly StockCommand[]) => {
        await boundary()
        const verdicts = commands.map((command) => this.#ports.position(id).ask(command))
        await boundary()
        return verdicts
      },
    })
    const namespace = { idFromName: (name: string) => name, get: (name: string) => at(name as PositionId) }
    // Nothing is heard of any position, so that each is asked: what was heard decides nothing.
    const nobody = { idFromName: (name: string) => name, get: () => ({ heard: async () => [] }) }
    return { STOCK: namespace, ESCROW: namespace, AVAILABILITY: nobody }
  }
}
