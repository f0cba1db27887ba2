/**
 * A discrete-event model of the deployed system under a flash sale: load, not decisions, which are the simulator's
 * business (`npm run simulate`). Every channel's feed is told the same, so one channel's stands for all.
 */
import { seededRandom } from '../sandbox/seeded-random.ts'
import { Agenda } from './agenda.ts'
import type { Settings } from './inputs.ts'
import { latency } from './latency.ts'
import { type StationReport, Stations } from './stations.ts'

export type Outcome = 'reserved' | 'backordered' | 'refused'
export type ScaleRun = {
  readonly seconds: number
  readonly orders: number
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly lines: number
  readonly reservedP50Ms: number
  readonly reservedP95Ms: number
  readonly answeredP50Ms: number
  readonly answeredP95Ms: number
  /** From the first order until D1 showed the last change. */
  readonly projectedAfterSeconds: number
  readonly stations: readonly StationReport[]
  readonly counts: { readonly positionCalls: number; readonly projections: number; readonly publications: number }
  readonly events: number
}
type Place = { readonly name: string; readonly hotSku: number | null }
type Order = { readonly id: number; readonly arrivedMs: number; readonly places: readonly Place[]; ended: boolean }
const eventsMax = 30_000_000
/** A few SKUs sell far more than the many: of ten, the first takes nearly half. */
const skew = 3
/** Steps of an order's life that D1 is told of: captured, reserved, released. */
const projectionsPerOrder = 3
/** Asked for leave, and told how it went. */
const limiterCallsPerIntent = 2

export function runModel(settings: Settings, seconds: number, seed: number): ScaleRun {
  return new Model(settings, seconds, seed).run()
}

class Model {
  readonly #settings: Settings
  readonly #seconds: number
  readonly #random: () => number
  readonly #agenda = new Agenda(eventsMax)
  readonly #stations: Stations
  readonly #delay: ReturnType<typeof latency>
  readonly #hotLeft: number[]
  readonly #dueByKey = new Map<string, number>()
  readonly #outcomes: Record<Outcome, number> = { reserved: 0, backordered: 0, refused: 0 }
  readonly #counts = { positionCalls: 0, projections: 0, publications: 0 }
  readonly #reservedMs: number[] = []
  readonly #answeredMs: number[] = []
  #orders = 0
  #lines = 0

  constructor(settings: Settings, seconds: number, seed: number) {
    this.#settings = settings
    this.#seconds = seconds
    this.#random = seededRandom(seed).next
    this.#stations = new Stations(this.#agenda, settings)
    this.#delay = latency(settings, this.#random)
    this.#hotLeft = new Array(settings.hotSkus).fill(settings.hotUnits)
  }

  run(): ScaleRun {
    this.#arriveNext()
    this.#agenda.run()
    const [reserved, answered] = [this.#reservedMs.sort(byNumber), this.#answeredMs.sort(byNumber)]
    return {
      seconds: this.#seconds,
      orders: this.#orders,
      outcomes: this.#outcomes,
      lines: this.#lines,
      reservedP50Ms: at(reserved, 0.5),
      reservedP95Ms: at(reserved, 0.95),
      answeredP50Ms: at(answered, 0.5),
      answeredP95Ms: at(answered, 0.95),
      projectedAfterSeconds: this.#agenda.nowMs / 1_000,
      stations: this.#stations.reports(this.#seconds),
      counts: this.#counts,
      events: this.#agenda.events,
    }
  }

  /** Orders come at random, as many a minute as the scenario says. */
  #arriveNext(): void {
    const meanMs = 60_000 / this.#settings.ordersPerMinute
    this.#agenda.after(-Math.log(1 - this.#random()) * meanMs, () => {
      if (this.#agenda.nowMs >= this.#seconds * 1_000) return
      this.#arrive()
      this.#arriveNext()
    })
  }

  #arrive(): void {
    const order: Order = { id: this.#orders, arrivedMs: this.#agenda.nowMs, places: this.#basket(), ended: false }
    this.#orders += 1
    this.#lines += order.places.length
    if (this.#random() * 100 < this.#settings.cartPercent) this.#cart(order)
    else this.#webhook(order, false)
  }

  #basket(): readonly Place[] {
    const { linesMax, skus, locations, hotPercent, hotSkus } = this.#settings
    const lines = 1 + Math.floor(this.#random() * linesMax)
    const places: Place[] = []
    if (this.#random() * 100 < hotPercent) {
      const hotSku = Math.floor(hotSkus * this.#random() ** skew)
      places.push({ name: `hot-${hotSku}/${this.#shard(this.#settings.shardsPerHotSku)}`, hotSku })
    }
    while (places.length < lines) {
      const sku = Math.floor(skus * this.#random() ** skew)
      places.push({ name: `${sku}@${this.#shard(locations)}`, hotSku: null })
    }
    return places
  }

  /** A storefront's cart: the shard remembers it, the positions hold; the order finds its units held. */
  #cart(order: Order): void {
    const shard = this.#shard(this.#settings.reservationShards)
    this.#ask(order, 'reservation', shard, () => this.#hold(order, () => this.#webhook(order, true)))
  }

  #webhook(order: Order, held: boolean): void {
    const { channels, inboxShards } = this.#settings
    const inbox = `${this.#shard(channels)}/${this.#shard(inboxShards)}`
    const sentMs = this.#agenda.nowMs
    this.#ask(order, 'inbox', inbox, () => {
      this.#answeredMs.push(this.#agenda.nowMs - sentMs)
      this.#queued('inboundQueue', () => this.#capture(order, held))
    })
  }

  /** An order has an actor of its own: nobody waits for it but the order. */
  #capture(order: Order, held: boolean): void {
    for (let step = 0; step < projectionsPerOrder; step += 1) {
      this.#agenda.after(step * this.#settings.projectEveryMs, () => this.#project())
    }
    this.#agenda.after(this.#delay.call() + this.#delay.commit(), () => {
      if (held) this.#commit(order)
      else this.#hold(order, () => this.#commit(order))
    })
  }

  #hold(order: Order, then: () => void): void {
    let waiting = order.places.length
    let short = false
    for (const place of order.places) {
      this.#askPosition(order, place, () => {
        if (place.hotSku !== null && !this.#take(place.hotSku)) short = true
        waiting -= 1
        if (waiting > 0) return
        if (short) this.#end(order, 'backordered')
        else then()
      })
    }
  }

  #take(hotSku: number): boolean {
    const left = this.#hotLeft[hotSku] ?? 0
    if (left > 0) this.#hotLeft[hotSku] = left - 1
    return left > 0
  }

  #commit(order: Order): void {
    let waiting = order.places.length
    for (const place of order.places) {
      this.#askPosition(order, place, () => {
        waiting -= 1
        if (waiting === 0) this.#reserved(order)
      })
    }
  }

  #reserved(order: Order): void {
    this.#reservedMs.push(this.#agenda.nowMs - order.arrivedMs)
    this.#end(order, 'reserved')
    this.#queued('outboundQueue', () => {
      const limiter = this.#stations.of('limiter', this.#shard(this.#settings.erpAccounts))
      for (let call = 0; call < limiterCallsPerIntent; call += 1) limiter.serve(() => {})
    })
  }

  #end(order: Order, outcome: Outcome): void {
    if (order.ended) return
    order.ended = true
    this.#outcomes[outcome] += 1
  }

  #askPosition(order: Order, place: Place, done: () => void): void {
    this.#counts.positionCalls += 1
    this.#ask(order, place.hotSku === null ? 'position' : 'hotPosition', place.name, () => {
      const { drainDelayMs, projectEveryMs } = this.#settings
      this.#coalesced(`feed/${place.name}`, drainDelayMs, () => this.#publish())
      this.#coalesced(`project/${place.name}`, projectEveryMs, () => this.#project())
      done()
    })
  }

  /** There and back, and the commit; refused calls come again, and the order is refused when they never get in. */
  #ask(
    order: Order,
    kind: 'inbox' | 'reservation' | 'position' | 'hotPosition',
    name: string | number,
    done: () => void,
  ) {
    const tryOnce = (attempt: number) => {
      if (order.ended) return
      const answered = () => this.#agenda.after(this.#delay.commit(), done)
      if (this.#stations.of(kind, name).serve(answered)) return
      if (attempt >= this.#settings.attemptsMax) this.#end(order, 'refused')
      else this.#agenda.after(this.#settings.retryDelayMs, () => tryOnce(attempt + 1))
    }
    this.#agenda.after(this.#delay.call(), () => tryOnce(1))
  }

  /** Once per key and interval, however often it is asked for meanwhile. */
  #coalesced(key: string, delayMs: number, run: () => void): void {
    if ((this.#dueByKey.get(key) ?? -1) > this.#agenda.nowMs) return
    this.#dueByKey.set(key, this.#agenda.nowMs + delayMs)
    this.#agenda.after(delayMs, run)
  }

  #publish(): void {
    if (this.#random() * 100 >= this.#settings.listedPercent) return
    this.#counts.publications += 1
    this.#stations.of('feed', this.#shard(this.#settings.publicationLanes)).serve(() => {})
  }

  #project(): void {
    this.#counts.projections += 1
    this.#queued('projectionQueue', () => this.#stations.of('database', 0).serve(() => {}))
  }

  #queued(queue: 'inboundQueue' | 'outboundQueue' | 'projectionQueue', arrived: () => void): void {
    this.#agenda.after(this.#settings.drainDelayMs, () =>
      this.#stations.of(queue, 0).serve(() => this.#agenda.after(this.#delay.queue(), arrived)),
    )
  }

  #shard(count: number): number {
    return Math.floor(this.#random() * count)
  }
}

const byNumber = (left: number, right: number) => left - right
const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
