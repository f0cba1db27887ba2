/**
 * When a quantity can be had, from where, and how surely. Of the plans that are in time the one of fewest locations is
 * taken, without a date the one that arrives first: nothing is held by it, so it says what would be done now.
 */
import type { LocationId, Sku } from '../shared/ids.ts'
import type { Deliver, Delivery } from './deliver-at.ts'
import { type Step, unitsAt } from './network-curve.ts'
import type { PartAvailability } from './part-availability.ts'
import { comingUnits } from './supply-and-claims.ts'
import { bundlesOf } from './whole-bundles.ts'

export type PromiseAsk = {
  readonly nowMs: number
  readonly quantity: number
  /** When the quantity is wanted at the latest; null: as early as possible. */
  readonly byMs: number | null
  readonly deliver: Deliver
}

export type PlannedUnits = {
  readonly sku: Sku
  readonly location: LocationId
  /** Base units. */
  readonly quantity: number
  /** From when on the location has them. */
  readonly fromMs: number
  readonly departsAtMs: number
  readonly service: string | null
  readonly likelyDateMs: number
  readonly dateMs: number
  readonly confidencePercent: number
}
export type QuotedPromise = {
  readonly dateMs: number
  /** By when it is as likely there as not. */
  readonly likelyDateMs: number
  readonly plan: readonly PlannedUnits[]
  readonly confidencePercent: number
}

/** Dates tried, nearest first. */
const datesMax = 48

/** `curve`: what the network can promise of what is asked for. Null: never, with what is announced so far. */
export function promiseOf(
  curve: readonly Step[],
  parts: readonly PartAvailability[],
  ask: PromiseAsk,
): QuotedPromise | null {
  const dates = curve.filter(({ units }) => units >= ask.quantity).slice(0, datesMax)
  const plans = dates.flatMap(({ fromMs }) => orders.flatMap((order) => planFrom(parts, fromMs, order, ask) ?? []))
  return plans.reduce<QuotedPromise | null>(
    (best, plan) => (best === null || isBetter(plan, best, ask) ? plan : best),
    null,
  )
}

function isBetter(plan: QuotedPromise, than: QuotedPromise, { byMs }: PromiseAsk): boolean {
  const [inTime, otherInTime] = [isInTime(plan, byMs), isInTime(than, byMs)]
  if (inTime !== otherInTime) return inTime
  const [few, otherFew] = [placesOf(plan), placesOf(than)]
  const sooner = plan.dateMs - than.dateMs
  return (inTime && byMs !== null ? few - otherFew || sooner : sooner || few - otherFew) < 0
}

const isInTime = ({ dateMs }: QuotedPromise, byMs: number | null) => byMs === null || dateMs <= byMs
const placesOf = ({ plan }: QuotedPromise) => new Set(plan.map(({ location }) => location)).size

/** `quantity`: of what is asked for; of a bundle, as many as the location makes whole. */
type Source = { readonly location: LocationId; readonly quantity: number; readonly delivery: Delivery }
type Order = (left: Source, right: Source) => number

const soonest: Order = (left, right) => left.delivery.atMs - right.delivery.atMs
const most: Order = (left, right) => right.quantity - left.quantity
/** As few locations as possible, and as soon as possible. Ties stand in the order in which locations are asked. */
const orders: readonly Order[] = [
  (left, right) => most(left, right) || soonest(left, right),
  (left, right) => soonest(left, right) || most(left, right),
]

function planFrom(
  parts: readonly PartAvailability[],
  fromMs: number,
  order: Order,
  ask: PromiseAsk,
): QuotedPromise | null {
  const chosen = chosenFrom(sourcesOf(parts, fromMs, ask), order, ask.quantity)
  if (chosen === null) return null
  const plan = parts.flatMap((part) =>
    chosen.map((source) => planned(part, source, source.quantity * part.part.units, fromMs, ask.nowMs)),
  )
  const surely = plan.reduce((share, { confidencePercent }) => (share * confidencePercent) / 100, 100)
  return {
    dateMs: Math.max(...plan.map(({ dateMs }) => dateMs)),
    likelyDateMs: Math.max(...plan.map(({ likelyDateMs }) => likelyDateMs)),
    plan,
    confidencePercent: Math.floor(surely),
  }
}

function sourcesOf(parts: readonly PartAvailability[], fromMs: number, { deliver }: PromiseAsk): readonly Source[] {
  const each = parts.map(({ part }) => part.units)
  return (parts[0]?.locations ?? []).flatMap(({ location }) => {
    const curves = parts.map(({ locations }) => locations.find((there) => there.location === location)?.curve ?? [])
    const quantity = bundlesOf(
      curves.map((curve) => unitsAt(curve, fromMs)),
      each,
    )
    const delivery = deliver(location, fromMs)
    return quantity > 0 && Number.isFinite(delivery.atMs) ? [{ location, quantity, delivery }] : []
  })
}

/** A location that has all of it comes before any that have a part; otherwise as many as it takes. */
function chosenFrom(sources: readonly Source[], order: Order, wanted: number): readonly Source[] | null {
  const whole = sources.filter(({ quantity }) => quantity >= wanted).toSorted(soonest)
  const asked = order === orders[0] && whole.length > 0 ? whole.slice(0, 1) : sources.toSorted(order)
  let missing = wanted
  const chosen: Source[] = []
  for (const source of asked) {
    const quantity = Math.min(missing, source.quantity)
    if (quantity > 0) chosen.push({ ...source, quantity })
    missing -= quantity
  }
  return missing > 0 ? null : chosen
}

function planned(
  { part, locations }: PartAvailability,
  { location, delivery }: Source,
  quantity: number,
  fromMs: number,
  nowMs: number,
): PlannedUnits {
  const there = locations.find((each) => each.location === location)
  const isOnHand = unitsAt(there?.curve ?? [], nowMs) >= quantity
  const trusted = isOnHand || there === undefined ? [] : comingUnits(there.figures, nowMs)
  const reliedOn = new Set(trusted.flatMap((coming, index) => (coming.fromMs <= fromMs ? [index] : [])))
  const supplies = there?.figures.supplies.filter((_, index) => reliedOn.has(index)) ?? []
  const surely = Math.min(100, ...supplies.map(({ confidencePercent }) => confidencePercent))
  const confidencePercent = Math.floor((surely * delivery.confidencePercent) / 100)
  const { departsAtMs, service, likelyAtMs: likelyDateMs, atMs: dateMs } = delivery
  return { sku: part.sku, location, quantity, fromMs, departsAtMs, service, likelyDateMs, dateMs, confidencePercent }
}
