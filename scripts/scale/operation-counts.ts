/**
 * What one order costs in calls and commits. `test/http/counters.test.ts` counts the same on the running code and
 * compares, so that the model cannot drift from what it models.
 */
export const operationCounts = {
  /** Commits of an order's actor before whoever told of the order is answered. */
  commitsBeforeAnswer: 1,
  /** Calls to each position of an order, whatever the number of its lines. */
  holdCallsPerPosition: 1,
  commitCallsPerPosition: 1,
} as const
