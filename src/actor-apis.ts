/**
 * What each actor answers, as plain interfaces: consumers and routes are written and tested against these. The stub
 * lookup at the bottom is the one place where a Durable Object stub becomes such an interface.
 */

import type { Backorder, SkuBackorders } from './domain/atp/match-backorders.ts'
import type { PositionSummary } from './domain/atp/position-figures.ts'
import type { DrainLane } from './domain/feed/choose-lane.ts'
import type {
  BeginFeed,
  FeedBatch,
  FeedFacts,
  FeedFilter,
  FeedOutlook,
  FeedPage,
  FeedResult,
  FeedSighting,
  FeedStatus,
  SightingRules,
  SkuChange,
  SkuWant,
} from './domain/feed/feed-contract.ts'
import type { FeedKey } from './domain/feed/feed-listing.ts'
import type { Delivery, DeliveryInput, DeliveryOutcome, DeliverySettlement, Receipt } from './domain/inbox/delivery.ts'
import type { Limits } from './domain/limiter/budget.ts'
import type { LeaseAnswer, LeaseReport, LeaseRequest, LimiterStatus } from './domain/limiter/limiter-contract.ts'
import type { LocationCommand, LocationVerdict, LocationView } from './domain/location/location-command.ts'
import type {
  AttemptOutcome,
  BeginAttempt,
  LogEntry,
  OrderCommand,
  OrderSnapshot,
  OrderVerdict,
} from './domain/order/order-command.ts'
import type { OrderState } from './domain/order/order-state.ts'
import type { Cause } from './domain/shared/cause.ts'
import type { CartClaim } from './domain/stock/cart.ts'
import type { ClaimCover } from './domain/stock/claim-cover.ts'
import type {
  HoldLease,
  HoldLeaseRequest,
  RecalledHolds,
  ReservationVerdict,
  ReserveInput,
} from './domain/stock/reservation-contract.ts'
import type { EscrowHomeApi } from './domain/stock/settlement.ts'
import type {
  LedgerEntry,
  LotView,
  PositionView,
  ReservationView,
  StockCommand,
  StockVerdict,
} from './domain/stock/stock-command.ts'
import type { ActorKind } from './queue-messages.ts'

export type AuditVerdict = {
  readonly entries: number
  readonly headHash: string
  readonly valid: boolean
  readonly brokenAtSeq: number | null
}

/** What a projection consumer reads from any actor with a log, in pages. */
export type ProjectionPage<Document> = {
  readonly document: Document | null
  readonly entries: readonly LogEntry[]
  /** The sequence the page reaches; ask again from here while `more`. */
  readonly throughSeq: number
  readonly more: boolean
}
export interface Projectable<Document> {
  /** From the entry after `afterSeq`; `limit` at most 200. */
  projectionPage(afterSeq: number, limit: number): Promise<ProjectionPage<Document>>
  /** The consumer confirms what D1 holds; the actor stops waking it for those. */
  projected(throughSeq: number): Promise<void>
  /** Forget what was confirmed: everything is projected again (scripts/rebuild). */
  reproject(): Promise<void>
  verifyAudit(): Promise<AuditVerdict>
}

export interface OrderApi extends Projectable<OrderState> {
  /** `name` is the order id. An `observe` creates the order; anything else on an unknown order is parked or refused. */
  execute(orderId: string, command: OrderCommand): Promise<OrderVerdict>
  applyMany(orderId: string, commands: readonly OrderCommand[]): Promise<readonly OrderVerdict[]>
  state(): Promise<OrderState | null>
  snapshot(afterSeq: number, limit: number): Promise<OrderSnapshot | null>
  beginAttempt(intentId: string, commandId: string): Promise<BeginAttempt>
  recordOutcome(intentId: string, attempt: number, outcome: AttemptOutcome): Promise<void>
  /** The partner is closed to us for now (breaker open, no lease): look again at `retryAtMs`. */
  deferIntent(intentId: string, retryAtMs: number, why: string): Promise<void>
}

export interface StockApi extends Projectable<PositionView>, EscrowHomeApi {
  /** `position` is `<sku>@<location>`; the first command names the actor to itself. */
  execute(position: string, command: StockCommand): Promise<StockVerdict>
  applyMany(position: string, commands: readonly StockCommand[]): Promise<readonly StockVerdict[]>
  view(position: string): Promise<PositionView>
  /** What promising needs to know of it; version 0 for a position that nothing ever happened at. */
  summary(position: string): Promise<PositionSummary>
  /** What the order's claims lack, and why; told to the order, whoever told it confirms the revision. */
  coverOf(orderId: string): Promise<ClaimCover>
  coverTold(orderId: string, revision: number): Promise<void>
  lots(): Promise<readonly LotView[]>
  reservation(reservationId: string): Promise<ReservationView | null>
  ledger(limit: number, beforeSeq: number | null): Promise<readonly LedgerEntry[]>
}

/** One per location: its days' capacity, reserved like stock, and whether it is up. */
export interface LocationApi extends Projectable<null> {
  /** `location` is the configured id; what is not configured is refused and leaves no trace. */
  execute(location: string, command: LocationCommand): Promise<LocationVerdict>
  /** With the days asked for, in their order; null for a location that is not configured. */
  view(location: string, days: readonly string[]): Promise<LocationView | null>
}

/** One per SKU: the newest summary of every position of it. */
export interface AvailabilityApi {
  /** A position's newest summary; an older one changes nothing. `previousVersion` was pushed before: a lost push shows. */
  push(sku: string, summary: PositionSummary, previousVersion: number): Promise<void>
  /**
   * Summaries of these locations; one that is missing or was confirmed longer than `maxStalenessMs` ago is read from
   * its position first (0: all of them). A position that nothing ever happened at is left out.
   */
  read(sku: string, locations: readonly string[], maxStalenessMs: number): Promise<SkuAvailability>
  /** What it has been told of positions, however old: no position is asked. Those it never heard of are left out. */
  heard(sku: string): Promise<readonly PositionSummary[]>
  /** Units of orders that are captured and not yet planned; zero takes the order out. */
  noteUnrouted(sku: string, orderId: string, version: number, quantity: number): Promise<void>
  /** What an order waits for at positions; none of it takes the order out. Whose match changes is woken. */
  noteBackorder(sku: string, note: Backorder & { readonly version: number }): Promise<void>
  /** Who waits, in turn, each with the supply it is matched to; null: all, as far as they are looked at. */
  backorders(sku: string, orderId: string | null): Promise<SkuBackorders>
}
export type SkuAvailability = {
  /** Grows with every change of a summary or of the unrouted quantity. */
  readonly version: number
  readonly summaries: readonly (PositionSummary & { readonly confirmedAtMs: number })[]
  readonly unrouted: number
}

export interface InboxApi extends Projectable<null> {
  /** `inbox` is `<account>/<shard>` (`inboxName`). Throws `overloaded` when too many wait: answer 503, nothing was stored. */
  receive(inbox: string, input: DeliveryInput): Promise<Receipt>
  /** In order; fewer than asked for when the bodies add up to much: ask again for the rest until an answer is empty. */
  read(deliveryIds: readonly string[]): Promise<readonly Delivery[]>
  settle(deliveryId: string, outcome: DeliveryOutcome): Promise<void>
  /** One commit for a whole batch; may also put deliveries off. */
  settleMany(settlements: readonly DeliverySettlement[]): Promise<void>
  /** Puts a settled delivery back to `received` (operations: replay). */
  replay(deliveryId: string, cause: Cause): Promise<boolean>
  /** Deliveries by status, and `repeats`: redeliveries recognised at the door. */
  counts(): Promise<Readonly<Record<string, number>>>
  pollWatermark(): Promise<number | null>
  setPollWatermark(watermarkMs: number): Promise<void>
}

/** Sharded by reservation id: remembers the verdict and which positions it touched. */
export interface ReservationApi {
  reserve(input: ReserveInput): Promise<ReservationVerdict>
  /** All positions or none; never shortens. */
  extend(reservationId: string, expiresAtMs: number, cause: Cause): Promise<ReservationVerdict>
  commit(reservationId: string, cause: Cause): Promise<ReservationVerdict>
  release(reservationId: string, cause: Cause): Promise<ReservationVerdict>
  read(reservationId: string): Promise<ReservationVerdict>
  /** Makes the cart the order's: its claims, or null when it has ended or is another order's. */
  takeForOrder(reservationId: string, orderId: string): Promise<readonly CartClaim[] | null>
  /** Gives back what the order did not take over. */
  settleForOrder(reservationId: string, orderId: string, cause: Cause): Promise<void>
  /** The quota of the holder calls in what this shard may still admit: answers what it has in use. */
  recallHolds(holder: string): Promise<RecalledHolds>
}

/** One per API key: how much it may hold in carts at once. */
export interface HoldQuotaApi {
  lease(request: HoldLeaseRequest): Promise<HoldLease>
}

/** Sharded per API key: Stripe's rules for `Idempotency-Key`. */
export type IdempotencyAnswer =
  | { readonly kind: 'proceed' }
  | {
      readonly kind: 'replay'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | { readonly kind: 'in_flight' }
  | { readonly kind: 'other_request' }
export interface IdempotencyApi {
  begin(key: string, fingerprint: string): Promise<IdempotencyAnswer>
  finish(
    key: string,
    fingerprint: string,
    answer: {
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    } | null,
  ): Promise<void>
}

export interface LimiterApi {
  acquire(account: string, limits: Limits, request: LeaseRequest): Promise<LeaseAnswer>
  report(report: LeaseReport): Promise<void>
  status(): Promise<LimiterStatus>
}

/** One per channel account: what each of its listings should show, was sent, confirmed and was seen to show. */
export interface FeedApi extends Projectable<null> {
  /** Stock that the channel may sell from changed; the feed has it worked out anew. Throws `overloaded`: tell it again. */
  changed(account: string, changes: readonly SkuChange[]): Promise<void>
  /** How fast these SKUs sell and how long the channel takes: what its buffers are made of. */
  outlook(skus: readonly string[]): Promise<FeedOutlook>
  want(account: string, wishes: readonly SkuWant[]): Promise<void>
  hasWork(drain: DrainLane): Promise<boolean>
  /** The next batch, leased to its caller; null when there is none or another call of the lane is under way. */
  begin(request: BeginFeed): Promise<FeedBatch | null>
  record(attemptId: string, result: FeedResult, facts: FeedFacts): Promise<void>
  /** What the channel says that it shows, unasked. */
  notice(account: string, sightings: readonly FeedSighting[], rules: SightingRules): Promise<void>
  /** The channel says that these were changed there: they are looked at soon, where they are listed. */
  hint(account: string, keys: readonly FeedKey[]): Promise<void>
  /** Once a minute: looks at a few listings, and has all of them worked out when the configuration changed. */
  tick(account: string, configVersion: string, checks: number): Promise<void>
  /** One page of listings, sent again whatever the channel is believed to show. */
  resend(filter: FeedFilter | null, cursor: string, limit: number): Promise<FeedPage>
  resendSkus(skus: readonly string[]): Promise<FeedPage>
  listings(filter: FeedFilter | null, cursor: string, limit: number): Promise<FeedPage>
  listingsOf(skus: readonly string[]): Promise<FeedPage>
  status(): Promise<FeedStatus>
}

/** Every actor that has a log is registered here by its projection, so that D1 can be rebuilt without D1. */
export interface DirectoryApi {
  register(names: readonly string[]): Promise<void>
  list(after: string | null, limit: number): Promise<readonly string[]>
}
export const directoryShards = 16
export const directoryName = (kind: ActorKind, shard: number): string => `${kind}/${shard}`

/** What is used of a Durable Object namespace, so that this module needs no platform types. */
export type ActorNamespace = { idFromName(name: string): unknown; get(id: never): unknown }

/** Casts justified: RPC stubs answer exactly the class's public methods, and every class `implements` its interface. */
export function actor<Api>(namespace: ActorNamespace, name: string): Api {
  return namespace.get(namespace.idFromName(name) as never) as Api
}
