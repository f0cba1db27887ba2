/**
 * What this isolate heard of SKUs within the last second, whatever was asked of them: one entry holds every position of
 * a SKU, so it answers every question. Who asks for the truth of now goes past it.
 */
import { type AvailabilityApi, actor, type SkuAvailability } from '../../actor-apis.ts'
import { locationsServing } from '../../domain/config/channel-network.ts'
import type { Config } from '../../domain/config/config.ts'
import type { Env } from '../../env.ts'

/** Never older than this, whatever the asker accepts: it is the part of an answer's age that nothing else limits. */
export const cachedMaxMs = 1_000
const entriesMax = 2_000
/** Summaries over all entries: an isolate has 128 MB for everything. */
const summariesMax = 20_000
/** Whoever joined another request's read goes his own way after this: that request may have been given up. */
const joinedMaxMs = 500

type Entry = { readonly availability: SkuAvailability; readonly configVersion: string; readonly readAtMs: number }
type Reading = { readonly entry: Promise<Entry>; readonly maxStalenessMs: number; readonly configVersion: string }

const entries = new Map<string, Entry>()
const readings = new Map<string, Reading>()
let summariesHeld = 0

export type AvailabilityAsk = { readonly maxStalenessMs: number; readonly nowMs: number }

export async function recentAvailability(
  env: Env,
  config: Config,
  sku: string,
  ask: AvailabilityAsk,
): Promise<SkuAvailability> {
  const entry = entries.get(sku)
  if (entry?.configVersion === config.version && isYoungEnough(entry, ask)) return entry.availability
  const reading = readings.get(sku)
  const isAsGood = reading?.configVersion === config.version && reading.maxStalenessMs <= ask.maxStalenessMs
  const joined = reading !== undefined && isAsGood ? await outcomeOf(reading) : null
  return joined?.availability ?? (await startReading(env, config, sku, ask))
}

/** Summaries that were confirmed too long ago for the asker are read anew by the actor, not found here. */
function isYoungEnough({ availability, readAtMs }: Entry, { maxStalenessMs, nowMs }: AvailabilityAsk): boolean {
  const ageMs = nowMs - readAtMs
  if (ageMs < 0 || ageMs > Math.min(cachedMaxMs, maxStalenessMs)) return false
  return availability.summaries.every(({ confirmedAtMs }) => confirmedAtMs >= nowMs - maxStalenessMs)
}

/** Null when it failed or takes too long. */
async function outcomeOf(reading: Reading): Promise<Entry | null> {
  const waited = Promise.withResolvers<null>()
  const timer = setTimeout(() => waited.resolve(null), joinedMaxMs)
  const entry = await Promise.race([reading.entry.catch(() => null), waited.promise])
  clearTimeout(timer)
  return entry
}

async function startReading(env: Env, config: Config, sku: string, ask: AvailabilityAsk): Promise<SkuAvailability> {
  const reading = { entry: read(env, config, sku, ask), ...ask, configVersion: config.version }
  readings.set(sku, reading)
  try {
    const entry = await reading.entry
    keep(sku, entry)
    return entry.availability
  } finally {
    if (readings.get(sku) === reading) readings.delete(sku)
  }
}

async function read(env: Env, config: Config, sku: string, { maxStalenessMs, nowMs }: AvailabilityAsk): Promise<Entry> {
  const locations = locationsServing(config, null).map(({ id }) => id)
  const availability = await actor<AvailabilityApi>(env.AVAILABILITY, sku).read(sku, locations, maxStalenessMs)
  return { availability, configVersion: config.version, readAtMs: nowMs }
}

/** The entry that was kept first goes first. */
function keep(sku: string, entry: Entry): void {
  forget(sku)
  entries.set(sku, entry)
  summariesHeld += entry.availability.summaries.length
  while (entries.size > entriesMax || summariesHeld > summariesMax) forget(entries.keys().next().value ?? sku)
}

function forget(sku: string): void {
  summariesHeld -= entries.get(sku)?.availability.summaries.length ?? 0
  entries.delete(sku)
}

/** For tests, which change positions under a running isolate. */
export function forgetAvailability(): void {
  entries.clear()
  readings.clear()
  summariesHeld = 0
}
