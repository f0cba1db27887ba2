/**
 * Applies a batch of stock events: each item is checked and answered on its own, items of one position go to its actor
 * in one call. A position that no catalogue SKU and no configured location makes real is never touched.
 */
import { actor, type StockApi } from '../actor-apis.ts'
import { findSku } from '../config/catalog.ts'
import type { Location } from '../domain/config/location.ts'
import { commandId, locationId, type PositionId, positionId, sku } from '../domain/shared/ids.ts'
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
  readonly command: (location: Location) => StockCommandBody
}

type Placed = { readonly index: number; readonly position: PositionId; readonly body: StockCommandBody }
type Refused = { readonly index: number; readonly refusal: { readonly reason: Reason } }

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
  const refusal = await refusalOf(c, item, location)
  if (location === undefined || refusal !== null) {
    return { index, refusal: refusal ?? { reason: 'unknown_location' } }
  }
  return { index, position: positionId(sku(item.sku), locationId(item.location)), body: item.command(location) }
}

/** A warehouse's restricted key may report for its own locations only. */
async function refusalOf(c: AppContext, item: StockItem, location: Location | undefined) {
  if (location === undefined) return { reason: 'unknown_location', location: item.location } as const
  if (!mayActFor(c.var.principal, location.account ?? '')) {
    return { reason: 'account_not_allowed', location: item.location } as const
  }
  const known = await findSku(c.env, item.sku, c.var.receivedAtMs)
  return known?.stocked === true ? null : ({ reason: 'unknown_sku', sku: item.sku } as const)
}

function refusedResult(c: AppContext, eventId: string, refusal: { readonly reason: Reason }): StockItemResult {
  return { eventId, ok: false, problem: problemDocument(refusal, c.var.correlationId) }
}

function resultOf(c: AppContext, eventId: string, verdict: StockVerdict): StockItemResult {
  if (!verdict.ok) return refusedResult(c, eventId, verdict.error)
  const { effect, available, version } = verdict
  return { eventId, ok: true, effect, available, version }
}
