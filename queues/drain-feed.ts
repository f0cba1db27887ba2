/**
 * Carries a feed's batches to its channel, one after the other, as long as there are any and the partner's budget
 * lasts: lease → breaker → begin → call → record → report. Whatever fails on the way, the batch is left where the feed
 * finds it again: waiting, or in doubt once its lease has run out, and then it is looked at before it is sent again.
 */
import { nanoid } from 'nanoid'
import type { FeedApi, LimiterApi } from '../src/actor-apis.ts'
import type { ClientContext, Connector } from '../src/connectors/ports.ts'
import type { Publisher } from '../src/connectors/publisher.ts'
import type { CallHealth, Permission } from '../src/domain/breaker/breaker.ts'
import type { Account } from '../src/domain/config/config.ts'
import type { DrainLane } from '../src/domain/feed/choose-lane.ts'
import type { FeedAbility, FeedBatch, FeedResult } from '../src/domain/feed/feed-contract.ts'
import { feedKinds, keyOf } from '../src/domain/feed/feed-listing.ts'
import { feedLeaseKey, type LeaseResult } from '../src/domain/limiter/limiter-contract.ts'
import { type CallReport, reportOf } from '../src/domain/outbox/call-report.ts'

export type FeedPort = {
  readonly feed: Pick<FeedApi, 'hasWork' | 'begin' | 'record'>
  readonly limiter: Pick<LimiterApi, 'acquire' | 'report'>
  readonly mayCall: (account: string) => Promise<Permission>
  readonly reportCall: (account: string, health: CallHealth) => Promise<void>
  readonly returnTrial: (account: string) => Promise<void>
  readonly context: (account: Account, deadlineMs: number) => ClientContext
  readonly nowMs: () => number
}
export type Draining = { readonly account: Account; readonly connector: Connector; readonly lane: DrainLane }

/** One invocation ends before the platform would end it; the feed asks for the rest. */
const callsMax = 20
const drainMaxMs = 20_000

/** `parked`: the limiter asks again when the budget allows. `more`: there is more than one invocation should do. */
export type Drained = 'done' | 'parked' | 'more'

export async function drainFeed(draining: Draining, port: FeedPort): Promise<Drained> {
  const endMs = port.nowMs() + drainMaxMs
  for (let calls = 0; calls < callsMax && port.nowMs() < endMs; calls++) {
    // Asked after the last lease was given back: what came in meanwhile is found now or asks for itself.
    if (!(await port.feed.hasWork(draining.lane))) return 'done'
    const { account, lane } = draining
    const request = { key: feedLeaseKey(lane), orderedByMs: port.nowMs(), lane, notBeforeMs: 0 }
    const lease = await port.limiter.acquire(account.id, account.limits, request)
    if (!lease.granted) return 'parked'
    const use: LeaseUse = { result: 'unused', retryAfterMs: null }
    let went: Went
    try {
      went = await leasedCall(draining, lease.expiresAtMs, port, use)
    } finally {
      await port.limiter.report({ leaseId: lease.leaseId, ...use })
    }
    if (went === 'deferred') return 'parked'
    // Nothing that this channel can do, though something waits: it is not asked again and again.
    if (went === 'nothing') return 'done'
  }
  return 'more'
}

type LeaseUse = { result: LeaseResult; retryAfterMs: number | null }
type Went = 'called' | 'nothing' | 'deferred'

async function leasedCall(draining: Draining, deadlineMs: number, port: FeedPort, use: LeaseUse): Promise<Went> {
  const { account, connector, lane } = draining
  const permission = await port.mayCall(account.id)
  if (!permission.allowed) {
    // The limiter keeps the request in its place and asks again when the partner is met.
    use.result = 'deferred'
    use.retryAfterMs = Math.max(0, permission.retryAtMs - port.nowMs())
    return 'deferred'
  }
  const batch = await port.feed.begin({ drain: lane, attemptId: nanoid(), abilities: abilitiesOf(connector) })
  const publisher = batch === null ? undefined : connector.publishers[batch.kind]
  if (batch === null || publisher === undefined) {
    if (permission.phase === 'half_open') await port.returnTrial(account.id)
    return 'nothing'
  }
  const { result, report } = await call(batch, publisher, port.context(account, deadlineMs))
  use.result = report.result
  use.retryAfterMs = report.retryAfterMs
  await port.feed.record(batch.attemptId, result, factsOf(account, connector, publisher))
  await port.reportCall(account.id, report.health)
  return 'called'
}

function abilitiesOf({ publishers }: Connector): readonly FeedAbility[] {
  return feedKinds.flatMap((kind) => {
    const publisher = publishers[kind]
    return publisher === undefined ? [] : [{ kind, itemsMax: publisher.itemsMax, reads: publisher.read !== null }]
  })
}

type Called = { readonly result: FeedResult; readonly report: CallReport }

async function call(batch: FeedBatch, publisher: Publisher, context: ClientContext): Promise<Called> {
  try {
    return batch.task === 'send'
      ? await sendBatch(batch, publisher, context)
      : await readBatch(batch, publisher, context)
  } catch (error) {
    // A client that throws has a bug; what it sent before is anybody's guess.
    const message = `the client failed: ${error instanceof Error ? error.name : typeof error}`
    const outcome = { outcome: 'unknown', class: 'ambiguous_outcome', message } as const
    return { result: { task: 'send', outcome, verdicts: [] }, report: reportOf(outcome) }
  }
}

async function sendBatch(
  { items }: Extract<FeedBatch, { task: 'send' }>,
  publisher: Publisher,
  context: ClientContext,
): Promise<Called> {
  const { outcome, refused } = await publisher.publish(items, context)
  const verdicts = refused.flatMap(({ index, why, message }) => {
    const item = items[index]
    return item === undefined ? [] : [{ ...keyOf(item), why, message }]
  })
  return { result: { task: 'send', outcome, verdicts }, report: reportOf(outcome) }
}

async function readBatch(
  { items }: Extract<FeedBatch, { task: 'read' }>,
  publisher: Publisher,
  context: ClientContext,
): Promise<Called> {
  const shown = await publisher.read?.(items, context)
  if (shown === undefined) throw new Error('a channel was read that cannot be')
  if (!shown.ok) {
    const { class: failure, message, retryAfterMs = 0 } = shown.error
    return { result: { task: 'unread', class: failure, message, retryAfterMs }, report: reportOf(shown.error) }
  }
  const found = items.flatMap((key, index) => {
    const value = shown.value[index] ?? null
    return value === null ? [] : [{ ...key, value }]
  })
  return { result: { task: 'read', found }, report: reportOf({ outcome: 'absent' }) }
}

/** Where a late call can undo nothing there is nothing to wait for before the channel is looked at. */
function factsOf({ feed }: Account, { settleMs }: Connector, { compares }: Publisher) {
  const { lowStock, raiseDelaySeconds } = feed
  return { lowStock, raiseDelayMs: raiseDelaySeconds * 1_000, settleMs: compares ? 0 : settleMs }
}
