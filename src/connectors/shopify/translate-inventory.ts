/** What Shopify shows for one item at one of its own locations. An observation of the channel, never our stock. */
import { z } from 'zod'
import { ok, type Result } from '../../domain/shared/result.ts'
import type { CanonicalEvent, TranslateRefusal } from '../ports.ts'
import { parsePayload } from '../transport/parse-payload.ts'
import { instant, numericId } from './payload-fields.ts'

const levelPayload = z.object({
  inventory_item_id: numericId,
  location_id: numericId,
  /** Null where Shopify does not track the item; negative after overselling. */
  available: z.int().min(-1_000_000_000).max(1_000_000_000).nullish(),
  updated_at: instant.nullish(),
})

export function translateInventoryLevel(
  payload: unknown,
  topic: string,
  receivedAtMs: number,
): Result<readonly CanonicalEvent[], TranslateRefusal> {
  const parsed = parsePayload(levelPayload, payload)
  if (!parsed.ok) return parsed
  const level = parsed.value
  return ok([
    {
      type: 'channel_stock_observed',
      externalItemId: level.inventory_item_id,
      externalLocationId: level.location_id,
      available: topic === 'inventory_levels/disconnect' ? null : (level.available ?? null),
      // A disconnect carries no time of its own.
      atMs: level.updated_at ?? receivedAtMs,
    },
  ])
}
