/** What a position owes the outside, and how each of it is sent. */
import { actor, type FeedApi } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import { channelsServedBy, publishesStock } from '../src/domain/config/channel-network.ts'
import type { SkuChange } from '../src/domain/feed/feed-contract.ts'
import type { OrderId, PositionId } from '../src/domain/shared/ids.ts'
import { parsePositionId } from '../src/domain/shared/ids.ts'
import { unreachable } from '../src/domain/shared/result.ts'
import type { Env } from '../src/env.ts'
import type { Disposition } from './drain-outbox.ts'
import type { OutboxRow } from './outbox.ts'
import { type ProjectEffect, wakeProjection } from './projection-debt.ts'

export type StockEffect =
  | ProjectEffect
  /** Available changed: every channel that this location serves and that shows our figures has to be told. */
  | { readonly kind: 'publish' }
  /** The availability of the SKU has not heard of the newest version. */
  | { readonly kind: 'summarise' }
  /** Units became available for an order that waits. */
  | { readonly kind: 'wake'; readonly orderId: OrderId }
  /** Claims of the order lost their cover, or have it again. Goes when somebody confirms that the order knows. */
  | {
      readonly kind: 'cover'
      readonly orderId: OrderId
      /** Of the position when it changed: what is confirmed. Absent in rows of older code. */
      readonly version?: number
    }

export const publishRow = 'publish'
export const summariseRow = 'summarise'
export const coverRow = (orderId: OrderId) => `cover/${orderId}`
export const wakeRow = (orderId: OrderId) => `wake/${orderId}`

/** An order that nobody told is tried again after this, then ever more rarely. */
const coverAgainMinMs = 30_000
const coverAgainMaxMs = 900_000
/** Units that orders took since it was last asked, by channel. */
export type TakeSales = () => SkuChange['sold']

/** `rows` are of one kind. `pushSummary` tells the newest figures, which only the position itself knows. */
export async function sendStockEffects(
  env: Env,
  position: PositionId,
  rows: readonly OutboxRow<StockEffect>[],
  takeSales: TakeSales,
  nowMs: number,
  pushSummary: () => Promise<void>,
): Promise<Disposition> {
  const effect = rows[0]?.effect
  if (effect === undefined) return 'done'
  switch (effect.kind) {
    case 'project':
      return wakeProjection(env, 'stock', position, effect.throughSeq, nowMs)
    case 'publish':
      await publish(env, position, { changedAtMs: rows[0]?.createdAtMs ?? nowMs, sold: takeSales() }, nowMs)
      return 'done'
    case 'summarise':
      await pushSummary()
      return 'done'
    case 'wake':
      // The order's place in the line and its own slow timer make up for a message that gets lost.
      await env.INBOUND_ORDERS.sendBatch(rows.flatMap(({ effect }) => wakeMessage(effect, position)))
      return 'done'
    case 'cover': {
      await env.INBOUND_ORDERS.sendBatch(rows.flatMap(({ effect }) => coverMessage(effect, position)))
      const waitedMs = nowMs - Math.min(...rows.map(({ createdAtMs }) => createdAtMs))
      return { againAtMs: nowMs + Math.min(coverAgainMaxMs, Math.max(coverAgainMinMs, waitedMs)) }
    }
    default:
      return unreachable(effect)
  }
}

/** Each feed has it in a row of its own before the effect is over, so no message is all that knows of it. */
async function publish(env: Env, position: PositionId, facts: Omit<SkuChange, 'sku'>, nowMs: number): Promise<void> {
  const { sku, location } = parsePositionId(position)
  const channels = channelsServedBy(await activeConfig(env, nowMs), location).filter(publishesStock)
  const change = { sku, ...facts }
  await Promise.all(channels.map(({ id }) => actor<FeedApi>(env.FEED, id).changed(id, [change])))
}

function wakeMessage(effect: StockEffect, position: PositionId) {
  if (effect.kind !== 'wake') return []
  return [{ body: { type: 'wake_order', orderId: effect.orderId, why: `stock at ${position}` } as const }]
}

function coverMessage(effect: StockEffect, position: PositionId) {
  return effect.kind === 'cover' ? [{ body: { type: 'tell_cover', orderId: effect.orderId, position } as const }] : []
}
