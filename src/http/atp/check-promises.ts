/** Whether the promises that an order carries were given by this deployment, for this channel and these SKUs. */
import { findListing } from '../../config/catalog.ts'
import type { CanonicalOrder, OrderLine } from '../../domain/order/canonical-order.ts'
import type { Env } from '../../env.ts'
import { verifyPromise } from './promise-id.ts'

/** The first line whose promise does not hold; null: they all do. */
export async function lineWithoutPromise(env: Env, order: CanonicalOrder): Promise<string | null> {
  const carrying = order.lines.filter(({ promiseId }) => promiseId !== undefined)
  const held = await Promise.all(carrying.map((line) => holds(env, order, line)))
  return carrying.find((_, index) => !held[index])?.lineId ?? null
}

/** How old it was when the order was placed counts, so that the same order sent again is answered as before. */
async function holds(env: Env, order: CanonicalOrder, { promiseId = '', externalSku }: OrderLine): Promise<boolean> {
  const claim = await verifyPromise(env, promiseId, order.placedAtMs)
  if (claim === null || (claim.channel !== null && claim.channel !== order.account)) return false
  const listing = externalSku === null ? null : await findListing(env, order.account, externalSku, Date.now())
  return listing?.sku === claim.sku
}
