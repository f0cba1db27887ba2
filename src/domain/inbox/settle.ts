/**
 * How a delivery may end (I8). The first outcome stands; only a dead letter may still turn into something better,
 * when a late consumer gets it through after all. `replay` is the way back, and it is an operator's decision.
 */
import type { Delivery, DeliveryDeferral, DeliveryOutcome, DeliveryStatus } from './delivery.ts'

/** The delivery as it is afterwards, or null when the outcome changes nothing. */
export function settle(delivery: Delivery, outcome: DeliveryOutcome, nowMs: number): Delivery | null {
  if (!maySettle(delivery.status, outcome.status)) return null
  const failed = outcome.status === 'rejected' || outcome.status === 'dead_lettered'
  return {
    ...delivery,
    status: outcome.status,
    reason: failed ? outcome.reason : null,
    message: outcome.message,
    subjects: outcome.subjects,
    settledAtMs: nowMs,
  }
}

function maySettle(from: DeliveryStatus, to: DeliveryOutcome['status']): boolean {
  if (from === 'received') return true
  return from === 'dead_lettered' && to !== 'dead_lettered'
}

/** A settled delivery put back to be worked on again; null when it still is. */
export function replay(delivery: Delivery): Delivery | null {
  if (delivery.status === 'received') return null
  return {
    ...delivery,
    status: 'received',
    reason: null,
    message: null,
    settledAtMs: null,
    attempts: 0,
    round: delivery.round + 1,
  }
}

/**
 * The delivery as it waits for its next round, with what it waits for as its reason; null once it is settled. Its
 * message was answered, so the next one that gets lost is the first of its round.
 */
export function defer(delivery: Delivery, deferral: DeliveryDeferral): Delivery | null {
  if (delivery.status !== 'received') return null
  return { ...delivery, reason: deferral.reason, message: deferral.message, attempts: 0, round: delivery.round + 1 }
}
