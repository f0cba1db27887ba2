/** Looks up what promised units still wait for: the calendars of their locations, and what the network expects. */
import { type AvailabilityApi, actor } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import { findSku } from '../src/config/catalog.ts'
import { deliveries } from '../src/domain/atp/deliver-at.ts'
import { expectedOf } from '../src/domain/atp/expected-of.ts'
import type { Expected } from '../src/domain/atp/predict-breach.ts'
import type { PromiseAsk } from '../src/domain/atp/promise-date.ts'
import { locationsServing } from '../src/domain/config/channel-network.ts'
import type { Config } from '../src/domain/config/config.ts'
import type { LineOutlook, OutlookAsk } from '../src/domain/order/look-ahead.ts'
import type { Env } from '../src/env.ts'

/** A promise is looked at hours before its date: figures of the last minute will do. */
const stalenessMs = 60_000

type Missing = OutlookAsk['missing'][number]
type Company = { readonly config: Config; readonly account: string; readonly deliver: PromiseAsk['deliver'] }

export async function lookUpOutlook(
  env: Env,
  account: string,
  lines: readonly OutlookAsk[],
): Promise<readonly LineOutlook[]> {
  const config = await activeConfig(env, Date.now())
  const company = { config, account, deliver: deliveries(config.locations) }
  return Promise.all(
    lines.map(async (line) => ({ lineId: line.lineId, expected: await expectedFor(env, company, line) })),
  )
}

async function expectedFor(env: Env, company: Company, { missing, places }: OutlookAsk): Promise<readonly Expected[]> {
  const nowMs = Date.now()
  const leaving = places.map((place): Expected => {
    const { atMs } = company.deliver(place, nowMs)
    return { waitsFor: 'dispatch', atMs: Number.isFinite(atMs) ? atMs : null }
  })
  return [...leaving, ...(await Promise.all(missing.map((units) => expectedSupply(env, company, units, nowMs))))]
}

async function expectedSupply(
  env: Env,
  { config, account, deliver }: Company,
  { sku, units }: Missing,
  nowMs: number,
): Promise<Expected> {
  const entry = await findSku(env, sku, nowMs)
  if (entry === null) return { waitsFor: 'supply', atMs: null }
  const locations = locationsServing(config, account).map(({ id }) => id)
  const { summaries, unrouted } = await actor<AvailabilityApi>(env.AVAILABILITY, sku).read(sku, locations, stalenessMs)
  const group = config.accounts.find(({ id }) => id === account)?.group ?? null
  const { class: ofClass, shelfLifeDays } = entry
  // What this order waits for may be among the unrouted units: it does not compete with itself.
  const others = Math.max(0, unrouted - units)
  const part = { sku, class: ofClass, shelfLifeDays, units: 1, summaries, unrouted: others, buffer: 0 }
  // The order is taken already: what channels are shown no longer matters.
  const asker = { nowMs, channel: null, group, methods: [], keepDays: 0, promising: config.promising }
  return expectedOf(part, asker, units, deliver)
}
