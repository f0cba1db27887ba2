/** The saga's ports in the deployed system: configuration and catalogue in KV, one actor per position. */
import { actor, type LocationApi, type ReservationApi } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import type { SagaPorts } from '../src/domain/order/advance.ts'
import { channelFinding } from '../src/domain/order/order-policy.ts'
import { type CorrelationId, locationId, positionId, sku } from '../src/domain/shared/ids.ts'
import { reservationShard } from '../src/domain/stock/reservation-shard.ts'
import type { Env } from '../src/env.ts'
import { findStockedListings } from '../src/sourcing/find-stocked-listing.ts'
import { lookUpPlanInputs } from '../src/sourcing/look-up-plan-inputs.ts'
import { callPosition } from './call-position.ts'
import { lookUpOutlook } from './promise-outlook.ts'

export function orderPorts(env: Env, order: Pick<SagaPorts, 'state' | 'record'>): SagaPorts {
  const carts = (id: string) => actor<ReservationApi>(env.RESERVATION, reservationShard(id))
  return {
    ...order,
    nowMs: () => Date.now(),
    findChannel: async (account) => channelFinding(await activeConfig(env, Date.now()), account),
    findLines: async (account, lines) => {
      const listings = await findStockedListings(env, account, lines)
      return lines.map((line, index) => ({ ...line, listing: listings[index] ?? null }))
    },
    outlook: (placed, lines) => lookUpOutlook(env, placed, lines),
    planInputs: (ask) => lookUpPlanInputs(env, ask),
    takeCart: async (reservationId) => {
      const orderId = order.state()?.orderId ?? ''
      const claims = await carts(reservationId).takeForOrder(reservationId, orderId)
      return {
        isTaken: claims !== null,
        claims: (claims ?? []).map((claim) => ({
          ...claim,
          sku: sku(claim.sku),
          location: locationId(claim.location),
        })),
      }
    },
    settleCart: async (reservationId) => {
      const { orderId = '', correlationId = '' } = order.state() ?? {}
      const cause = { correlationId: correlationId as CorrelationId, kind: 'saga', id: orderId } as const
      await carts(reservationId).settleForOrder(reservationId, orderId, cause)
    },
    callLocation: (location, command) => actor<LocationApi>(env.LOCATION, location).execute(location, command),
    applyStock: (sku, location, commands) => callPosition(env, positionId(sku, location), commands),
  }
}
