/**
 * Units on the move and in carts: transfers that are sent in parts and arrive short, over or never; carts that are
 * extended, bought, given up or taken over by an order; orders of kits that share a component.
 */
import type { ResolvedCart } from '../../durable-objects/resolved-cart.ts'
import {
  commandId,
  correlationId,
  locationId,
  orderId,
  type PositionId,
  parsePositionId,
  sku,
} from '../../src/domain/shared/ids.ts'
import { claimsOf } from '../../src/domain/stock/cart.ts'
import { inTransit, type Transfer } from '../../src/domain/transfer/transfer.ts'
import type { TransferCommand } from '../../src/domain/transfer/transfer-command.ts'
import { CartDesk } from './cart-desk.ts'
import { kits } from './company.ts'
import { causeOf } from './mail.ts'
import type { Plant } from './plants.ts'
import type { Post } from './post.ts'
import type { Random } from './random.ts'
import { TransferDesk } from './transfer-desk.ts'
import { orderFor } from './workload.ts'
import { channel, startMs, type World } from './world.ts'

const dayMs = 1_200_000
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const noLimits = { units: 1_000, holds: 1_000 }

export class GoodsWorkload {
  readonly #world: World
  readonly #random: Random
  readonly #post: Post
  readonly #transfers: TransferDesk
  readonly #carts: CartDesk

  constructor(world: World, random: Random, post: Post, plant: Plant | null) {
    this.#world = world
    this.#random = random
    this.#post = post
    const faults = () => world.faults
    const position = (id: PositionId) => {
      const place = parsePositionId(id)
      return world.position(place.sku, place.location)
    }
    const violate = (violation: string) => world.violate(violation)
    this.#transfers = new TransferDesk(world.clock, random, faults, (item, at) => world.position(item, at), plant)
    this.#carts = new CartDesk(world.clock, random, { faults, position, violate }, plant)
    world.carts = this.#carts
  }

  schedule(): void {
    const random = this.#random
    this.#times(random.between(0, 2), (number) => this.#transfer(`T-${number}`))
    this.#times(random.between(1, 3), (number) => this.#cart(`cart-${number}`))
    if (random.chance(0.4)) this.#kitOrder('kit-1', null)
  }

  /** What is on its way arrives or is written off; what was sold is looked at, and then given back. */
  heal(): void {
    this.#world.clock.after(hourMs, () => {
      for (const broken of this.#carts.brokenPromises()) this.#world.violate(broken)
      for (const transfer of this.#transfers.transfers.values()) this.#conclude(transfer)
      for (const { reservationId } of this.#carts.carts.values()) {
        this.#post.send(`${reservationId}/give-back`, async () => {
          await this.#carts.release(reservationId)
          return 'done'
        })
      }
    })
  }

  breachesAtRest(): string[] {
    return [...this.#transfers.breachesAtRest(), ...this.#carts.breachesAtRest()]
  }

  #times(count: number, plan: (number: number) => void): void {
    for (let number = 1; number <= count; number += 1) plan(number)
  }

  #within(fromMs = startMs): number {
    return this.#random.between(fromMs + 1, startMs + dayMs)
  }

  #tell(atMs: number, transferId: string, id: string, command: TransferCommand): void {
    this.#world.clock.at(atMs, () => this.#post.send(id, () => this.#transfers.execute(transferId, command)))
  }

  #transfer(transferId: string): void {
    const random = this.#random
    const { skus, locations } = this.#world.company
    const from = random.pick(locations)
    const to = random.pick(locations.filter((other) => other !== from))
    const atMs = this.#within()
    const lines = skus.filter(() => random.chance(0.6)).map((item) => ({ sku: item, quantity: random.between(1, 4) }))
    if (lines.length === 0) return
    const asked = { from, to, lines, dueAtMs: atMs + 10 * minuteMs, allowPartial: random.chance(0.6) }
    const thread = correlationId(`corr-${transferId}`)
    this.#tell(atMs, transferId, `${transferId}/ask`, { type: 'request', transferId, ...asked, correlationId: thread })
    this.#times(random.between(0, 2), (part) => {
      const shippedAtMs = this.#within(atMs)
      const shipped = part === 1 && random.chance(0.5) ? lines.map((line) => ({ ...line, quantity: 1 })) : null
      const shipmentId = `S${part}`
      const sent = { type: 'ship', shipmentId, lines: shipped, shippedAtMs } as const
      this.#tell(shippedAtMs, transferId, `${transferId}/${shipmentId}`, sent)
    })
    this.#times(random.between(0, 2), (part) => {
      const receivedAtMs = this.#within(atMs)
      const receiptId = `R${part}`
      const found = lines.map((line) => ({ ...line, quantity: random.between(0, line.quantity + 1), lots: [] }))
      const came = found.filter(({ quantity }) => quantity > 0)
      const received = { type: 'receive', receiptId, lines: came, final: random.chance(0.4), receivedAtMs } as const
      this.#tell(receivedAtMs, transferId, `${transferId}/${receiptId}`, received)
    })
    if (random.chance(0.2)) this.#tell(this.#within(atMs), transferId, `${transferId}/off`, cancelled)
  }

  #conclude(transfer: Transfer): void {
    const { transferId, lines } = transfer
    const receivedAtMs = this.#world.clock.nowMs()
    const left = lines.filter(({ shipped }) => shipped > 0)
    const rest = left.map((line) => ({ sku: line.sku, quantity: inTransit(line), lots: [] }))
    const last = { type: 'receive', receiptId: 'last', lines: rest, final: true, receivedAtMs } as const
    this.#tell(receivedAtMs, transferId, `${transferId}/last`, last)
    this.#tell(receivedAtMs + hourMs, transferId, `${transferId}/over`, cancelled)
  }

  #cart(reservationId: string): void {
    const random = this.#random
    const atMs = this.#within()
    const { locations } = this.#world.company
    const lines = this.#cartLines()
    const wanted = lines.map(({ sku, quantity, location }) => ({ sku, quantity, location }))
    const asked = { reservationId, channel: null, lines: wanted }
    const expiresAtMs = atMs + random.between(2 * minuteMs, 15 * minuteMs)
    const input = { ...asked, allowPartial: random.chance(0.4), expiresAtMs, cause: causeOf('api', reservationId) }
    const resolved: ResolvedCart = { candidates: locations, items: lines, termsOf: () => ({}), limits: noLimits }
    const reserve = async () => (await this.#carts.reserve(input, resolved)) ?? ('too late' as const)
    this.#world.clock.at(atMs, () =>
      this.#post.send(reservationId, reserve, (cart) => {
        if (cart === 'too late' || cart.status === 'refused') return
        this.#goOn(reservationId, expiresAtMs)
        // Somebody lost the answer and asks once more, perhaps when all is over.
        const again = random.between(1, 20 * minuteMs)
        this.#world.clock.after(again, () => this.#post.send(`${reservationId}/again`, reserve))
      }),
    )
    if (random.chance(0.5))
      this.#world.clock.at(this.#within(atMs), () => this.#post.send(`${reservationId}/2`, reserve))
  }

  #cartLines(): ResolvedCart['items'] {
    const random = this.#random
    const { skus, locations } = this.#world.company
    return Array.from({ length: random.between(1, 3) }, () => {
      const location = random.chance(0.2) ? random.pick(locations) : null
      const name = random.chance(0.3) ? random.pick(Object.values(kits)) : random.pick(skus)
      const parts = this.#world.company.listing(name, this.#world.clock.nowMs())?.parts ?? []
      return { sku: name, quantity: random.between(1, 3), location, stocked: true, parts }
    })
  }

  /** Bought, given up, forgotten, or taken over by an order. */
  #goOn(reservationId: string, expiresAtMs: number): void {
    const random = this.#random
    const { clock } = this.#world
    const later = (id: string, work: () => Promise<void>) => {
      clock.after(random.between(1, 4 * minuteMs), () => {
        this.#post.send(`${reservationId}/${id}`, async () => {
          await work()
          return 'done'
        })
      })
    }
    if (random.chance(0.3)) later('extend', () => this.#carts.extend(reservationId, expiresAtMs + 5 * minuteMs))
    const end = random.pick(['commit', 'commit', 'release', 'order', 'forget'] as const)
    if (end === 'commit') later('commit', () => this.#carts.commit(reservationId))
    if (end === 'commit' && random.chance(0.3)) later('release', () => this.#carts.release(reservationId))
    if (end === 'release') later('release', () => this.#carts.release(reservationId))
    if (end !== 'order') return
    this.#kitOrder(`kit-${reservationId}`, reservationId)
    if (random.chance(0.8)) clock.after(random.between(1, minuteMs), () => this.#keepMore(reservationId))
  }

  /** Where the cart's units are more is kept for safety from now on. */
  #keepMore(reservationId: string): void {
    const cart = this.#carts.carts.get(reservationId)
    for (const { sku: item, location } of cart === undefined ? [] : claimsOf(cart)) {
      const id = `safety/${reservationId}/${item}@${location}`
      const rule = { type: 'set_safety_stock', quantity: this.#random.between(1, 12) } as const
      const position = this.#world.position(sku(item), locationId(location))
      position.apply({ ...rule, commandId: commandId(id), cause: causeOf('api', id) })
    }
  }

  #kitOrder(externalOrderId: string, reservationId: string | null): void {
    const random = this.#random
    const { clock } = this.#world
    const placedAtMs = clock.nowMs() + random.between(1, 5 * minuteMs)
    const wanted = random.pick<readonly string[]>([
      [kits.rescue, kits.deck],
      [kits.rescue, 'BUOY'],
      ['ROPE', kits.deck],
    ])
    const lines = wanted.map((externalSku) => ({ externalSku, quantity: random.between(1, 2) }))
    const cart = reservationId === null ? {} : { reservationId }
    const order = { ...orderFor(lines, externalOrderId, placedAtMs), ...cart }
    clock.at(placedAtMs, () => this.#world.deliver(orderId(channel, externalOrderId), { type: 'observe', order }))
  }
}

const cancelled = { type: 'cancel', reason: 'no longer wanted' } as const
