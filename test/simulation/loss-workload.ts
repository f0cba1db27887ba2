/**
 * What takes a promise back: units that orders were promised get lost and are found again at times, locations go down
 * for a while or until all is healed.
 */
import type { LocationStatus } from '../../src/domain/location/location-command.ts'
import { accountId, type LocationId, orderId } from '../../src/domain/shared/ids.ts'
import type { StockCommandBody } from '../../src/domain/stock/stock-command.ts'
import { CoverDesk } from './cover-desk.ts'
import { Crash } from './faults.ts'
import { LocationDesk } from './location-desk.ts'
import type { Plant } from './plants.ts'
import type { Post } from './post.ts'
import type { Random } from './random.ts'
import { type Place, StockMail } from './stock-mail.ts'
import { unkeptPromises } from './unkept-promises.ts'
import { orderFor } from './workload.ts'
import { channel, startMs, type World } from './world.ts'

const dayMs = 1_200_000
const minuteMs = 60_000
/** One seed in four, for claiming days and looking after cover make a run half as long again; a planted bug has to show. */
const lossShare = { unplanted: 0.25, planted: 1 }

export class LossWorkload {
  readonly #world: World
  readonly #random: Random
  readonly #mail: StockMail
  readonly #locations: LocationDesk
  readonly #cover: CoverDesk
  /** Whether anything of this happens in this run. */
  readonly isOn: boolean

  constructor(world: World, random: Random, post: Post, plant: Plant | null) {
    this.#world = world
    this.#random = random
    this.isOn = random.chance(plant === null ? lossShare.unplanted : lossShare.planted)
    this.#mail = new StockMail(post, random, (place) => world.position(place.sku, place.location))
    const boundary = async () => {
      await world.clock.sleep(random.between(0, 300))
      if (random.chance(world.faults.crash)) throw new Crash('the consumer died')
    }
    const order = (orderId: Parameters<World['order']>[0]) => world.order(orderId)
    const { trace } = world
    this.#locations = new LocationDesk(world.clock, random, post, { order, trace, boundary }, plant)
    this.#cover = new CoverDesk(world.clock, random, { faults: () => world.faults, order, boundary }, plant)
    if (!this.isOn) return
    world.locations = this.#locations
    world.cover = this.#cover
  }

  schedule(): void {
    if (!this.isOn) return
    const random = this.#random
    const [orders, losses] = [random.between(1, 2), random.between(1, 3)]
    for (let number = 1; number <= orders; number += 1) this.#keptOrder(`kept-${number}`)
    for (let number = 1; number <= losses; number += 1) this.#loss(`loss-${number}`)
    if (random.chance(0.6)) this.#closure(random.pick(this.#world.company.locations))
  }

  /** Nobody looks for what is not there, nobody waits where nothing leaves. */
  breachesInLull(): string[] {
    return [...this.#cover.breachesAtRest(), ...unkeptPromises(this.#world, this.#locations)]
  }

  heal(): void {
    if (!this.isOn) return
    for (const location of this.#world.company.locations) this.#locations.say(location, 'up')
  }

  /** A day is used by an order that knows of it. */
  breachesAtRest(): string[] {
    return this.#locations.used().flatMap(({ location, orderId, claimId }) => {
      const order = [...this.#world.orders.values()].find((other) => other.orderId === orderId)
      const known = (order?.document.state?.saga.capacity ?? []).some(
        (claim) => claim.location === location && `${orderId}/${claim.attempt}` === claimId && claim.status === 'held',
      )
      return known ? [] : [`I5: ${claimId} uses a day of ${location} that no order knows of`]
    })
  }

  #within(fromMs = startMs): number {
    return this.#random.between(fromMs + 1, startMs + dayMs)
  }

  /** Planned, and kept from its warehouse by somebody's doubts until all is healed. */
  #keptOrder(externalOrderId: string): void {
    const random = this.#random
    const placedAtMs = this.#within()
    const wanted = Array.from({ length: random.between(1, 2) }, () => ({
      externalSku: random.pick(this.#world.company.skus),
      quantity: random.between(1, 3),
    }))
    const order = orderFor(wanted, externalOrderId, placedAtMs)
    const id = orderId(channel, externalOrderId)
    const doubt = { type: 'place_hold', holdId: 'doubt', kind: 'fraud', reason: 'odd' } as const
    this.#world.clock.at(placedAtMs, () => this.#world.deliver(id, { type: 'observe', order }))
    this.#world.clock.at(placedAtMs + random.between(1, minuteMs), () => this.#world.deliver(id, doubt))
  }

  #closure(location: LocationId): void {
    const random = this.#random
    const say = (atMs: number, status: LocationStatus) =>
      this.#world.clock.at(atMs, () => this.#locations.say(location, status))
    const downAtMs = this.#within()
    say(downAtMs, 'down')
    if (random.chance(0.4)) return
    const upAtMs = random.chance(0.5) ? downAtMs + random.between(1, 20_000) : this.#within(downAtMs)
    say(upAtMs, 'up')
    if (random.chance(0.2)) say(upAtMs + random.between(1, 5_000), 'down')
  }

  #loss(id: string): void {
    const random = this.#random
    const atMs = this.#within(startMs + 2 * minuteMs)
    const quantity = random.between(1, 6)
    const isCounted = random.chance(0.5)
    const foundAfterMs = random.chance(0.5) ? random.between(1, 10 * minuteMs) : null
    this.#world.clock.at(atMs, () => {
      const place = this.#promisedPlace()
      const { supply } = this.#world.position(place.sku, place.location)
      if (isCounted) this.#tell(place, id, counted(id, Math.max(0, supply - quantity), atMs))
      else this.#tell(place, id, gone(id, -quantity, atMs))
      if (foundAfterMs === null) return
      // Somebody finds them again, or a part of them.
      const found = random.between(1, quantity)
      const again = `${id}/found`
      this.#world.clock.after(foundAfterMs, () => this.#tell(place, again, gone(again, found, atMs + foundAfterMs)))
    })
  }

  /** Where orders claim units, if anywhere. */
  #promisedPlace(): Place {
    const { company, positions } = this.#world
    const promised = positions.filter((position) => position.openClaims().some((claim) => claim.orderId !== null))
    if (promised.length > 0) return this.#random.pick(promised)
    return { sku: this.#random.pick(company.skus), location: this.#random.pick(company.locations) }
  }

  /** A report of a fact is never refused. */
  #tell(place: Place, id: string, body: StockCommandBody): void {
    this.#mail.send(place, id, body, (verdict) => {
      if (!verdict.ok) this.#world.violate(`I8: ${id} was refused: ${verdict.error.reason}`)
    })
  }
}

function gone(movementId: string, quantity: number, occurredAtMs: number): StockCommandBody {
  const told = { movement: 'adjustment', state: 'available', occurredAtMs, reference: null } as const
  return { type: 'move', movementId, quantity, ...told }
}

function counted(snapshotId: string, onHand: number, asOfMs: number): StockCommandBody {
  const source = { source: accountId('stocktaking'), sourceSequence: null }
  return { type: 'snapshot', snapshotId, asOfMs, onHand, damaged: null, qualityControl: null, ...source }
}
