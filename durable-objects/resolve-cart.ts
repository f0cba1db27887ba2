/**
 * What a request for a reservation comes to before any position is asked: who may serve it, which base units it takes
 * of which SKU, and on what terms.
 */
import { activeConfig } from '../src/config/active-config.ts'
import { findBundleParts, findSkus } from '../src/config/catalog.ts'
import { excludedAmong, safetyStockFor } from '../src/domain/atp/promise-rules.ts'
import type { CatalogSku } from '../src/domain/catalog/listing.ts'
import { goodUntil } from '../src/domain/catalog/shelf-life.ts'
import type { StockPart } from '../src/domain/catalog/stock-parts.ts'
import { baseUnitsOf } from '../src/domain/catalog/units-of-measure.ts'
import { locationsServing } from '../src/domain/config/channel-network.ts'
import type { Config } from '../src/domain/config/config.ts'
import type { Location } from '../src/domain/config/location.ts'
import { servesRegion } from '../src/domain/config/serves-region.ts'
import { err, ok, type Result } from '../src/domain/shared/result.ts'
import type { ReservationRefusal, ReserveInput } from '../src/domain/stock/reservation-contract.ts'
import type { Env } from '../src/env.ts'
import type { CartItem, ClaimTerms, ResolvedCart } from './resolved-cart.ts'

export async function resolveCart(
  env: Env,
  input: ReserveInput,
  nowMs: number,
): Promise<Result<ResolvedCart, ReservationRefusal>> {
  const config = await activeConfig(env, nowMs)
  const candidates = locationsServing(config, input.channel)
    .filter((location) => mayServe(location, input))
    .map(({ id }) => id)
  for (const { location } of input.lines) {
    if (location !== null && !candidates.includes(location)) return err({ reason: 'unknown_location', location })
  }
  const entries = new Map<string, CatalogSku>()
  const items = await itemsOf(env, input, entries, nowMs)
  if (!items.ok) return items
  const refusal = exclusionOf(config, input, items.value, entries)
  if (refusal !== null) return err(refusal)
  const { holdUnitsPerKeyMax, holdsPerKeyMax } = config.promising
  return ok({
    candidates,
    items: items.value,
    termsOf: (sku, location) => termsOf(config, input, entries.get(sku), location, nowMs),
    limits: { units: holdUnitsPerKeyMax, holds: holdsPerKeyMax },
  })
}

function mayServe(location: Location, { shipTo, deliveryMethod }: ReserveInput): boolean {
  if (shipTo !== undefined && !servesRegion(location, shipTo)) return false
  if (deliveryMethod === undefined || location.deliveryMethods.length === 0) return true
  return location.deliveryMethods.includes(deliveryMethod)
}

async function itemsOf(
  env: Env,
  input: ReserveInput,
  entries: Map<string, CatalogSku>,
  nowMs: number,
): Promise<Result<readonly CartItem[], ReservationRefusal>> {
  const names = [...new Set(input.lines.map(({ sku }) => sku))]
  const known = await findSkus(env, names, nowMs)
  const items: CartItem[] = []
  for (const [index, name] of names.entries()) {
    const entry = known[index] ?? null
    if (entry === null) return err({ reason: 'unknown_sku', sku: name })
    entries.set(name, entry)
    const parts = entry.components.length === 0 ? ok([]) : await partsOf(env, entry, entries, nowMs)
    if (!parts.ok) return parts
    const stocked = entry.components.length === 0 ? entry.stocked : parts.value.length > 0
    for (const { sku, quantity, location, unit } of input.lines) {
      if (sku !== name) continue
      const units = baseUnitsOf(entry, quantity, unit ?? null)
      if (!units.ok) return err({ reason: 'unknown_unit', sku, unit: unit ?? '' })
      items.push({ sku, quantity: units.value, location, stocked, parts: parts.value })
    }
  }
  return ok(items)
}

async function partsOf(
  env: Env,
  entry: CatalogSku,
  entries: Map<string, CatalogSku>,
  nowMs: number,
): Promise<Result<readonly StockPart[], ReservationRefusal>> {
  const resolved = await findBundleParts(env, entry, nowMs)
  if (!resolved.ok) return err({ reason: 'invalid_components', sku: entry.sku, detail: resolved.error })
  const skus = resolved.value.map(({ sku }) => sku)
  for (const component of await findSkus(env, skus, nowMs)) {
    if (component !== null) entries.set(component.sku, component)
  }
  return ok(resolved.value)
}

/** What a channel does not sell it does not hold either, whole or as a part of a bundle. */
function exclusionOf(
  { promising }: Config,
  { channel }: ReserveInput,
  items: readonly CartItem[],
  entries: ReadonlyMap<string, CatalogSku>,
): ReservationRefusal | null {
  if (channel === null) return null
  for (const { sku, parts } of items) {
    const named = [sku, ...parts.map((part) => part.sku)].flatMap((name) => entries.get(name) ?? [])
    const excluded = excludedAmong(promising, channel, named)
    if (excluded !== null) return { reason: 'sku_excluded', sku, excluded, channel }
  }
  return null
}

/** The catalogue says how long a unit has to keep after delivery; the request may ask for more or less. */
function termsOf(
  config: Config,
  input: ReserveInput,
  entry: CatalogSku | undefined,
  location: string,
  nowMs: number,
): ClaimTerms {
  const group = config.accounts.find(({ id }) => id === input.channel)?.group
  const days = input.goodForDays ?? entry?.shelfLifeDays ?? 0
  const goodUntilMs = goodUntil(nowMs, days)
  const methods = input.deliveryMethod === undefined ? [] : [input.deliveryMethod]
  const asked = { sku: entry?.sku ?? '', class: entry?.class ?? null, location, methods }
  const keepBack = safetyStockFor(config.promising, asked)
  return {
    ...(group === undefined ? {} : { group }),
    ...(goodUntilMs === null ? {} : { goodUntilMs }),
    ...(keepBack === 0 ? {} : { keepBack }),
  }
}
