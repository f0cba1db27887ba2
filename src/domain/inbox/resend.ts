/**
 * When a delivery's message goes to its queue, and when it goes again. The queue retries by itself; sending again is
 * for a message that the queue lost, so the interval starts beyond an ordinary consumer's time and grows.
 */

/** Sent and not settled, per shard: what the queue holds for us stays small however far behind the consumers are. */
export const inFlightMax = 500
/** Messages per send; the queue takes 100 or 256 KB. */
export const sendBatchMax = 100
/** Receives that arrive together leave together, and the reply to the partner never waits for the queue. */
export const sendDelayMs = 50

const resendFirstMs = 20_000
const resendGrowth = 2
const resendMaxMs = 30 * 60_000

/** How long after its `attempts`-th send without an answer a delivery is sent again. */
export function resendDelayMs(attempts: number): number {
  return Math.min(resendMaxMs, resendFirstMs * resendGrowth ** Math.max(0, attempts - 1))
}

/** How many first sends there is room for. Repeats always go: they replace a message that is already counted. */
export function sendRoom(inFlight: number): number {
  return Math.max(0, inFlightMax - inFlight)
}
