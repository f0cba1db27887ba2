/** What a plan rests on, looked up in the deployed system: configuration and catalogue in KV, figures in one hop. */
import { type AvailabilityApi, actor } from '../actor-apis.ts'
import { activeConfig } from '../config/active-config.ts'
import { findSkus } from '../config/catalog.ts'
import type { PositionFigures } from '../domain/atp/position-figures.ts'
import type { CatalogSku } from '../domain/catalog/listing.ts'
import type { Config } from '../domain/config/config.ts'
import { profileFor } from '../domain/config/sourcing.ts'
import { candidateLocations } from '../domain/order/order-policy.ts'
import { type PlanSources, planInputs, wayOf } from '../domain/order/plan-inputs.ts'
import type { PlanInputs } from '../domain/order/saga-command.ts'
import type { PlanAsk } from '../domain/order/saga-step.ts'
import { fromMs } from '../domain/order/sourcing-request.ts'
import type { LocationId, Sku } from '../domain/shared/ids.ts'
import { inTurns } from '../domain/shared/in-turns.ts'
import type { RatingRequest } from '../domain/sourcing/ports/rate-shipments.ts'
import type { Env } from '../env.ts'
import { locationFacts } from './location-facts.ts'
import { ratedByTable } from './rated-by-table.ts'

/** A plan may go by figures this old: a position that knows better refuses, and the next plan asks for those of now. */
const figuresAgeMaxMs = 1_000
/** SKUs or locations asked at once: a wide order takes its turns instead of flooding the runtime. */
const askedAtOnce = 50

type SkuFigures = ReadonlyMap<string, PositionFigures>

export async function lookUpPlanInputs(env: Env, ask: PlanAsk): Promise<PlanInputs> {
  const nowMs = Date.now()
  const config = await activeConfig(env, nowMs)
  const places = candidateLocations(config, ask.order.account).map(({ location }) => location)
  const skus = [...new Set([...ask.skus, ...ask.demand.map(({ sku }) => sku)])]
  const serving = config.locations.filter(({ id }) => places.some((place) => place === id))
  const [catalog, figures, locations] = await Promise.all([
    findSkus(env, skus, nowMs),
    inTurns(ask.demand, askedAtOnce, (wanted) => figuresOfSku(env, wanted, places, ask.isFresh)),
    inTurns(serving, askedAtOnce, (location) =>
      locationFacts(env, location, fromMs(ask.order, nowMs), ask.isFresh, nowMs),
    ),
  ])
  const bySku = new Map(ask.demand.map(({ sku }, at) => [sku, figures[at]]))
  const known = catalog.filter((entry) => entry !== null)
  const sources: PlanSources = {
    config,
    profile: profileFor(config, ask.order.account),
    catalog: known,
    figuresOf: (sku, location) => bySku.get(sku)?.get(location) ?? null,
    locations,
    rated: await ratedByTable(config)(ratingOf(config, ask, places, known)),
  }
  return planInputs(ask.order, ask.demand, sources, nowMs)
}

/** Where the figures held do not reach, they are read again: an order is not put off because of an old figure. */
async function figuresOfSku(
  env: Env,
  { sku, units }: { readonly sku: Sku; readonly units: number },
  places: readonly string[],
  isFresh: boolean,
): Promise<SkuFigures> {
  const availability = actor<AvailabilityApi>(env.AVAILABILITY, sku)
  const read = async (maxStalenessMs: number): Promise<SkuFigures> => {
    const { summaries } = await availability.read(sku, places, maxStalenessMs)
    return new Map(summaries.map(({ location, figures }) => [location, figures]))
  }
  if (isFresh) return read(0)
  const held = await read(figuresAgeMaxMs)
  const free = [...held.values()].reduce((sum, figures) => sum + Math.max(0, uncommitted(figures)), 0)
  return free >= units ? held : read(0)
}

const uncommitted = ({ sellable, committed, held, safetyStock }: PositionFigures) =>
  sellable - committed - held - safetyStock

function ratingOf(
  config: Config,
  { order, demand }: PlanAsk,
  origins: readonly LocationId[],
  catalog: readonly CatalogSku[],
): RatingRequest {
  const { country = null, region = null, postalCode = null } = order.shipTo ?? {}
  const grams = new Map(catalog.map(({ sku, weightGrams }) => [sku, weightGrams ?? 0]))
  return {
    origins,
    shipTo: country === null ? null : { country, region, postalCode },
    deliveryMethod: wayOf(config, order).deliveryMethod,
    gramsMax: demand.reduce((sum, { sku, units }) => sum + (grams.get(sku) ?? 0) * units, 0),
  }
}
