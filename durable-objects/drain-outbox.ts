/** Sends what is due in an outbox, in batches, and records what came of it. Never throws for a failed send. */
import { batchesByKind } from '../src/domain/outbox/drain.ts'
import type { Outbox, OutboxRow } from './outbox.ts'

/** `done`: the send is the effect. A time: sent, and to be sent again then unless it was confirmed. */
export type Disposition = 'done' | { readonly againAtMs: number }
type Outcome = Disposition | { readonly error: unknown }

/**
 * One round of the alarm: sends what is due in batches, each of one kind, and records in one commit what came of it. A
 * batch that fails is put off, its neighbours are sent all the same. Never throws for a failed send.
 */
export async function drainOutbox<Effect extends { readonly kind: string }>(
  storage: DurableObjectStorage,
  outbox: Outbox<Effect>,
  now: () => number,
  send: (rows: readonly OutboxRow<Effect>[]) => Promise<Disposition>,
): Promise<void> {
  const outcomes = await sendDue(outbox, now, send)
  if (outcomes.length === 0) return
  storage.transactionSync(() => {
    for (const { row, outcome } of outcomes) record(outbox, row, outcome, now())
  })
}

/** A send that never ends is one that failed. */
const underWayMaxMs = 60_000

/**
 * As `drainOutbox`, for effects that may as well be sent twice: what came of the round is noted in memory, for a later
 * commit to record. Only a failure is recorded at once.
 */
export async function drainNoting<Effect extends { readonly kind: string }>(
  storage: DurableObjectStorage,
  outbox: Outbox<Effect>,
  now: () => number,
  send: (rows: readonly OutboxRow<Effect>[]) => Promise<Disposition>,
): Promise<void> {
  // While they are under way they are nobody's to send, and no reason to set an alarm.
  const outcomes = await sendDue(outbox, now, async (rows) => {
    for (const row of rows) outbox.note(row, now() + underWayMaxMs)
    return send(rows)
  })
  const failed = outcomes.filter(({ row, outcome }) => {
    if (outcome !== 'done' && 'error' in outcome) return true
    outbox.note(row, outcome === 'done' ? null : outcome.againAtMs)
    return false
  })
  if (failed.length === 0) return
  storage.transactionSync(() => {
    for (const { row, outcome } of failed) record(outbox, row, outcome, now())
  })
}

async function sendDue<Effect extends { readonly kind: string }>(
  outbox: Outbox<Effect>,
  now: () => number,
  send: (rows: readonly OutboxRow<Effect>[]) => Promise<Disposition>,
): Promise<readonly { readonly row: OutboxRow<Effect>; readonly outcome: Outcome }[]> {
  const batches = batchesByKind(outbox.due(now()), (row) => row.effect.kind)
  const outcomes = await Promise.all(
    batches.map(async (batch) => {
      const outcome: Outcome = await send(batch).catch((error: unknown) => ({ error }))
      return batch.map((row) => ({ row, outcome }))
    }),
  )
  return outcomes.flat()
}

function record<Effect extends { readonly kind: string }>(
  outbox: Outbox<Effect>,
  row: OutboxRow<Effect>,
  outcome: Outcome,
  nowMs: number,
): void {
  if (outcome === 'done') outbox.settle(row.id, row.revision)
  else if ('againAtMs' in outcome) outbox.postpone(row.id, row.revision, outcome.againAtMs)
  else outbox.fail(row, nowMs, outcome.error)
}
