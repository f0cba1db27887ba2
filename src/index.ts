/** Worker entry: the actor classes and the three handlers. No logic. */
import { dispatch } from '../queues/dispatch.ts'
import { onSchedule } from '../queues/schedule.ts'
import type { Env } from './env.ts'
import { app } from './http/app.ts'

export { AvailabilityActor } from '../durable-objects/availability-actor.ts'
export { ChannelFeedActor } from '../durable-objects/channel-feed-actor.ts'
export { DirectoryActor } from '../durable-objects/directory-actor.ts'
export { EscrowActor } from '../durable-objects/escrow-actor.ts'
export { HoldQuotaActor } from '../durable-objects/hold-quota-actor.ts'
export { IdempotencyActor } from '../durable-objects/idempotency-actor.ts'
export { InboxActor } from '../durable-objects/inbox-actor.ts'
export { LocationActor } from '../durable-objects/location-actor.ts'
export { OrderActor } from '../durable-objects/order-actor.ts'
export { PartnerBreakerActor } from '../durable-objects/partner-breaker-actor.ts'
export { PartnerLimiterActor } from '../durable-objects/partner-limiter-actor.ts'
export { ReservationActor } from '../durable-objects/reservation-actor.ts'
export { StockActor } from '../durable-objects/stock-actor.ts'
export { TransferActor } from '../durable-objects/transfer-actor.ts'

export default { fetch: app.fetch, queue: dispatch, scheduled: onSchedule } satisfies ExportedHandler<Env>
