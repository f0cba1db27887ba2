/** `GET /ops/stock/:sku`: read from the positions themselves, for the locations that D1 knows to hold the SKU. */
import { actor, type StockApi } from '../../../actor-apis.ts'
import { findSku } from '../../../config/catalog.ts'
import { openDb } from '../../../db/database.ts'
import { positionsOf } from '../../../db/queries/positions-of.ts'
import type { Location } from '../../../domain/config/location.ts'
import { locationId, positionId, sku as skuId } from '../../../domain/shared/ids.ts'
import type { OpsContext } from '../ops-context.ts'
import { notFound } from '../refusals.tsx'
import { renderPage } from '../render-page.tsx'
import { readSorting } from '../sorting.ts'
import { networkAvailability } from './network-availability.ts'
import { SkuPage, type SkuPlace } from './sku-page.tsx'

/** Enough for the chart of a day at most positions, and one call each. */
const ledgerEntriesRead = 200

export async function skuRoute(c: OpsContext): Promise<Response> {
  const sku = c.req.param('sku') ?? ''
  const nowMs = Date.now()
  const entry = await findSku(c.env, sku, nowMs)
  if (entry === null) return notFound(c, 'stock', 'There is no such SKU')
  const rows = await positionsOf(openDb(c.env.DB), sku)
  const known = new Set(rows.map((row) => row.location))
  const locations = c.var.config.locations.filter((location) => known.has(location.id))
  const isBundle = entry.components.length > 0
  const [places, network] = await Promise.all([
    Promise.all(locations.map((location) => placeOf(c, sku, location))),
    isBundle ? null : networkAvailability(c.env, c.var.config, entry, nowMs),
  ])
  const sorting = readSorting(c.req.url, ['channels', 'places', 'supply', 'lots'])
  const view = { entry, places, network, config: c.var.config, sorting, nowMs }
  return renderPage(c, { title: sku, room: 'stock', body: <SkuPage view={view} /> })
}

async function placeOf(c: OpsContext, sku: string, location: Location): Promise<SkuPlace> {
  const name = positionId(skuId(sku), locationId(location.id))
  const stock = actor<StockApi>(c.env.STOCK, name)
  const [view, ledger] = await Promise.all([stock.view(name), stock.ledger(ledgerEntriesRead, null)])
  return { location, view, ledger }
}
