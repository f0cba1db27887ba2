/** What Shopify shows as available now. Reads only. */
import { z } from 'zod'
import { err, ok } from '../../../domain/shared/result.ts'
import type { ClientContext } from '../../ports.ts'
import type { Shown, ShownValues } from '../../publisher.ts'
import { asRead, callAdmin, partialRead } from './admin-graphql.ts'
import { gidOf } from './gid.ts'
import { shownStock } from './operations.ts'

const quantity = z.object({ name: z.string(), quantity: z.int() })
const node = z.object({
  id: z.string().optional(),
  inventoryLevel: z.object({ quantities: z.array(quantity) }).nullish(),
})
const shownAnswer = z.object({ nodes: z.array(node.nullable()) })
type Node = z.output<typeof node> | null

/** One call a location, for all of its items. */
export async function readStock(listings: readonly Shown[], context: ClientContext): Promise<ShownValues> {
  const values = new Map<Shown, number | null>()
  for (const [place, own] of Map.groupBy(listings, (listing) => listing.place)) {
    const items = own.map(({ item }) => gidOf('InventoryItem', item))
    const variables = { items, location: gidOf('Location', place) }
    const answer = await callAdmin(context, shownStock, variables, shownAnswer)
    if (!answer.ok) return err(asRead(answer.error))
    const { nodes } = answer.value.data
    const partial = partialRead(nodes, own)
    if (partial !== null) return err(asRead(partial))
    own.forEach((listing, index) => {
      values.set(listing, availableAt(nodes[index] ?? null))
    })
  }
  return ok(listings.map((listing) => values.get(listing) ?? null))
}

/** Null: no such item, or it is not stocked at the location. A negative figure shows as nothing to sell. */
function availableAt(found: Node): number | null {
  const available = found?.inventoryLevel?.quantities.find(({ name }) => name === 'available')
  return available === undefined ? null : Math.max(0, available.quantity)
}
