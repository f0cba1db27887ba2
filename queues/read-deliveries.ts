/** Fetches what a batch's messages stand for: one call per inbox, more where the bodies are large. */
import type { InboxApi } from '../src/actor-apis.ts'
import type { Delivery } from '../src/domain/inbox/delivery.ts'

/** By delivery id; an id that the inbox no longer has is absent. */
export async function readDeliveries(
  inbox: Pick<InboxApi, 'read'>,
  deliveryIds: readonly string[],
): Promise<ReadonlyMap<string, Delivery>> {
  const found = new Map<string, Delivery>()
  let missing = [...new Set(deliveryIds)]
  while (missing.length > 0) {
    const page = await inbox.read(missing)
    if (page.length === 0) break
    for (const delivery of page) found.set(delivery.deliveryId, delivery)
    missing = missing.filter((id) => !found.has(id))
  }
  return found
}
