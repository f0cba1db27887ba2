/**
 * Looks up what promised units still wait for: the calendars and full days of their locations, what the network
 * expects, and the carriers on the way to the buyer. By the reckoning that promises are made by.
 */
import { type AvailabilityApi, actor } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import { findSku } from '../src/config/catalog.ts'
import { type Deliveries, type DeliverySite, deliveries } from '../src/domain/atp/deliver-at.ts'
import { expectedOf } from '../src/domain/atp/expected-of.ts'
import type { Expected } from '../src/domain/atp/predict-breach.ts'
import { locationsServing } from '../src/domain/config/channel-network.ts'
import type { Config } from '../src/domain/config/config.ts'
import type { Location } from '../src/domain/config/location.ts'
import { servesRegion } from '../src/domain/config/serves-region.ts'
import type { CanonicalOrder } from '../src/domain/order/canonical-order.ts'
import type { LineOutlook, OutlookAsk } from '../src/domain/order/look-ahead.ts'
import { wayOf } from '../src/domain/order/plan-inputs.ts'
import type { Env } from '../src/env.ts'
import { deliverySites } from '../src/sourcing/delivery-sites.ts'

/** A promise is looked at hours before its date: figures of the last minute will do. */
const stalenessMs = 60_000
/** All brackets: what is missing of which line is told apart below. */
const gramsMax = Number.POSITIVE_INFINITY

type Missing = OutlookAsk['missing'][number]
type Company = {
  readonly config: Config
  readonly order: CanonicalOrder
  readonly sites: readonly DeliverySite[]
  readonly nowMs: number
}

export async function lookUpOutlook(
  env: Env,
  order: CanonicalOrder,
  lines: readonly OutlookAsk[],
): Promise<readonly LineOutlook[]> {
  const nowMs = Date.now()
  const config = await activeConfig(env, nowMs)
  const { country = null, region = null, postalCode = null } = order.shipTo ?? {}
  const sites = await deliverySites(env, config, {
    locations: locationsServing(config, order.account),
    shipTo: country === null ? null : { country, region, postalCode },
    deliveryMethod: wayOf(config, order).deliveryMethod,
    gramsMax,
    maxStalenessMs: stalenessMs,
    nowMs,
  })
  const company = { config, order, sites, nowMs }
  return Promise.all(
    lines.map(async (line) => ({ lineId: line.lineId, expected: await expectedFor(env, company, line) })),
  )
}

async function expectedFor(env: Env, company: Company, line: OutlookAsk): Promise<readonly Expected[]> {
  const { missing, places } = line
  const { nowMs } = company
  const leaving = places.map(({ location, day, service }): Expected => {
    const { deliver, deliverOn } = deliveriesOf(company, line, { grams: 0, units: 1, service })
    const { atMs } = day === null ? deliver(location, nowMs) : deliverOn(location, day, nowMs)
    return { waitsFor: 'dispatch', atMs: Number.isFinite(atMs) ? atMs : null }
  })
  return [...leaving, ...(await Promise.all(missing.map((units) => expectedSupply(env, company, line, units))))]
}

const reaches = (location: Location, { shipTo }: CanonicalOrder) => shipTo === null || servesRegion(location, shipTo)

type Load = { readonly grams: number; readonly units: number; readonly service: string | null }

/** A promise of when goods leave asks nothing of carriers. */
function deliveriesOf({ config, order, sites }: Company, { dateOf, byMs }: OutlookAsk, load: Load): Deliveries {
  const told = dateOf === 'delivery' ? sites : sites.map((site) => ({ ...site, lanes: [] }))
  const service = load.service ?? wayOf(config, order).service
  return deliveries(told, { ...load, service, currency: order.currency, byMs })
}

async function expectedSupply(env: Env, company: Company, line: OutlookAsk, missing: Missing): Promise<Expected> {
  const { config, order, nowMs } = company
  const { sku, units } = missing
  const entry = await findSku(env, sku, nowMs)
  if (entry === null) return { waitsFor: 'supply', atMs: null }
  const locations = company.sites.filter(({ location }) => reaches(location, order)).map(({ location }) => location.id)
  const { summaries, unrouted } = await actor<AvailabilityApi>(env.AVAILABILITY, sku).read(sku, locations, stalenessMs)
  const group = config.accounts.find(({ id }) => id === order.account)?.group ?? null
  const { class: ofClass, shelfLifeDays } = entry
  // What this order waits for may be among the unrouted units: it does not compete with itself.
  const others = Math.max(0, unrouted - units)
  const part = { sku, class: ofClass, shelfLifeDays, units: 1, summaries, unrouted: others, buffer: 0 }
  // The order is taken already: what channels are shown no longer matters.
  const asker = { nowMs, channel: null, group, methods: [], keepDays: 0, promising: config.promising }
  const load = { grams: (entry.weightGrams ?? 0) * units, units, service: null }
  return expectedOf(part, asker, units, deliveriesOf(company, line, load).deliver)
}
