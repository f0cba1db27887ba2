/** How long an inbox remembers. Partners give up redelivering within 4 hours (Shopify) to 3 days (AfterShip). */
const dayMs = 24 * 60 * 60_000

/** A settled delivery, its body and its dedupe keys. A redelivery after that is taken for a new one. */
export const retentionMs = 30 * dayMs
/** Beyond this many the oldest settled ones go early: 8 shards of them stay far below the 10 GB of an object. */
export const deliveriesKeptMax = 500_000
/** Tidied in slices, so that an alarm never holds up receiving for long. */
export const tidySliceMax = 500
export const tidyIntervalMs = 6 * 60 * 60_000
/** Slices follow each other at this distance while there is more to tidy. */
export const tidyAgainMs = 1_000

/** Dedupe keys of one delivery that are kept; connectors name two or three. */
export const dedupeKeysMax = 8
/**
 * What an inbox row takes, in characters. The door refuses larger bodies with 413 (1 MB), so nothing goes to R2 here.
 */
export const bodyCharactersMax = 1_048_576

export const forgetBeforeMs = (nowMs: number): number => nowMs - retentionMs
