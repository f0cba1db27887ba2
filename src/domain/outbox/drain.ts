/**
 * The policy of sending what an actor's outbox holds: how much at once, in which batches, and how long a failed row
 * waits. Pure; `durable-objects/outbox.ts` reads and writes the rows, the alarm sends.
 */

/** Cloudflare Queues take at most 100 messages in one `sendBatch`. */
export const sendBatchMax = 100
/** Rows handled per alarm: the rest finds the alarm armed again at once, and other calls get their turn between. */
export const drainRowsMax = 500
/** A burst of writes within this time leaves as one batch. */
export const drainDelayMs = 250
/**
 * Projections wait longer: each costs a call to the actor, a queue message and a write to D1, and a busy actor owes one
 * for everything that happened meanwhile. Nobody reads D1 to decide anything.
 */
export const projectDelayMs = 1_000
/** The first retry is soon, since most failures are a moment's; the last ones are rare enough not to hurt a sick partner. */
export const retryDelayMinMs = 1_000
export const retryDelayMaxMs = 300_000

/** Rows of one kind travel together, in their order, at most `sendBatchMax` at a time. */
export function batchesByKind<Row>(rows: readonly Row[], kindOf: (row: Row) => string): readonly (readonly Row[])[] {
  const starts = (group: readonly Row[]) =>
    Array.from({ length: Math.ceil(group.length / sendBatchMax) }, (_, at) => at)
  return [...Map.groupBy(rows, kindOf).values()].flatMap((group) =>
    starts(group).map((at) => group.slice(at * sendBatchMax, (at + 1) * sendBatchMax)),
  )
}

/**
 * Doubles from `retryDelayMinMs` to `retryDelayMaxMs`. The upper half of each delay depends on the row's id, so that
 * rows which failed together do not all come back together.
 */
export function retryDelayMs(attempts: number, id: string): number {
  const ceiling = Math.min(retryDelayMaxMs, retryDelayMinMs * 2 ** Math.min(attempts, 30))
  return Math.round(ceiling / 2 + (ceiling / 2) * spread(id, attempts))
}

/** A number in [0, 1) fixed by its arguments (FNV-1a): jitter without randomness. */
function spread(id: string, attempts: number): number {
  let hash = 0x811c9dc5
  for (const character of `${id}#${attempts}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  }
  return hash / 2 ** 32
}
