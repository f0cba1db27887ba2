/**
 * What makes stock more than a number: lots that expire or are called back, supply that is announced, put off, received
 * short or never, units kept for one channel group, claims for a later date, absolute figures that come late. Its
 * randomness is its own, so that the orders of a seed are placed alike with and without it.
 */
import type { SupplyType } from '../../src/domain/atp/position-figures.ts'
import { accountId, orderId, reservationId } from '../../src/domain/shared/ids.ts'
import type { StockCommandBody } from '../../src/domain/stock/stock-command.ts'
import type { Post } from './post.ts'
import type { Random } from './random.ts'
import { type Place, StockMail } from './stock-mail.ts'
import { orderFor } from './workload.ts'
import { channel, startMs, type World } from './world.ts'

const dayMs = 1_200_000
const minuteMs = 60_000
const groups = ['contract', 'market', null] as const

export class PromiseWorkload {
  readonly #world: World
  readonly #random: Random
  readonly #mail: StockMail
  readonly #claims: { readonly place: Place; readonly id: string }[] = []
  #looks = 0

  constructor(world: World, random: Random, post: Post) {
    this.#world = world
    this.#random = random
    this.#mail = new StockMail(post, random, (place) => world.position(place.sku, place.location))
  }

  schedule(): void {
    const random = this.#random
    this.#times(random.between(1, 3), (number) => this.#lot(this.#place(), `lot-${number}`))
    this.#times(random.between(1, 3), (number) => this.#supply(this.#place(), `po-${number}`))
    this.#times(random.between(0, 2), () => this.#protection(this.#place()))
    this.#times(random.between(2, 5), (number) => this.#claim(this.#place(), `desk/${number}`))
    this.#times(random.between(1, 4), (number) => this.#movement(this.#place(), `told-${number}`))
    this.#times(random.between(1, 3), () => this.#look(this.#place()))
    this.#times(random.between(0, 2), (number) => this.#datedOrder(`dated-${number}`))
  }

  /** Nobody comes for what is still claimed. */
  heal(): void {
    const afterAllMs = 2 * 3_600_000
    for (const { place, id } of this.#claims) {
      this.#world.clock.after(afterAllMs, () => {
        this.#mail.send(place, `${id}/give-back`, { type: 'release', reservationId: reservationId(id), quantity: null })
      })
    }
  }

  /** Not to leave before a day; until then no warehouse may hear of it. */
  #datedOrder(externalOrderId: string): void {
    const random = this.#random
    const placedAtMs = this.#within()
    const shipNotBeforeMs = placedAtMs + random.between(minuteMs, 2 * dayMs)
    const wanted = [{ externalSku: random.pick(this.#world.company.skus), quantity: random.between(1, 3) }]
    const order = { ...orderFor(wanted, externalOrderId, placedAtMs), shipNotBeforeMs }
    const id = orderId(channel, externalOrderId)
    this.#world.clock.at(placedAtMs, () => this.#world.deliver(id, { type: 'observe', order }))
    this.#world.clock.at(shipNotBeforeMs - 1, () => {
      const released = this.#world.order(id).document.state?.fulfilmentOrders ?? []
      if (released.length > 0) this.#world.violate(`I6: ${id} was released before its day`)
    })
  }

  #times(count: number, plan: (number: number) => void): void {
    for (let number = 1; number <= count; number += 1) plan(number)
  }

  #place(): Place {
    const { skus, locations } = this.#world.company
    return { sku: this.#random.pick(skus), location: this.#random.pick(locations) }
  }

  #within(fromMs = 1): number {
    return startMs + this.#random.between(fromMs, dayMs)
  }

  /** A report of a fact is never refused. */
  #tell(atMs: number, place: Place, id: string, body: StockCommandBody): void {
    this.#world.clock.at(atMs, () =>
      this.#mail.send(place, id, body, (verdict) => {
        if (!verdict.ok) this.#world.violate(`I8: ${id} was refused: ${verdict.error.reason}`)
      }),
    )
  }

  #lot(place: Place, lotId: string): void {
    const random = this.#random
    const goodUntilMs = random.chance(0.7) ? startMs + random.between(2 * minuteMs, 2 * dayMs) : null
    this.#times(random.between(1, 2), (part) => {
      const [atMs, quantity, unnamed] = [this.#within(), random.between(1, 4), random.between(0, 1)]
      const lots = [{ lotId, quantity, goodUntilMs }]
      const came = { movement: 'receipt', state: 'available', occurredAtMs: atMs, reference: null } as const
      const movementId = `${lotId}/${part}`
      this.#tell(atMs, place, movementId, { type: 'move', movementId, quantity: quantity + unnamed, lots, ...came })
    })
    this.#times(random.between(0, 2), (change) => {
      const status = random.pick(['quality_hold', 'recalled', 'sellable'] as const)
      const body = { type: 'set_lot_status', lotId, status, reason: 'inspected' } as const
      this.#tell(this.#within(), place, `${lotId}/status-${change}`, body)
    })
  }

  #supply(place: Place, supplyId: string): void {
    const random = this.#random
    const supplyType = random.pick<SupplyType>(['purchase_order', 'asn'])
    const quantity = random.between(2, 6)
    this.#times(random.between(1, 3), (sourceVersion) => {
      const atMs = this.#within()
      const said = {
        quantity: sourceVersion === 1 ? quantity : random.between(1, 8),
        dueAtMs: atMs + random.between(0, dayMs),
        confidencePercent: random.pick([50, 100]),
        goodUntilMs: null,
        overdueDelayMs: 10 * minuteMs,
      }
      const id = `${supplyId}/said-${sourceVersion}`
      this.#tell(atMs, place, id, { type: 'announce_supply', supplyId, supplyType, sourceVersion, ...said })
    })
    const parts = random.between(0, 2)
    this.#times(parts, (part) => {
      const [occurredAtMs, receiptId] = [this.#within(), `${supplyId}/came-${part}`]
      const came = { quantity: random.between(1, quantity), lots: [], final: part === parts, occurredAtMs }
      this.#tell(occurredAtMs, place, receiptId, { type: 'receive_supply', supplyId, receiptId, ...came })
    })
    if (parts > 0 && random.chance(0.8)) return
    this.#tell(this.#within(), place, `${supplyId}/off`, { type: 'cancel_supply', supplyId, reason: 'sold out' })
  }

  #protection(place: Place): void {
    const random = this.#random
    this.#times(random.between(1, 2), (said) => {
      const atMs = this.#within()
      const body = {
        type: 'set_protection',
        group: 'contract',
        quantity: random.between(0, 4),
        releaseAtMs: random.chance(0.3) ? atMs + random.between(1, dayMs) : null,
        consume: random.pick(['protected_first', 'unprotected_first'] as const),
        lendsTo: random.chance(0.3) ? [{ group: 'market', quantityMax: 1 }] : [],
      } as const
      this.#tell(atMs, place, `protect/${place.sku}@${place.location}/${said}/${atMs}`, body)
    })
  }

  /** Somebody claims units for now or for later, pays for them or not, and fetches a part of them or all. */
  #claim(place: Place, id: string): void {
    const random = this.#random
    const own = reservationId(id)
    const [atMs, quantity] = [this.#within(), random.between(1, 4)]
    const claimed = {
      group: random.pick(groups),
      allowPartial: random.chance(0.5),
      expiresAtMs: random.chance(0.2) ? atMs + random.between(minuteMs, dayMs) : null,
      goodUntilMs: random.chance(0.3) ? atMs + random.between(1, dayMs) : null,
      dueAtMs: random.chance(0.4) ? atMs + random.between(1, dayMs) : null,
    }
    this.#claims.push({ place, id })
    this.#world.clock.at(atMs, () => {
      this.#mail.send(
        place,
        id,
        { type: 'hold', reservationId: own, quantity, orderId: null, ...claimed },
        (verdict) => {
          if (verdict.ok && random.chance(0.7)) this.#pay(place, id, verdict.granted)
        },
      )
    })
  }

  #pay(place: Place, id: string, granted: number): void {
    const random = this.#random
    const { clock } = this.#world
    const own = reservationId(id)
    this.#mail.send(place, `${id}/commit`, { type: 'commit', reservationId: own }, (verdict) => {
      if (!verdict.ok || random.chance(0.3)) return
      const occurredAtMs = clock.nowMs()
      const fetched = { quantity: random.between(1, granted), ...(random.chance(0.5) ? { occurredAtMs } : {}) }
      const body = { type: 'ship', reservationId: own, shipmentId: `${id}/fetched`, ...fetched } as const
      clock.after(random.between(1, 5 * minuteMs), () => this.#mail.send(place, `${id}/ship`, body))
    })
  }

  /** Told when it suits, of when it happened. */
  #movement(place: Place, movementId: string): void {
    const random = this.#random
    const quantity = random.chance(0.3) ? -random.between(1, 2) : random.between(1, 3)
    const [atMs, occurredAtMs] = [this.#within(), this.#within()]
    const movement = quantity > 0 ? 'receipt' : 'adjustment'
    const told = { movementId, movement, state: 'available', quantity, occurredAtMs, reference: null } as const
    this.#tell(atMs, place, movementId, { type: 'move', ...told })
  }

  /** Somebody looks, miscounts at times, and the figure arrives whenever it does. */
  #look(place: Place): void {
    const random = this.#random
    this.#times(random.between(1, 2), () => {
      const atMs = this.#within()
      const error = random.pick([0, 0, 0, -1, 1, 2])
      this.#world.clock.at(atMs, () => {
        this.#looks += 1
        const snapshotId = `look-${this.#looks}`
        const onHand = Math.max(0, this.#world.position(place.sku, place.location).supply + error)
        const source = { source: accountId(`books-${place.location}`), sourceSequence: this.#looks }
        const figures = { onHand, damaged: null, qualityControl: null }
        this.#tell(atMs, place, snapshotId, { type: 'snapshot', snapshotId, asOfMs: atMs, ...source, ...figures })
      })
    })
  }
}
