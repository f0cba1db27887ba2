/**
 * Applies a batch of stock events: each item is checked and answered on its own, items of one position go to its actor
 * in one call. A position that no catalogue SKU and no configured location makes real is never touched.
 */
import { actor, type StockApi } from '../actor-apis.ts'
import { findSku } from '../config/catalog.ts'
import { baseUnitsOf, unitRatio } from '../domain/catalog/units-of-measure.ts'
import type { Location } from '../domain/config/location.ts'
import { commandId, locationId, type PositionId, positionId, sku } from '../domain/shared/ids.ts'
import { err, ok, type Result } from '../domain/shared/result.ts'
import type { StockCommandBody, StockVerdict } from '../domain/stock/stock-command.ts'
import { mayActFor } from './auth.ts'
import { commandIdOf } from './command-id.ts'
import { type AppContext, causeOf } from './context.ts'
import { problemDocument, type Reason } from './problem.ts'
import type { StockItemResult } from './wire/stock-events.ts'

export type StockItem = {
  readonly eventId: string
  readonly sku: string
  readonly location: string
  /** Of `quantities`; null: base units. */
  readonly unit: string | null
  /** Every quantity the item names, so that each is known to be a figure we keep. */
  readonly quantities: readonly number[]
  /** `ratio`: base units in one of the item's unit. */
  readonly command: (location: Location, ratio: number) => StockCommandBody
}

type Placed = { readonly index: number; readonly position: PositionId; readonly body: StockCommandBody }
type Refusal = { readonly reason: Reason; readonly [fact: string]: unknown }
type Refused = { readonly index: number; readonly refusal: Refusal }

/** Results in the order of the items. */
export async function applyStockEvents(c: AppContext, items: readonly StockItem[]): Promise<StockItemResult[]> {
  const locations = new Map(c.var.config.locations.map((location) => [location.id, location]))
  const looked = await Promise.all(items.map((item, index) => place(c, item, index, locations.get(item.location))))
  const results: StockItemResult[] = new Array(items.length)
  for (const entry of looked) {
    if ('refusal' in entry) results[entry.index] = refusedResult(c, items[entry.index]?.eventId ?? '', entry.refusal)
  }
  const placed = looked.filter((entry): entry is Placed => 'position' in entry)
  const base = commandIdOf(c)
  // Without a key the request has an id of its own; a movement or snapshot told again is known by its event id.
  const repeats = c.var.commandKey === undefined ? ({ unrepeated: true } as const) : {}
  await Promise.all([...Map.groupBy(placed, (entry) => entry.position)].map(applyAt))
  return results

  async function applyAt([position, entries]: [PositionId, Placed[]]): Promise<void> {
    const cause = causeOf(c)
    const commands = entries.map(({ index, body }) => ({
      ...body,
      ...repeats,
      commandId: commandId(`${base}/${index}`),
      cause,
    }))
    const verdicts = await actor<StockApi>(c.env.STOCK, position).applyMany(position, commands)
    entries.forEach(({ index }, at) => {
      const verdict = verdicts[at]
      if (verdict) results[index] = resultOf(c, items[index]?.eventId ?? '', verdict)
    })
  }
}

async function place(
  c: AppContext,
  item: StockItem,
  index: number,
  location: Location | undefined,
): Promise<Placed | Refused> {
  if (location === undefined) return { index, refusal: { reason: 'unknown_location', location: item.location } }
  const ratio = await ratioOf(c, item, location)
  if (!ratio.ok) return { index, refusal: ratio.error }
  const position = positionId(sku(item.sku), locationId(item.location))
  return { index, position, body: item.command(location, ratio.value) }
}

/** A warehouse's restricted key may report for its own locations only. */
async function ratioOf(c: AppContext, item: StockItem, location: Location): Promise<Result<number, Refusal>> {
  if (!mayActFor(c.var.principal, location.account ?? '')) {
    return err({ reason: 'account_not_allowed', location: item.location })
  }
  const known = await findSku(c.env, item.sku, c.var.receivedAtMs)
  if (known?.stocked !== true) return err({ reason: 'unknown_sku', sku: item.sku })
  const { unit } = item
  const refused = item.quantities.some((quantity) => !baseUnitsOf(known, Math.abs(quantity), unit).ok)
  const ratio = refused ? null : unitRatio(known, unit)
  return ratio === null ? err({ reason: 'unknown_unit', sku: item.sku, unit }) : ok(ratio)
}

function refusedResult(c: AppContext, eventId: string, refusal: { readonly reason: Reason }): StockItemResult {
  return { eventId, ok: false, problem: problemDocument(refusal, c.var.correlationId) }
}

function resultOf(c: AppContext, eventId: string, verdict: StockVerdict): StockItemResult {
  if (!verdict.ok) return refusedResult(c, eventId, verdict.error)
  const { effect, available, version } = verdict
  return { eventId, ok: true, effect, available, version }
}
