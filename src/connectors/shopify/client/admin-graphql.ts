/**
 * One call to the Admin API and what it came to. HTTP status, GraphQL errors and a lost answer all end in the same
 * three: data, certainly nothing done, or nobody knows.
 */
import { z } from 'zod'
import type { CallOutcome, FailureClass } from '../../../domain/outbox/intent.ts'
import { err, ok, type Result } from '../../../domain/shared/result.ts'
import type { ClientContext, PartnerResponse } from '../../ports.ts'
import { accountSecret } from '../../transport/account-secret.ts'
import { parseJson } from '../../transport/json.ts'
import { retryAfterMs } from '../../transport/retry-after.ts'
import { apiVersion } from './operations.ts'
import { type Cost, costSchema, waitForBudgetMs } from './throttle.ts'

export type CallFailure = Exclude<CallOutcome, { outcome: 'committed' }>
export type AdminData<T> = { readonly data: T; readonly cost: Cost | null }

const envelopeSchema = z.object({
  /** Absent where nothing ran, as in a throttled answer. */
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.unknown()).nullish(),
        extensions: z.object({ code: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
  extensions: z.object({ cost: costSchema.nullish().catch(null) }).nullish(),
})
type Envelope = z.output<typeof envelopeSchema>

/** Too many requests without a word on when to come back. */
const retryDefaultMs = 2_000
/** Nothing about the call is wrong: a token was rotated, a scope withdrawn, a shop frozen. People fix that. */
const permissionRetryMs = 300_000
const messageLengthMax = 300

export async function callAdmin<S extends z.ZodType>(
  context: ClientContext,
  operation: string,
  variables: Readonly<Record<string, unknown>>,
  answer: S,
): Promise<Result<AdminData<z.output<S>>, CallFailure>> {
  const token = accountSecret(context.account, context.secrets, 'api')
  if (!token || !context.account.baseUrl) return err(absent('permission', 'no baseUrl or API token is configured'))
  const response = await context.fetch({
    method: 'POST',
    url: `${context.account.baseUrl.replace(/\/+$/, '')}/admin/api/${apiVersion}/graphql.json`,
    headers: { 'content-type': 'application/json', accept: 'application/json', 'x-shopify-access-token': token },
    body: JSON.stringify({ query: operation, variables }),
  })
  const refused = failureOfTransport(response, context.nowMs())
  if (refused || response.kind !== 'response') return err(refused ?? unknown('connection', 'no answer'))
  return readAnswer(response.body, answer)
}

/** A read leaves nothing behind: it may simply be asked again, unless the answer is one we cannot read. */
export function asRead(failure: CallFailure): CallFailure & { outcome: 'absent' } {
  if (failure.outcome === 'absent') return failure
  return { outcome: 'absent', retryable: failure.class !== 'parse', class: failure.class, message: failure.message }
}

/** One node for each id, in order. An answer about fewer of them says nothing of which are gone. */
export function partialRead(nodes: readonly unknown[], asked: readonly unknown[]): CallFailure | null {
  return nodes.length === asked.length ? null : unknown('intermittent', 'the answer is not about what was asked')
}

export function absent(kind: FailureClass, message: string, retryAfter?: number): CallFailure & { outcome: 'absent' } {
  const failure = { outcome: 'absent', class: kind, message: message.slice(0, messageLengthMax) } as const
  return retryAfter === undefined
    ? { ...failure, retryable: false }
    : { ...failure, retryable: true, retryAfterMs: retryAfter }
}

export function unknown(kind: FailureClass, message: string): CallFailure & { outcome: 'unknown' } {
  return { outcome: 'unknown', class: kind, message: message.slice(0, messageLengthMax) }
}

function failureOfTransport(response: PartnerResponse, nowMs: number): CallFailure | null {
  if (response.kind === 'failure') {
    if (response.sent) return unknown(response.class, response.message)
    return response.class === 'permission'
      ? absent('permission', response.message)
      : absent(response.class, response.message, retryDefaultMs)
  }
  const { status } = response
  if (status >= 200 && status < 300) return null
  const message = `Shopify answered ${status}`
  if (status >= 500) return unknown('intermittent', message)
  // 430 is Shopify's own: the request looked like abuse and was not executed.
  if (status === 429 || status === 430) {
    return absent('rate_limit', message, retryAfterMs(response.headers, nowMs) ?? retryDefaultMs)
  }
  if (status === 408) return absent('intermittent', message, retryDefaultMs)
  if (status === 401 || status === 402 || status === 403 || status === 423) {
    return absent('permission', message, permissionRetryMs)
  }
  return absent(status < 400 ? 'permission' : 'value', message)
}

function readAnswer<S extends z.ZodType>(body: string, answer: S): Result<AdminData<z.output<S>>, CallFailure> {
  const json = parseJson(body)
  const envelope = json.ok ? envelopeSchema.safeParse(json.value) : null
  if (!envelope?.success) return err(unknown('parse', 'the answer is not a GraphQL answer'))
  const cost = envelope.data.extensions?.cost ?? null
  const failure = failureOfErrors(envelope.data, cost)
  if (failure) return err(failure)
  const data = answer.safeParse(envelope.data.data)
  return data.success ? ok({ data: data.data, cost }) : err(unknown('parse', 'the answer lacks what was asked for'))
}

/**
 * Errors without a path come from before execution: nothing ran. With a path something ran and failed midway; only
 * codes that Shopify raises instead of running are certain.
 */
function failureOfErrors(envelope: Envelope, cost: Cost | null): CallFailure | null {
  const error = envelope.errors?.[0]
  if (!error) return null
  const code = error.extensions?.code ?? 'no code'
  const message = `${code}: ${error.message}`
  if (code === 'THROTTLED') return absent('rate_limit', message, waitForBudgetMs(cost))
  if (code === 'MAX_COST_EXCEEDED') return absent('too_large', message)
  if (code === 'ACCESS_DENIED' || code === 'SHOP_INACTIVE') return absent('permission', message, permissionRetryMs)
  if (code === 'INTERNAL_SERVER_ERROR' || (error.path ?? []).length > 0) return unknown('intermittent', message)
  return absent('value', message)
}
