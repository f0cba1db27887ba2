/**
 * Plays one policy of keeping units back through one world. A channel sells whatever it shows and takes its own sales
 * off itself; what others sold it learns only when the next figure arrives. A sale that finds no unit is an oversell.
 */
import { type BufferRule, bufferOf, lagOf } from '../../src/domain/feed/buffer.ts'
import { addLag, emptySketch, type LagSketch } from '../../src/domain/feed/lag-sketch.ts'
import { addSales, noSales, rateAt, type SellRate } from '../../src/domain/feed/sell-rate.ts'
import type { PublicationWorld } from './publication-world.ts'
import { type Random, seededRandom } from './random.ts'
import { TimeQueue } from './time-queue.ts'

export type Policy = { readonly name: string } & (
  | { readonly kind: 'fixed'; readonly units: number }
  | { readonly kind: 'measured'; readonly rule: BufferRule }
)
export type Outcome = {
  readonly sold: number
  /** Orders that a channel took and nobody can serve. */
  readonly oversold: number
  /** The same by channel. */
  readonly oversoldOn: readonly number[]
  /** Buyers who were shown nothing while a unit lay there. */
  readonly turnedAway: number
  /** Units that lay there and were kept back, on average over time, SKUs and channels. */
  readonly withheld: number
}

type Event =
  | { readonly type: 'receipt'; readonly sku: number; readonly units: number }
  | { readonly type: 'buyer'; readonly sku: number; readonly channel: number }
  | { readonly type: 'arrival'; readonly listing: Listing }
  | { readonly type: 'review' }

/** A SKU on a channel. One figure is under way at a time; the newest goes when it has arrived. */
type Listing = {
  readonly sku: number
  readonly channel: number
  shown: number
  desired: number
  underWay: { readonly value: number; readonly fellAtMs: number | null } | null
  /** Sales of the channel itself that the figure under way does not know of. */
  ownSince: number
  fellAtMs: number | null
  rate: SellRate
  buffer: number
  withheld: number
  withheldSinceMs: number
}

/** As in production: while a buffer is measured, its SKU is looked at again so that it shrinks when the sales do. */
const reviewMs = 5 * 60_000

export function playPolicy(policy: Policy, world: PublicationWorld, seed: number): Outcome {
  return new Run(policy, world, seededRandom(seed)).play()
}

class Run {
  readonly #policy: Policy
  readonly #world: PublicationWorld
  readonly #random: Random
  readonly #events = new TimeQueue<Event>()
  readonly #stock: number[]
  readonly #lags: LagSketch[]
  /** What the sketches say, worked out when they change and not for each of the thousands who ask. */
  readonly #lagsMs: number[]
  readonly #listings: readonly (readonly Listing[])[]
  #nowMs = 0
  #sold = 0
  readonly #oversoldOn: number[]
  #turnedAway = 0
  #withheldMs = 0

  constructor(policy: Policy, world: PublicationWorld, random: Random) {
    this.#policy = policy
    this.#world = world
    this.#random = random
    this.#stock = Array.from({ length: world.skus }, () => 0)
    this.#oversoldOn = world.channels.map(() => 0)
    this.#lags = world.channels.map(() => emptySketch)
    this.#lagsMs = world.channels.map(() => (policy.kind === 'measured' ? lagOf(policy.rule, emptySketch) : 0))
    const channels = world.channels.map((_, channel) => channel)
    this.#listings = this.#stock.map((_, sku) => channels.map((channel) => newListing(sku, channel)))
    for (const { atMs, sku, units } of world.receipts) this.#events.put(atMs, { type: 'receipt', sku, units })
    for (const { atMs, sku, channel } of world.buyers) this.#events.put(atMs, { type: 'buyer', sku, channel })
    if (policy.kind === 'measured') {
      for (let atMs = reviewMs; atMs < world.endMs; atMs += reviewMs) this.#events.put(atMs, { type: 'review' })
    }
  }

  play(): Outcome {
    for (let next = this.#events.take(); next !== null && next.atMs < this.#world.endMs; next = this.#events.take()) {
      this.#nowMs = next.atMs
      this.#happen(next.item)
    }
    this.#nowMs = this.#world.endMs
    const listings = this.#listings.flat()
    for (const listing of listings) this.#withhold(listing, 0)
    const withheld = this.#withheldMs / (this.#world.endMs * listings.length)
    const oversold = this.#oversoldOn.reduce((sum, orders) => sum + orders, 0)
    return { sold: this.#sold, oversold, oversoldOn: this.#oversoldOn, turnedAway: this.#turnedAway, withheld }
  }

  #happen(event: Event): void {
    if (event.type === 'receipt') {
      this.#stock[event.sku] = this.#stockOf(event.sku) + event.units
      this.#workOut(event.sku)
    }
    if (event.type === 'buyer') this.#buy(event.sku, event.channel)
    if (event.type === 'arrival') this.#arrive(event.listing)
    if (event.type === 'review') this.#review()
  }

  #review(): void {
    this.#listings.forEach((listings, sku) => {
      if (listings.some(({ buffer }) => buffer > 0)) this.#workOut(sku)
    })
  }

  #buy(sku: number, channel: number): void {
    const listings = this.#listings[sku] ?? []
    const listing = listings[channel]
    if (listing === undefined) return
    const stock = this.#stockOf(sku)
    if (listing.shown === 0) {
      if (stock > 0) this.#turnedAway += 1
      return
    }
    listing.shown -= 1
    if (listing.underWay !== null) listing.ownSince += 1
    if (stock === 0) {
      this.#oversoldOn[channel] = (this.#oversoldOn[channel] ?? 0) + 1
      return
    }
    this.#sold += 1
    this.#stock[sku] = stock - 1
    for (const each of listings) {
      const own = each === listing ? 1 : 0
      each.rate = addSales(each.rate, { own, elsewhere: 1 - own }, this.#nowMs)
    }
    this.#workOut(sku)
  }

  #workOut(sku: number): void {
    for (const listing of this.#listings[sku] ?? []) {
      const stock = this.#stockOf(sku)
      listing.buffer = this.#bufferOf(listing)
      const desired = Math.max(0, stock - listing.buffer)
      if (desired < listing.desired) listing.fellAtMs ??= this.#nowMs
      listing.desired = desired
      this.#withhold(listing, stock - desired)
      this.#send(listing)
    }
  }

  #bufferOf({ rate, channel }: Listing): number {
    if (this.#policy.kind === 'fixed') return this.#policy.units
    return bufferOf(this.#policy.rule, rateAt(rate, this.#nowMs), this.#lagsMs[channel] ?? 0).buffer
  }

  #send(listing: Listing): void {
    if (listing.underWay !== null || listing.shown === listing.desired) return
    const lagMs = (this.#world.channels[listing.channel]?.lagMs ?? 0) * (0.6 + 0.8 * this.#random.next())
    listing.underWay = { value: listing.desired, fellAtMs: listing.fellAtMs }
    listing.fellAtMs = null
    listing.ownSince = 0
    this.#events.put(this.#nowMs + lagMs, { type: 'arrival', listing })
  }

  #arrive(listing: Listing): void {
    if (listing.underWay === null) return
    const { value, fellAtMs } = listing.underWay
    listing.shown = Math.max(0, value - listing.ownSince)
    listing.underWay = null
    if (fellAtMs !== null) this.#measure(listing.channel, this.#nowMs - fellAtMs)
    this.#send(listing)
  }

  #measure(channel: number, lagMs: number): void {
    if (this.#policy.kind === 'fixed') return
    const lag = addLag(this.#lags[channel] ?? emptySketch, lagMs, this.#nowMs)
    this.#lags[channel] = lag
    this.#lagsMs[channel] = lagOf(this.#policy.rule, lag)
  }

  #withhold(listing: Listing, units: number): void {
    this.#withheldMs += listing.withheld * (this.#nowMs - listing.withheldSinceMs)
    listing.withheld = units
    listing.withheldSinceMs = this.#nowMs
  }

  #stockOf(sku: number): number {
    return this.#stock[sku] ?? 0
  }
}

function newListing(sku: number, channel: number): Listing {
  return {
    ...{ sku, channel, shown: 0, desired: 0, underWay: null, ownSince: 0, fellAtMs: null },
    ...{ rate: noSales, buffer: 0, withheld: 0, withheldSinceMs: 0 },
  }
}
