/**
 * `Idempotency-Key` by Stripe's rules: the same key and body give the same answer, another body under the same key is a
 * mistake, a request under way is not repeated, and a server fault is never frozen.
 */

export type StoredAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** `answer` is null while the request is under way. */
export type IdempotencyRecord = {
  readonly fingerprint: string
  readonly begunAtMs: number
  readonly leaseUntilMs: number
  readonly answer: StoredAnswer | null
}

export type BeginVerdict =
  | { readonly kind: 'proceed' }
  | ({ readonly kind: 'replay' } & StoredAnswer)
  | { readonly kind: 'in_flight' }
  | { readonly kind: 'other_request' }

/** How long a key is remembered. */
export const retentionMs = 24 * 60 * 60_000
/** A handler that has not finished by then died with its isolate; the next request with the key runs. */
export const leaseMs = 60_000
/** A longer answer is not kept: every write route is idempotent by its own ids as well. */
export const answerCharactersMax = 1_000_000

/** The verdict, and the record to store (null: leave it as it is). */
export function begin(
  record: IdempotencyRecord | null,
  fingerprint: string,
  nowMs: number,
): { readonly verdict: BeginVerdict; readonly store: IdempotencyRecord | null } {
  if (record === null || isForgotten(record, nowMs)) return proceed(fingerprint, nowMs)
  if (record.fingerprint !== fingerprint) return { verdict: { kind: 'other_request' }, store: null }
  if (record.answer !== null) return { verdict: { kind: 'replay', ...record.answer }, store: null }
  if (nowMs < record.leaseUntilMs) return { verdict: { kind: 'in_flight' }, store: null }
  return proceed(fingerprint, nowMs)
}

function proceed(fingerprint: string, nowMs: number) {
  const store = { fingerprint, begunAtMs: nowMs, leaseUntilMs: nowMs + leaseMs, answer: null }
  return { verdict: { kind: 'proceed' as const }, store }
}

export const isForgotten = (record: IdempotencyRecord, nowMs: number): boolean =>
  nowMs >= record.begunAtMs + retentionMs

export type FinishDecision =
  | { readonly type: 'keep' }
  | { readonly type: 'forget' }
  | { readonly type: 'store'; readonly record: IdempotencyRecord }

/** Null means that nothing may be remembered (a 5xx). The first answer of a key stands. */
export function finish(
  record: IdempotencyRecord | null,
  fingerprint: string,
  answer: StoredAnswer | null,
): FinishDecision {
  if (record === null || record.fingerprint !== fingerprint || record.answer !== null) return { type: 'keep' }
  if (answer === null || answer.body.length > answerCharactersMax) return { type: 'forget' }
  return { type: 'store', record: { ...record, answer } }
}
