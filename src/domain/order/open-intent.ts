/** Opens an effect at a partner, and finds the one that was opened for a subject. */
import type { Intent, IntentKind } from '../outbox/intent.ts'
import type { AccountId } from '../shared/ids.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState } from './order-state.ts'

/**
 * `name` makes the id within the order (`warehouse_release/F2`). `externalId` is what the partner files it under and
 * what a probe looks for: unique for ever at that partner.
 */
export type NewIntent = {
  readonly kind: IntentKind
  readonly name: string
  readonly account: AccountId
  readonly externalId: string
  readonly subject: string | null
}

export function openedIntent({ kind, name, account, externalId, subject }: NewIntent, nowMs: number): OrderEvent {
  const intent: Intent = {
    intentId: `${kind}/${name}`,
    kind,
    account,
    externalId,
    subject,
    status: 'pending',
    attempts: 0,
    createdAtMs: nowMs,
    leaseUntilMs: null,
    leasedBy: null,
    mustProbe: false,
    notBeforeMs: nowMs,
    reference: null,
    lastError: null,
  }
  return { type: 'intent_opened', intent }
}

/** `F2` of `<orderId>/F2`: the part of our own ids that is short enough to read. */
export function lastPartOf(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1)
}

/** The newest of its kind for the subject. */
export function intentOf(state: OrderState, kind: IntentKind, subject: string | null): Intent | undefined {
  return state.intents.findLast((intent) => intent.kind === kind && intent.subject === subject)
}
