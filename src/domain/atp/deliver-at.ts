/**
 * When goods that are released at a location leave it, by its calendar, cut-off, handling time and the room its days
 * have left, and when they are with the buyer, by the service that would carry them. Promises are made and looked after
 * by this one reckoning.
 */
import type { Location } from '../config/location.ts'
import { fits } from '../location/day-limit.ts'
import type { CapacityDay, Load } from '../location/location-command.ts'
import { dispatchAt, dispatchOn, workingDayOf } from '../sourcing/calendar/dispatch-at.ts'
import { type DayKey, dayAfter } from '../sourcing/calendar/local-day.ts'
import { workingDayFrom } from '../sourcing/calendar/working-day.ts'
import { onTimeProbability } from '../sourcing/on-time.ts'
import { pickLane } from '../sourcing/pick-lane.ts'
import type { Lane, SourcingOrder } from '../sourcing/request.ts'

const dayMs = 86_400_000

/** `departure`: nobody said where to, or no service is known to go there. */
export type DateOf = 'departure' | 'delivery'
/** What becomes of goods that are released at an instant. */
export type Delivery = {
  /** When they are there: nine in ten parcels take no longer. Never: infinite. */
  readonly atMs: number
  /** When half of them are. */
  readonly likelyAtMs: number
  readonly departsAtMs: number
  readonly service: string | null
  /** How surely they are there by then, or by the later date that they are wanted for. */
  readonly confidencePercent: number
}
export type Deliver = (location: string, releasedAtMs: number) => Delivery

export type DeliverySite = {
  readonly location: Location
  /** False: nothing leaves it until somebody says otherwise. */
  readonly isUp: boolean
  /** What is told of its days, in their order; of others nothing is known, and they have room. */
  readonly days: readonly CapacityDay[]
  /** To the destination; none where none is known. */
  readonly lanes: readonly Lane[]
}
export type DeliveryTerms = Pick<SourcingOrder, 'currency' | 'service'> & {
  readonly grams: number
  /** Base units, for which a day must have room. */
  readonly units: number
  /** When they are wanted; null: as soon as is cheap. */
  readonly byMs: number | null
}
export type Deliveries = {
  readonly dateOf: DateOf
  readonly deliver: Deliver
  /** Of units whose day at the location is claimed already. */
  readonly deliverOn: (location: string, day: DayKey, nowMs: number) => Delivery
}

const never: Delivery = {
  atMs: Number.POSITIVE_INFINITY,
  likelyAtMs: Number.POSITIVE_INFINITY,
  departsAtMs: Number.POSITIVE_INFINITY,
  service: null,
  confidencePercent: 0,
}
/** Of a parcel that no known service takes and that counts as one of the slowest. */
const unknownServicePercent = 50

/** Calendars are not asked twice for the same location and instant. A location that is not among them never delivers. */
export function deliveries(sites: readonly DeliverySite[], terms: DeliveryTerms): Deliveries {
  const byId = new Map<string, DeliverySite>(sites.map((site) => [site.location.id, site]))
  const slowest = Math.max(-1, ...sites.flatMap(({ lanes }) => lanes.map(({ p90Days }) => p90Days)))
  const known = new Map<string, Delivery>()
  const deliver: Deliver = (location, releasedAtMs) => {
    const site = byId.get(location)
    if (site === undefined || !site.isUp) return never
    const key = `${location}/${releasedAtMs}`
    const delivery = known.get(key) ?? carried(site.lanes, leavesAtMs(site, releasedAtMs, terms), slowest, terms)
    known.set(key, delivery)
    return delivery
  }
  const deliverOn: Deliveries['deliverOn'] = (location, day, nowMs) => {
    const site = byId.get(location)
    if (site === undefined || !site.isUp) return never
    const today = workingDayOf(site.location, nowMs)
    const { atMs } = dispatchOn(site.location, day > today ? day : today, nowMs)
    return carried(site.lanes, atMs, slowest, terms)
  }
  return { dateOf: slowest < 0 ? 'departure' : 'delivery', deliver, deliverOn }
}

/** Without anything that delays it, at once: time zones are dear. */
function leavesAtMs({ location, days }: DeliverySite, releasedAtMs: number, { units }: DeliveryTerms): number {
  const { calendar, handlingMinutes } = location
  const worksAlways = calendar.workingDays.length === 7 && calendar.holidays.length === 0
  const isPlain = worksAlways && calendar.cutOff === null && handlingMinutes === 0 && calendar.openings.length === 0
  if (isPlain && days.length === 0) return releasedAtMs
  const first = workingDayOf(location, releasedAtMs)
  const day = dayWithRoom(days, first, { orders: 1, units })
  if (day === first) return isPlain ? releasedAtMs : dispatchAt(location, releasedAtMs).atMs
  return dispatchOn(location, day ?? workingDayFrom(location, afterAll(days, first)), releasedAtMs).atMs
}

/** Null: none of those that are told. */
function dayWithRoom(days: readonly CapacityDay[], first: DayKey, load: Load): DayKey | null {
  const ahead = days.filter(({ day }) => day >= first)
  return ahead.length === 0 ? first : (ahead.find((day) => hasRoom(day, load))?.day ?? null)
}

const afterAll = (days: readonly CapacityDay[], first: DayKey) => dayAfter(days.at(-1)?.day ?? first)

/** More than a whole day takes goes on a day that is empty. */
function hasRoom({ limit, used, isWorkingDay, overridden }: CapacityDay, { orders, units }: Load): boolean {
  if ((!isWorkingDay && !overridden) || limit.orders === 0 || limit.units === 0) return false
  return fits(limit, used, { orders, units: Math.min(units, limit.units ?? units) })
}

/** What no known service takes counts as the slowest that is known: it is never the better for being unknown. */
function carried(
  lanes: readonly Lane[],
  departsAtMs: number,
  slowestDays: number,
  { grams, currency, service: sold, byMs }: DeliveryTerms,
): Delivery {
  const gone = { departsAtMs, service: null } as const
  if (slowestDays < 0) return { ...gone, atMs: departsAtMs, likelyAtMs: departsAtMs, confidencePercent: 100 }
  const { service } = pickLane(lanes, grams, departsAtMs, { currency, service: sold, promisedByMs: byMs })
  const lane = lanes.find((each) => each.service === service)
  if (lane === undefined) {
    const atMs = departsAtMs + Math.ceil(slowestDays * dayMs)
    return { ...gone, atMs, likelyAtMs: atMs, confidencePercent: unknownServicePercent }
  }
  const { atMs, likelyAtMs } = arrivalOf(lane, departsAtMs)
  const onTime = onTimeProbability(departsAtMs, lane, Math.max(atMs, byMs ?? 0))
  return { departsAtMs, service, atMs, likelyAtMs, confidencePercent: Math.floor(onTime * 100 + 1e-6) }
}

export function arrivalOf(
  { p50Days, p90Days }: Pick<Lane, 'p50Days' | 'p90Days'>,
  departsAtMs: number,
): Pick<Delivery, 'atMs' | 'likelyAtMs'> {
  return {
    atMs: departsAtMs + Math.ceil(p90Days * dayMs),
    likelyAtMs: departsAtMs + Math.ceil(p50Days * dayMs),
  }
}
