/**
 * Units are sold, received, sold by the shop itself and counted by hand there, while the shop, the line, the messages
 * and our own processes fail at random. Beside the feed stands a witness (`shop-witness.ts`). Then everything works
 * again, and what is left has to be nothing: the shop shows what was confirmed, which is what is wanted.
 */
import { type Draining, drainFeed, type FeedPort } from '../../queues/drain-feed.ts'
import { storeLocations } from '../../scripts/sandbox/shopify-records.ts'
import type { StoreSchema } from '../../scripts/sandbox/shopify-schema.ts'
import type { Publisher } from '../../src/connectors/publisher.ts'
import { shopify } from '../../src/connectors/shopify/index.ts'
import type { Account } from '../../src/domain/config/config.ts'
import { feedSchema } from '../../src/domain/config/feed.ts'
import type { PublicationMessage } from '../../src/queue-messages.ts'
import { shopAccount, shopSecrets } from '../fixtures/shopify/payloads.ts'
import { Crash } from './faults.ts'
import { FeedShell } from './feed-shell.ts'
import { type FaultRates, FlakyShop, listingOf, type ShopFault, shopFaults } from './flaky-shop.ts'
import { type Random, seededRandom } from './random.ts'
import { ShopWitness } from './shop-witness.ts'
import { VirtualClock } from './virtual-clock.ts'
import { type Shelf, wishFor } from './wish-for-shelf.ts'

/** Bugs put in on purpose: a storm that does not show them is worth nothing. */
export const stormPlants = ['overwrites', 'raises_at_once', 'never_looks'] as const
export type StormPlant = (typeof stormPlants)[number]
export type StormResult = {
  readonly violations: readonly string[]
  readonly met: ReadonlyMap<ShopFault, number>
  readonly oversold: number
  readonly sold: number
  readonly drifted: number
  readonly refused: number
}

const minuteMs = 60_000
const skus = ['ROPE-10', 'BUOY-R', 'CLEAT-150', 'CHAIN-8'] as const
const stormMs = 40 * minuteMs
/** Beyond the hour after which a refused listing is tried again, and the hours in which sales are forgotten. */
const calmMs = 6 * 60 * minuteMs
const calmTickMs = 10 * minuteMs
/** Nothing is looked at any more, so nothing may be sent either. */
const restMs = 30 * minuteMs
const eventsMax = 10_000
/** Longer than an order is under way, with every message lost that can be. */
const raiseDelaySeconds = 400
const orderDelayMaxMs = 20_000
const stormy: FaultRates = Object.fromEntries(shopFaults.map((fault) => [fault, 0.025]))
const lossRate = 0.1
const crashRate = 0.04

class Storm {
  readonly #clock = new VirtualClock(Date.parse('2026-03-02T08:00:00Z'))
  readonly #random: Random
  readonly #shop: FlakyShop
  readonly #feed: FeedShell
  readonly #witness: ShopWitness
  readonly #account: Account
  readonly #draining: Omit<Draining, 'lane'>
  readonly #places: readonly number[]
  /** What others change in the shop explains a lot of what it shows: every other storm does without them. */
  readonly #hasStrangers: boolean
  readonly #stock = new Map<string, Shelf>()
  readonly #violations: string[] = []
  #isStormy = true
  #isEndless = false
  #pausedUntilMs = 0
  #counts = { oversold: 0, sold: 0 }

  constructor(seed: number, plant: StormPlant | null, schema: StoreSchema) {
    this.#random = seededRandom(seed)
    this.#hasStrangers = seed % 2 === 0
    const lateChange = (changes: ReadonlyMap<string, number>) => {
      for (const [listing, by] of changes) this.#witness.raised(this.#skuOf(listing), by)
      this.#look()
    }
    this.#shop = new FlakyShop(schema, skus, this.#clock, this.#random, lateChange)
    this.#shop.rates = stormy
    this.#feed = new FeedShell(shopAccount.id, this.#clock, (message) => this.#deliver(message))
    // Where units are kept back from two places, each is rounded: what is promised is exact for one.
    const kept = seed % 3 === 1 ? 2 : 0
    this.#places = kept === 0 ? storeLocations : storeLocations.slice(0, 1)
    const buffer = seed % 3 === 2 ? {} : { static: kept, unitsMax: 0 }
    const feed = feedSchema.parse({ buffer, raiseDelaySeconds: plant === 'raises_at_once' ? 0 : raiseDelaySeconds })
    this.#account = { ...shopAccount, feed }
    this.#draining = { account: this.#account, connector: connectorFor(plant, this.#clock) }
    this.#witness = new ShopWitness(kept)
    for (const sku of skus) this.#stock.set(sku, new Map(this.#places.map((place) => [place, 0])))
    // What a shop shows before anybody told it anything is somebody's guess.
    for (const sku of skus) for (const place of this.#places) this.#shop.set(listingOf(sku, place), 0)
  }

  async play(): Promise<StormResult> {
    const startMs = this.#clock.nowMs()
    for (const sku of skus) for (const place of this.#places) this.#receive(sku, place, this.#random.between(3, 12))
    this.#often(500, 15_000, () => this.#somethingHappens())
    this.#often(minuteMs, minuteMs, () => this.#tick(5))
    this.#often(20_000, 120_000, () => this.#die())
    await this.#run(startMs + stormMs)
    this.#isStormy = false
    this.#shop.rates = {}
    this.#shop.refusals.clear()
    for (let inMs = 0; inMs < calmMs; inMs += calmTickMs) this.#clock.after(inMs, () => this.#tick(5))
    await this.#run(startMs + stormMs + calmMs + minuteMs)
    await this.#expectRest()
    const before = this.#shop.sendings
    await this.#run(startMs + stormMs + calmMs + restMs)
    if (this.#shop.sendings > before) this.#violate(`${this.#shop.sendings - before} calls with nothing to tell`)
    const found = (type: string) => this.#feed.events().filter((event) => event.type === type).length
    const counts = { drifted: found('drift_found'), refused: found('listing_refused') + found('batch_refused') }
    return { violations: this.#violations, met: this.#shop.met, ...this.#counts, ...counts }
  }

  async #run(untilMs: number): Promise<void> {
    if (this.#isEndless) return
    this.#isEndless = (await this.#clock.runUntil(untilMs, eventsMax)) >= eventsMax
    if (this.#isEndless) this.#violate('I5: it does not come to an end')
  }

  #often(leastMs: number, mostMs: number, work: () => void): void {
    this.#clock.after(this.#random.between(leastMs, mostMs), () => {
      if (!this.#isStormy) return
      work()
      this.#look()
      this.#often(leastMs, mostMs, work)
    })
  }

  #somethingHappens(): void {
    const [sku, place] = [this.#random.pick(skus), this.#random.pick(this.#places)]
    const drawn = this.#random.next()
    if (drawn < 0.45) this.#buyInShop(sku, place)
    else if (drawn < 0.65) this.#sellElsewhere(sku, place)
    else if (drawn < 0.85 || !this.#hasStrangers) this.#receive(sku, place, this.#random.between(1, 3))
    else if (drawn < 0.93) this.#countByHand(sku, place)
    else this.#refuseForAWhile(sku)
  }

  #buyInShop(sku: string, place: number): void {
    const listing = listingOf(sku, place)
    const units = this.#shop.shown(listing)
    if (units === 0) return
    this.#shop.set(listing, units - 1)
    this.#witness.ordered(sku)
    this.#hook(sku, place)
    this.#clock.after(this.#random.between(500, orderDelayMaxMs), () => this.#orderArrives(sku, place))
  }

  #orderArrives(sku: string, place: number): void {
    const from = [place, ...this.#places].find((each) => this.#unitsAt(sku, each) > 0)
    this.#witness.arrived(sku)
    if (from === undefined) this.#counts.oversold += 1
    else {
      this.#counts.sold += 1
      this.#move(sku, from, -1)
      // Sent from elsewhere: there the shop shows a unit too many until it is told, here one too few.
      if (from !== place) this.#witness.fell(sku, 1)
      this.#tell(sku, { [this.#account.id]: 1 })
    }
    this.#look()
  }

  #sellElsewhere(sku: string, place: number): void {
    if (this.#unitsAt(sku, place) === 0) return
    this.#move(sku, place, -1)
    this.#witness.fell(sku, 1)
    this.#tell(sku, { b2b: 1 })
  }

  #receive(sku: string, place: number, units: number): void {
    this.#move(sku, place, units)
    this.#tell(sku, {})
  }

  #countByHand(sku: string, place: number): void {
    const listing = listingOf(sku, place)
    const before = this.#shop.shown(listing)
    const after = this.#random.between(0, 15)
    this.#shop.set(listing, after)
    this.#witness.raised(sku, after - before)
    this.#hook(sku, place)
  }

  #refuseForAWhile(sku: string): void {
    const [item = ''] = listingOf(sku, 0).split('@')
    this.#shop.refusals.set(item, this.#random.pick(['by_name', 'in_silence'] as const))
    this.#clock.after(this.#random.between(1, 10) * minuteMs, () => void this.#shop.refusals.delete(item))
  }

  /** The shop's webhook of a changed figure: lost, late or twice, by a clock of whole seconds. */
  #hook(sku: string, place: number): void {
    const [item = '', at = ''] = listingOf(sku, place).split('@')
    const atMs = Math.floor(this.#clock.nowMs() / 1_000) * 1_000
    const seen = { kind: 'stock', item, place: at, value: this.#shop.shown(listingOf(sku, place)), atMs } as const
    const { lowStock, raiseDelaySeconds: seconds } = this.#account.feed
    const rules = { lowStock, raiseDelayMs: seconds * 1_000 }
    for (let times = this.#random.between(0, 2); times > 0; times -= 1) {
      this.#clock.after(this.#random.between(50, 30_000), () => this.#feed.notice(this.#account.id, [seen], rules))
    }
  }

  /** As a position does: durably, so late and twice, but never not at all. */
  #tell(sku: string, sold: Readonly<Record<string, number>>): void {
    const change = { sku, changedAtMs: this.#clock.nowMs(), sold }
    this.#clock.after(this.#random.between(10, 3_000), () => this.#feed.changed(this.#account.id, [change]))
    if (this.#isStormy && this.#random.chance(lossRate)) {
      const again = { ...change, sold: {} }
      this.#clock.after(this.#random.between(10, minuteMs), () => this.#feed.changed(this.#account.id, [again]))
    }
  }

  #deliver(message: PublicationMessage): void {
    if (this.#isStormy && this.#random.chance(lossRate)) return
    const times = this.#isStormy && this.#random.chance(lossRate) ? 2 : 1
    for (let at = 0; at < times; at += 1) {
      this.#clock.after(this.#random.between(10, this.#isStormy ? 5_000 : 50), () => this.#consume(message))
    }
  }

  async #consume(message: PublicationMessage): Promise<void> {
    try {
      if (message.type === 'publish_stock') await this.#workOut(message.sku, message.revision ?? 0)
      else await this.#drain(message.lane)
    } catch (error) {
      if (!(error instanceof Crash)) throw error
    }
    this.#look()
  }

  async #workOut(sku: string, revision: number): Promise<void> {
    const outlook = await this.#feed.outlook([sku])
    const wish = wishFor({ sku, revision }, this.#shelfOf(sku), outlook, this.#account, this.#clock.nowMs())
    await this.#clock.sleep(this.#random.between(5, 200))
    this.#mayCrash()
    await this.#feed.want(this.#account.id, [wish])
  }

  async #drain(lane: Draining['lane']): Promise<void> {
    if ((await drainFeed({ ...this.#draining, lane }, this.#port(lane))) === 'more') {
      this.#deliver({ type: 'drain_feed', account: this.#account.id, lane })
    }
  }

  #port(lane: Draining['lane']): FeedPort {
    const feed = this.#feed
    return {
      feed: {
        hasWork: (drain) => feed.hasWork(drain),
        begin: async (request) => {
          const batch = await feed.begin(request)
          this.#mayCrash()
          return batch
        },
        record: async (...args) => {
          this.#mayCrash()
          await feed.record(...args)
          this.#look()
        },
      },
      limiter: {
        acquire: async () => this.#lease(lane),
        report: async ({ retryAfterMs }) => {
          this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.nowMs() + (retryAfterMs ?? 0))
        },
      },
      mayCall: async () => ({ allowed: true, phase: 'closed' }),
      reportCall: async () => {},
      returnTrial: async () => {},
      context: (account) => ({
        ...{ account, secrets: shopSecrets, fetch: this.#shop.fetch, nowMs: this.#clock.nowMs, sessions: new Map() },
      }),
      contentOf: async () => null,
      nowMs: this.#clock.nowMs,
    }
  }

  /** Whoever is told to wait is asked again by the limiter. */
  #lease(lane: Draining['lane']) {
    const nowMs = this.#clock.nowMs()
    const wakeAtMs = this.#pausedUntilMs
    if (wakeAtMs <= nowMs) return { granted: true, leaseId: 'lease', expiresAtMs: nowMs + minuteMs } as const
    this.#clock.at(wakeAtMs, () => this.#deliver({ type: 'drain_feed', account: this.#account.id, lane }))
    return { granted: false, wakeAtMs } as const
  }

  #mayCrash(): void {
    if (this.#isStormy && this.#random.chance(crashRate)) throw new Crash('died')
  }

  #die(): void {
    this.#feed.die()
  }

  #tick(checks: number): void {
    this.#feed.check(checks)
  }

  #look(): void {
    for (const sku of skus) {
      const shelf = this.#shelfOf(sku)
      const listings = this.#places.map((place) => listingOf(sku, place))
      const shown = listings.reduce((sum, listing) => sum + this.#shop.shown(listing), 0)
      const units = [...shelf.values()].reduce((sum, each) => sum + each, 0)
      const isQuiet = () => this.#shop.pending === 0 && this.#isAsWanted(sku)
      const fault = this.#witness.look(sku, { shown, units, isQuiet })
      if (fault !== null) this.#violate(`I2: ${fault}`)
    }
  }

  /** By our own reckoning, whatever the feed believes. */
  #isAsWanted(sku: string): boolean {
    const listings = this.#feed.listings().filter((each) => each.sku === sku)
    const wanted = this.#wanted(sku)
    return (
      listings.length === this.#places.length &&
      listings.every(({ item, place, state }) => {
        const listing = `${item}@${place}`
        return state === 'settled' && this.#shop.shown(listing) === wanted.get(listing)
      })
    )
  }

  #wanted(sku: string): ReadonlyMap<string, number> {
    const quiet = this.#feed.outlookNow([sku])
    const wish = wishFor({ sku, revision: 0 }, this.#shelfOf(sku), quiet, this.#account, this.#clock.nowMs())
    return new Map(wish.listings.map(({ item, place, value }) => [`${item}@${place}`, value]))
  }

  async #expectRest(): Promise<void> {
    const { states, listings, waiting, drifted, skusChanged, inFlight } = await this.#feed.status()
    const wanted = new Map(skus.flatMap((sku) => [...this.#wanted(sku)]))
    if (listings !== wanted.size) this.#violate(`I4: ${listings} of ${wanted.size} listings`)
    for (const { item, place, state, desired, acknowledged, refusal, lastError } of this.#feed.listings()) {
      const listing = `${item}@${place}`
      const figures = [this.#shop.shown(listing), acknowledged?.value, desired, wanted.get(listing)]
      if (new Set(figures).size > 1) this.#violate(`I4: ${listing} shown, confirmed, desired, to be: ${figures}`)
      if (state !== 'settled' || refusal != null) this.#violate(`I4: ${listing} is ${state}: ${lastError}`)
    }
    const left = Object.values(waiting).reduce((sum, each) => sum + each, 0) + drifted + skusChanged + inFlight.length
    if (left > 0) this.#violate(`I5: ${JSON.stringify({ states, waiting, drifted, skusChanged, inFlight })}`)
    this.#expectPairs('drift_found', 'drift_settled')
    this.#expectPairs('listing_refused', 'refusal_settled')
    this.#expectPairs('batch_refused', 'batch_settled')
    const fault = this.#feed.auditFault()
    if (fault !== null) this.#violate(`I7: ${fault}`)
  }

  #expectPairs(opened: string, closed: string): void {
    const count = (type: string) => this.#feed.events().filter((event) => event.type === type).length
    if (count(opened) !== count(closed)) this.#violate(`I5: ${count(opened)} ${opened}, ${count(closed)} ${closed}`)
  }

  #move(sku: string, place: number, by: number): void {
    this.#stock.set(sku, new Map(this.#shelfOf(sku)).set(place, this.#unitsAt(sku, place) + by))
  }

  #shelfOf(sku: string): Shelf {
    return this.#stock.get(sku) ?? new Map()
  }

  #unitsAt(sku: string, place: number): number {
    return this.#shelfOf(sku).get(place) ?? 0
  }

  #skuOf(listing: string): string {
    return skus.find((sku) => this.#places.some((place) => listingOf(sku, place) === listing)) ?? ''
  }

  #violate(violation: string): void {
    this.#violations.push(violation)
  }
}

export function playStorm(seed: number, plant: StormPlant | null, schema: StoreSchema): Promise<StormResult> {
  return new Storm(seed, plant, schema).play()
}

/** Shopify's own client. The digest that it makes of its keys takes real time, which stands still meanwhile. */
function connectorFor(plant: StormPlant | null, clock: VirtualClock): Draining['connector'] {
  const { stock } = shopify.publishers
  if (stock === undefined) throw new Error('the connector publishes no stock')
  const publish: Publisher['publish'] = async (publications, context) => {
    const sent = plant === 'overwrites' ? publications.map((each) => ({ ...each, expected: null })) : publications
    const reached = Promise.withResolvers<void>()
    clock.hold(reached.promise)
    const fetch: typeof context.fetch = (request) => {
      reached.resolve()
      return context.fetch(request)
    }
    return stock.publish(sent, { ...context, fetch }).finally(reached.resolve)
  }
  const read = plant === 'never_looks' ? null : stock.read
  return { ...shopify, publishers: { stock: { ...stock, publish, read } } }
}
