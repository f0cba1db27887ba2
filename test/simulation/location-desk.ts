/**
 * Locations over the pure core: days that are claimed, a status that somebody changes, and the word to the orders
 * concerned, which a queue delays, doubles and lets overtake each other. The shape of LocationActor and of the consumer
 * of its messages, without their platform.
 */
import { tellOfLocation } from '../../queues/tell-order.ts'
import { calendarSchema } from '../../src/domain/config/location.ts'
import { capacityDay, type LocationSite } from '../../src/domain/location/day-limit.ts'
import { decide } from '../../src/domain/location/decide.ts'
import type {
  LocationCommand,
  LocationStatus,
  LocationVerdict,
  LocationView,
} from '../../src/domain/location/location-command.ts'
import type { LocationEvent } from '../../src/domain/location/location-event.ts'
import { type Claim, evolve, initialLocation, type LocationState } from '../../src/domain/location/location-state.ts'
import type { OrderCommand } from '../../src/domain/order/order-command.ts'
import { drainDelayMs } from '../../src/domain/outbox/drain.ts'
import { commandId, type LocationId, locationId, type OrderId, orderIdFrom } from '../../src/domain/shared/ids.ts'
import { dayAfter, dayKeyAt } from '../../src/domain/sourcing/calendar/local-day.ts'
import { openDay } from '../../src/domain/sourcing/open-day.ts'
import { causeOf } from './mail.ts'
import type { OrderShell } from './order-shell.ts'
import type { Plant } from './plants.ts'
import type { Post } from './post.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

type Ports = {
  readonly order: (orderId: OrderId) => OrderShell
  readonly trace: (line: string) => void
  /** Dies at times. */
  readonly boundary: () => Promise<void>
}
type Place = {
  readonly site: LocationSite
  state: LocationState
  readonly claims: Map<string, Claim>
  readonly verdicts: Map<string, LocationVerdict>
  /** What is owed to orders; only the newest word counts. */
  owed: number
}

const daysLookedAt = 7

export class LocationDesk {
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #post: Post
  readonly #ports: Ports
  readonly #plant: Plant | null
  readonly #places = new Map<LocationId, Place>()
  #messages = 0

  constructor(clock: VirtualClock, random: Random, post: Post, ports: Ports, plant: Plant | null) {
    this.#clock = clock
    this.#random = random
    this.#post = post
    this.#ports = ports
    this.#plant = plant
  }

  isUp(location: LocationId): boolean {
    return this.#at(location).state.status === 'up'
  }

  /** The day on which what is planned now would leave. */
  capacity(location: LocationId) {
    const { site, state } = this.#at(location)
    const first = dayKeyAt(site.timeZone, this.#clock.nowMs())
    const days = Array.from({ length: daysLookedAt }, (_, ahead) => dayAfter(first, ahead))
    return openDay(
      days.map((day) => capacityDay(site, state, day)),
      first,
    )
  }

  call(location: LocationId, command: LocationCommand): LocationVerdict {
    const place = this.#at(location)
    const remembered = place.verdicts.get(command.commandId)
    if (remembered) return remembered
    const claim = 'claimId' in command ? (place.claims.get(command.claimId) ?? null) : null
    const facts = { state: place.state, site: place.site, nowMs: this.#clock.nowMs(), claim }
    const decided = decide(command, facts)
    const verdict: LocationVerdict = decided.ok
      ? { ok: true, effect: decided.value.length === 0 ? 'unchanged' : 'applied' }
      : decided
    for (const event of decided.ok ? decided.value : []) this.#apply(location, place, event)
    place.verdicts.set(command.commandId, verdict)
    return verdict
  }

  say(location: LocationId, status: LocationStatus): void {
    this.#messages += 1
    const id = `${location}/${status}/${this.#messages}`
    const body = { type: 'set_availability', status, reason: 'storm' } as const
    this.call(location, { ...body, commandId: commandId(id), cause: causeOf('operator', id) })
  }

  /** Claims that use a day, by location and name. */
  used(): readonly (Claim & { readonly location: LocationId })[] {
    return [...this.#places].flatMap(([location, { claims }]) =>
      [...claims.values()].filter(({ status }) => status === 'reserved').map((claim) => ({ ...claim, location })),
    )
  }

  #at(location: LocationId): Place {
    const known = this.#places.get(location)
    if (known) return known
    const ordersPerDay = this.#random.chance(0.3) ? this.#random.between(2, 4) : null
    const site = {
      timeZone: 'UTC',
      calendar: calendarSchema.parse({}),
      capacity: { ordersPerDay, unitsPerDay: null },
    }
    const made = { site, state: initialLocation, claims: new Map(), verdicts: new Map(), owed: 0 }
    this.#places.set(location, made)
    return made
  }

  #apply(location: LocationId, place: Place, event: LocationEvent): void {
    place.state = evolve(place.state, event, this.#clock.nowMs())
    this.#ports.trace(`${location} ${event.type}`)
    if (event.type === 'capacity_reserved') place.claims.set(event.claimId, { ...event, status: 'reserved' })
    const released = event.type === 'capacity_released' ? place.claims.get(event.claimId) : undefined
    if (released !== undefined) place.claims.set(released.claimId, { ...released, status: 'released' })
    if (event.type !== 'availability_changed') return
    place.owed += 1
    const { owed } = place
    this.#clock.after(drainDelayMs, () => {
      if (place.owed === owed) this.#tellOrders(location, place)
    })
  }

  #tellOrders(location: LocationId, { state, claims }: Place): void {
    const isDown = state.status === 'down'
    if (isDown && this.#plant === 'I5-goes-down-in-silence') return
    if (!isDown && this.#plant === 'I5-comes-up-in-silence') return
    const concerned = [...claims.values()].filter(({ status }) => !isDown || status === 'reserved')
    const orderIds = new Set(concerned.flatMap(({ orderId }) => orderId ?? []))
    for (const orderId of orderIds) this.#send(location, orderIdFrom(orderId))
  }

  #send(location: LocationId, orderId: OrderId): void {
    this.#messages += 1
    const messageId = `${orderId}/look-${this.#messages}`
    const { boundary, order } = this.#ports
    const between = async <Answer>(work: () => Answer): Promise<Answer> => {
      await boundary()
      const answer = work()
      await boundary()
      return answer
    }
    const teller = {
      execute: (_: string, command: OrderCommand) => between(() => order(orderId).execute(command)),
    }
    const place = { view: (at: string) => between(() => this.#view(locationId(at))) }
    this.#post.send(messageId, async () => {
      await tellOfLocation({ orderId, messageId, location }, teller, place)
      return 'told'
    })
  }

  #view(location: LocationId): LocationView {
    const { status, reason, sinceMs } = this.#at(location).state
    return { location, status, reason, sinceMs, days: [] }
  }
}
