/** How long a message waits before the queue brings it again: eight retries span about ten minutes. */
const firstSeconds = 2
const maxSeconds = 300

/** `attempts` as the queue counts them, 1 for the first delivery. */
export function retryDelaySeconds(attempts: number): number {
  return Math.min(maxSeconds, firstSeconds * 2 ** Math.max(0, attempts - 1))
}
