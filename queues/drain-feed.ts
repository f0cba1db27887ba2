/**
 * Carries a feed's batches to its channel, one after the other, as long as there are any and the partner's budget
 * lasts: lease → breaker → begin → call → record → report. Whatever fails on the way, the batch is left where the feed
 * finds it again: waiting, or in doubt once its lease has run out, and then it is looked at before it is sent again.
 */
import { nanoid } from 'nanoid'
import type { FeedApi, LimiterApi } from '../src/actor-apis.ts'
import type { ClientContext, Connector } from '../src/connectors/ports.ts'
import type { Publication, Publisher } from '../src/connectors/publisher.ts'
import { contentVersion } from '../src/connectors/transport/content-version.ts'
import type { CallHealth, Permission } from '../src/domain/breaker/breaker.ts'
import type { ProductContent } from '../src/domain/catalog/product-content.ts'
import type { Account } from '../src/domain/config/config.ts'
import type { DrainLane } from '../src/domain/feed/choose-lane.ts'
import type { FeedAbility, FeedBatch, FeedResult, FeedSendItem } from '../src/domain/feed/feed-contract.ts'
import { type FeedKey, feedKinds, keyOf } from '../src/domain/feed/feed-listing.ts'
import { feedLeaseKey, type LeaseResult } from '../src/domain/limiter/limiter-contract.ts'
import { type CallReport, reportOf } from '../src/domain/outbox/call-report.ts'
import { runBounded } from './run-bounded.ts'

export type FeedPort = {
  readonly feed: Pick<FeedApi, 'hasWork' | 'begin' | 'record'>
  readonly limiter: Pick<LimiterApi, 'acquire' | 'report'>
  readonly mayCall: (account: string) => Promise<Permission>
  readonly reportCall: (account: string, health: CallHealth) => Promise<void>
  readonly returnTrial: (account: string) => Promise<void>
  readonly context: (account: Account, deadlineMs: number) => ClientContext
  readonly contentOf: (account: string, product: string) => Promise<ProductContent | null>
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
  const ready = batch.task === 'send' ? await withDocuments(batch, account, port) : batch
  if (ready.task === 'send' && ready.items.length === 0) {
    await port.feed.record(batch.attemptId, nothingSent(ready.leftOut), factsOf(account, connector, publisher))
    if (permission.phase === 'half_open') await port.returnTrial(account.id)
    return 'called'
  }
  const { result, report } = await call(ready, publisher, port.context(account, deadlineMs))
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

type SendBatch = Pick<Extract<FeedBatch, { task: 'send' }>, 'task'> & {
  readonly items: readonly (FeedSendItem & Pick<Publication, 'content'>)[]
  readonly leftOut: readonly FeedKey[]
}
type ReadBatch = Extract<FeedBatch, { task: 'read' }>

/**
 * The feed carries the version of a document, the catalogue has the document. One that is of another version by now is
 * left out: the feed hears of the newer one, or the older one is not what is seen here for long.
 */
async function withDocuments(
  { task, kind, items }: Extract<FeedBatch, { task: 'send' }>,
  account: Account,
  { contentOf }: FeedPort,
): Promise<SendBatch> {
  if (kind !== 'content') return { task, items, leftOut: [] }
  const found = await runBounded(items, async (item) => {
    const content = await contentOf(account.id, item.item)
    return content !== null && contentVersion(content) === item.value ? { ...item, content } : null
  })
  return {
    task,
    items: found.filter((item) => item !== null),
    leftOut: items.filter((_, index) => found[index] === null).map(keyOf),
  }
}

const nothingSent = (leftOut: readonly FeedKey[]): FeedResult => ({
  task: 'send',
  outcome: { outcome: 'committed', reference: 'nothing to send' },
  verdicts: [],
  leftOut,
})

type Called = { readonly result: FeedResult; readonly report: CallReport }

async function call(batch: SendBatch | ReadBatch, publisher: Publisher, context: ClientContext): Promise<Called> {
  try {
    return batch.task === 'send'
      ? await sendBatch(batch, publisher, context)
      : await readBatch(batch, publisher, context)
  } catch (error) {
    // A client that throws has a bug; what it sent before is anybody's guess.
    const message = `the client failed: ${error instanceof Error ? error.name : typeof error}`
    const outcome = { outcome: 'unknown', class: 'ambiguous_outcome', message } as const
    const leftOut = batch.task === 'send' ? batch.leftOut : []
    return { result: { task: 'send', outcome, verdicts: [], leftOut }, report: reportOf(outcome) }
  }
}

async function sendBatch({ items, leftOut }: SendBatch, publisher: Publisher, context: ClientContext): Promise<Called> {
  const { outcome, refused, shown = [] } = await publisher.publish(items, context)
  const verdicts = refused.flatMap(({ index, why, message }) => {
    const item = items[index]
    return item === undefined ? [] : [{ ...keyOf(item), why, message }]
  })
  const told = items.flatMap((item, index) => {
    const value = shown[index]
    return value === undefined ? [] : [{ ...keyOf(item), value }]
  })
  return { result: { task: 'send', outcome, verdicts, shown: told, leftOut }, report: reportOf(outcome) }
}

async function readBatch({ items }: ReadBatch, publisher: Publisher, context: ClientContext): Promise<Called> {
  const shown = await publisher.read?.(items, context)
  if (shown === undefined) throw new Error('a channel was read that cannot be')
  if (!shown.ok) {
    const { class: failure, message, retryAfterMs = 0 } = shown.error
    return { result: { task: 'unread', class: failure, message, retryAfterMs }, report: reportOf(shown.error) }
  }
  const found = items.flatMap((key, index) => {
    const value = shown.value[index] ?? null
    return value === null ? [] : [{ ...keyOf(key), value }]
  })
  return { result: { task: 'read', found }, report: reportOf({ outcome: 'absent' }) }
}

/** Where a late call can undo nothing there is nothing to wait for before the channel is looked at. */
function factsOf({ feed }: Account, { settleMs }: Connector, { compares }: Publisher) {
  const { lowStock, raiseDelaySeconds } = feed
  return { lowStock, raiseDelayMs: raiseDelaySeconds * 1_000, settleMs: compares ? 0 : settleMs }
}
