/** Everything that is measured, in the order in which it is. */
import type { InProcess, Scenario } from './scenario.ts'
import { atpBatched, atpCached, atpStrict } from './scenarios/availability.ts'
import { inventoryEvents, movementBatches } from './scenarios/inventory.ts'
import { orders } from './scenarios/orders.ts'
import {
  hotReservations,
  largeReservations,
  spreadReservations,
  threeLineReservations,
} from './scenarios/reservations.ts'
import { sourcingPlans } from './scenarios/sourcing-plans.ts'
import { smallSearch, wideSearch } from './scenarios/sourcing-search.ts'
import { webhookToReserved } from './scenarios/webhook-to-reserved.ts'
import { orderWebhooks, webhooks } from './scenarios/webhooks.ts'

export const scenarios: readonly Scenario[] = [
  ...[hotReservations, spreadReservations, threeLineReservations, largeReservations],
  ...[atpStrict, atpCached, atpBatched, sourcingPlans, inventoryEvents, movementBatches],
  ...[webhooks, orderWebhooks, webhookToReserved, orders],
]
export const searches: readonly InProcess[] = [smallSearch, wideSearch]
