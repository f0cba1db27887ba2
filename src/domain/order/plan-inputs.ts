/**
 * What a plan rests on, put together from the configuration, the catalogue and the positions' figures. Pure, so that
 * the saga, a question without effect and the tests look at the same things in the same way.
 */
import { atpOf } from '../atp/atp-of.ts'
import type { PositionFigures, UnitsAsk } from '../atp/position-figures.ts'
import { safetyStockFor } from '../atp/promise-rules.ts'
import type { CatalogSku } from '../catalog/listing.ts'
import { goodUntil } from '../catalog/shelf-life.ts'
import type { Account, Config } from '../config/config.ts'
import type { Location } from '../config/location.ts'
import { type DeliveryMethod, deliveryMethods } from '../config/promising.ts'
import { servesRegion } from '../config/serves-region.ts'
import type { Sku } from '../shared/ids.ts'
import { dispatchAt, workingDayOf } from '../sourcing/calendar/dispatch-at.ts'
import { closesAtMs } from '../sourcing/calendar/working-day.ts'
import type { RatedOrigin } from '../sourcing/ports/rate-shipments.ts'
import type { SourcingProfile } from '../sourcing/profile.ts'
import type { CapacityFigure, StockFigure } from '../sourcing/request.ts'
import type { CanonicalOrder } from './canonical-order.ts'
import { candidateLocations } from './order-policy.ts'
import type { CandidateLocation, PlanCandidate, PlanInputs, SkuFacts } from './saga-command.ts'
import { fromMs } from './sourcing-request.ts'

/** A location as it stands: whether anything leaves it, when what is planned now would, and what that day takes. */
export type LocationFacts = {
  readonly location: string
  readonly isUp: boolean
  /** False: it does not answer. */
  readonly isReached?: false
  readonly dispatchAtMs: number
  readonly capacity: CapacityFigure | null
}

export type PlanSources = {
  readonly config: Config
  readonly profile: { readonly profile: SourcingProfile; readonly version: number | null }
  /** What the catalogue knows of the SKUs asked for and of their components. */
  readonly catalog: readonly CatalogSku[]
  /** Null: nothing ever happened at the position. */
  readonly figuresOf: (sku: Sku, location: string) => PositionFigures | null
  /** Of a location that nobody said anything of there need be none. */
  readonly locations: readonly LocationFacts[]
  readonly rated: readonly RatedOrigin[]
}

export function planInputs(
  order: CanonicalOrder,
  demand: readonly { readonly sku: Sku }[],
  sources: PlanSources,
  nowMs: number,
): PlanInputs {
  const { config, catalog } = sources
  const account = config.accounts.find(({ id }) => id === order.account)
  const { service, deliveryMethod } = wayOf(config, order)
  const skus = catalog.map((entry) => skuFacts(entry, order, nowMs))
  const group = account?.group ?? null
  const facts = new Map(skus.map((fact) => [fact.sku, fact]))
  const context: Context = { order, account, group, deliveryMethod, facts, demand, sources, nowMs }
  return {
    configVersion: config.version,
    profile: sources.profile.profile,
    profileVersion: sources.profile.version,
    channelGroup: group,
    deliveryMethod,
    service,
    skus,
    candidates: candidateLocations(config, order.account).flatMap((candidate) => planCandidate(candidate, context)),
  }
}

/** What was sold as a service of the rate table goes by it; anything else is shipped as is best. */
export function wayOf(
  { rates }: Pick<Config, 'rates'>,
  { shippingMethod }: CanonicalOrder,
): { readonly service: string | null; readonly deliveryMethod: DeliveryMethod } {
  const service = rates.services.find(({ id }) => id === shippingMethod)
  const method = deliveryMethods.find((each) => each === shippingMethod)
  return { service: service?.id ?? null, deliveryMethod: service?.deliveryMethod ?? method ?? 'ship' }
}

function skuFacts(entry: CatalogSku, order: CanonicalOrder, nowMs: number): SkuFacts {
  const { sku, weightGrams, costMinor, costCurrency, requirements, shelfLifeDays } = entry
  const thereMs = order.promisedByMs ?? fromMs(order, nowMs)
  const goodUntilMs = goodUntil(thereMs, shelfLifeDays)
  return { sku, class: entry.class, requirements, grams: weightGrams, costMinor, costCurrency, goodUntilMs }
}

type Context = {
  readonly order: CanonicalOrder
  readonly account: Account | undefined
  readonly group: string | null
  readonly deliveryMethod: DeliveryMethod
  readonly facts: ReadonlyMap<Sku, SkuFacts>
  readonly demand: readonly { readonly sku: Sku }[]
  readonly sources: PlanSources
  readonly nowMs: number
}

function planCandidate(candidate: CandidateLocation, context: Context): readonly PlanCandidate[] {
  const { order, account, deliveryMethod, sources, demand, nowMs } = context
  const location = sources.config.locations.find(({ id }) => id === candidate.location)
  if (location === undefined) return []
  const { kind, capabilities, entities } = location
  const facts = sources.locations.find((each) => each.location === location.id)
  const rated = sources.rated.find((each) => each.location === location.id)
  const { country = null, region = null, postalCode = null } = order.shipTo ?? {}
  const positions = demand.map(({ sku }) => positionFigure(sku, location, context))
  return [
    {
      ...candidate,
      kind,
      capabilities,
      isUp: facts?.isUp ?? true,
      ...(facts?.isReached === false ? { isReached: false } : {}),
      servesDestination: servesRegion(location, { country, region, postalCode }),
      servesMethod: location.deliveryMethods.length === 0 || location.deliveryMethods.includes(deliveryMethod),
      servesEntity: entities.length === 0 || (account?.entity !== undefined && entities.includes(account.entity)),
      dispatchAtMs: facts?.dispatchAtMs ?? dispatchAt(location, fromMs(order, nowMs)).atMs,
      capacity: facts?.capacity ?? null,
      zone: rated?.zone ?? null,
      lanes: rated?.lanes ?? [],
      figures: positions.flatMap(({ figure }) => figure ?? []),
      keptBack: positions.flatMap(({ sku, keepBack }) => (keepBack === 0 ? [] : [{ sku, units: keepBack }])),
      ...cutOffMember(location, fromMs(order, nowMs)),
    },
  ]
}

function cutOffMember(location: Location, atMs: number): Pick<PlanCandidate, 'cutOffAtMs'> {
  const { cutOff, openings } = location.calendar
  if (cutOff === null && openings.every((opening) => opening.cutOff === null)) return {}
  return { cutOffAtMs: closesAtMs(location, workingDayOf(location, atMs)) }
}

/** What the order may take there, by the formula that the position itself decides its holds by. */
function positionFigure(
  sku: Sku,
  location: Location,
  { order, group, deliveryMethod, facts, sources, nowMs }: Context,
): { readonly sku: Sku; readonly keepBack: number; readonly figure: StockFigure | null } {
  const fact = facts.get(sku)
  const asked = { sku, class: fact?.class ?? null, location: location.id, methods: [deliveryMethod] }
  const keepBack = safetyStockFor(sources.config.promising, asked)
  const figures = sources.figuresOf(sku, location.id)
  if (figures === null) return { sku, keepBack, figure: null }
  const ask: UnitsAsk = { nowMs, group, goodUntilMs: fact?.goodUntilMs ?? null, keepBack }
  const byMs = fromMs(order, nowMs)
  const available = atpOf(figures, ask, byMs)
  const anyAge = ask.goodUntilMs === null ? available : atpOf(figures, { ...ask, goodUntilMs: null }, byMs)
  const pace = Math.max(keepBack, figures.safetyStock, figures.committed + figures.held)
  return { sku, keepBack, figure: { sku, available, pace, ...(anyAge === available ? {} : { anyAge }) } }
}
