/**
 * What an order owes the outside, and how each of it is sent: wake-ups, whose rows stay until the effect is confirmed.
 */
import type { Decision } from '../src/domain/order/decide.ts'
import { drainDelayMs, projectDelayMs } from '../src/domain/outbox/drain.ts'
import type { Intent } from '../src/domain/outbox/intent.ts'
import { intentDueMs } from '../src/domain/outbox/intent-begin.ts'
import { unreachable } from '../src/domain/shared/result.ts'
import type { Env } from '../src/env.ts'
import type { Disposition } from './drain-outbox.ts'
import type { Outbox, OutboxRow } from './outbox.ts'
import { type SkuEffect, tellAvailability } from './sku-debts.ts'

export type OrderEffect =
  /** D1 has not seen the newest entries of the log. Goes when the projection confirms. */
  | { readonly kind: 'project'; readonly orderId: string; readonly throughSeq: number }
  /** A call to a partner is wanted. Goes when the intent is over. */
  | {
      readonly kind: 'partner'
      readonly orderId: string
      readonly intentId: string
      readonly account: string
      /** The order's turn at the partner; absent in rows of older code. */
      readonly orderedByMs?: number
    }
  /** Units that no position has heard of, and units that wait. A row stays while there are any. */
  | SkuEffect

export const projectRow = 'project'
const intentRow = (intentId: string) => `intent/${intentId}`

/** A wake-up that nobody acted upon is sent again after this, then ever more rarely. */
const againMinMs = 60_000
const againMaxMs = 900_000

/** Whoever the events speak of; and everybody, once a hold that kept calls back is gone. */
export function oweIntents(
  outbox: Outbox<OrderEffect>,
  orderId: string,
  { events, document }: Decision,
  nowMs: number,
): void {
  const changed = new Set(events.flatMap((event) => ('intent' in event ? [event.intent.intentId] : [])))
  const all = events.some((event) => event.type === 'hold_released')
  const { state } = document
  for (const intent of state?.intents ?? []) {
    if (all || changed.has(intent.intentId))
      oweIntent(outbox, { orderId, orderedByMs: state?.capturedAtMs ?? nowMs }, intent, nowMs)
  }
}

/** The row of an intent says when somebody should look at it next, so each change of the intent writes it anew. */
function oweIntent(
  outbox: Outbox<OrderEffect>,
  order: { readonly orderId: string; readonly orderedByMs: number },
  intent: Intent,
  nowMs: number,
): void {
  const { intentId, account } = intent
  const row = intentRow(intentId)
  const dueMs = intentDueMs(intent)
  if (dueMs === null) {
    outbox.settle(row)
    return
  }
  const effect = { kind: 'partner', ...order, intentId, account } as const
  outbox.replace(row, effect, Math.max(dueMs, nowMs + soon), nowMs)
}
/** Calls leave a little earlier than projections: somebody outside waits for them. */
const soon = drainDelayMs / 5

export function oweProjection(outbox: Outbox<OrderEffect>, orderId: string, throughSeq: number, nowMs: number): void {
  outbox.add(projectRow, { kind: 'project', orderId, throughSeq }, nowMs + projectDelayMs, nowMs)
}

/** `rows` are of one kind. */
export async function sendOrderEffects(
  env: Env,
  rows: readonly OutboxRow<OrderEffect>[],
  nowMs: number,
): Promise<Disposition> {
  const first = rows[0]
  if (first === undefined) return 'done'
  const { effect } = first
  switch (effect.kind) {
    case 'project':
      await env.PROJECTIONS.send({
        type: 'project',
        actor: 'order',
        name: effect.orderId,
        throughSeq: effect.throughSeq,
      })
      break
    case 'partner':
      await env.PARTNER_OUTBOX.sendBatch(rows.flatMap(({ effect }) => intentMessage(effect)))
      break
    case 'unrouted':
    case 'routed':
    case 'backordered':
    case 'served':
      return await tellAvailability(
        env,
        rows.flatMap(({ effect }) => ('sku' in effect ? [effect] : [])),
        nowMs,
      )
    default:
      return unreachable(effect)
  }
  return { againAtMs: nowMs + againDelayMs(rows, nowMs) }
}

/** As long again as the oldest row has waited: each interval is about twice the one before. */
function againDelayMs(rows: readonly OutboxRow<OrderEffect>[], nowMs: number): number {
  const oldestMs = Math.min(...rows.map((row) => row.createdAtMs))
  return Math.min(againMaxMs, Math.max(againMinMs, nowMs - oldestMs))
}

function intentMessage(effect: OrderEffect) {
  if (effect.kind !== 'partner') return []
  const { kind: _, ...wanted } = effect
  return [{ body: { type: 'intent', ...wanted } as const }]
}
