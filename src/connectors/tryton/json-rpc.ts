/**
 * One JSON-RPC exchange with Tryton, and what its failures mean. Every call is one database transaction: an `error` in
 * the answer says that it was rolled back, while a 5xx or a lost connection says nothing.
 */
import type { FailureClass } from '../../domain/outbox/intent.ts'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { PartnerFetch, PartnerResponse } from '../ports.ts'
import { parseJson } from '../transport/json.ts'
import { retryAfterMs } from '../transport/retry-after.ts'

const messageLengthMax = 500

export type RpcFailure = {
  /** False only when it is certain that the method changed nothing. */
  readonly mayHaveRun: boolean
  readonly class: FailureClass
  readonly retryable: boolean
  readonly message: string
  readonly retryAfterMs?: number
  /** The session is gone: sign in again and repeat. */
  readonly sessionLost?: true
}

export type RpcAnswer = {
  readonly result: unknown
  /** The server's own clock from its `Date` header; null when it sent none. */
  readonly serverSecond: number | null
}

export type RpcExchange = {
  readonly url: string
  readonly method: string
  readonly params: readonly unknown[]
  readonly authorization: string | null
  readonly timeoutMs: number
}

export async function exchangeRpc(
  fetch: PartnerFetch,
  exchange: RpcExchange,
  nowMs: number,
): Promise<Result<RpcAnswer, RpcFailure>> {
  const response = await fetch({
    method: 'POST',
    url: exchange.url,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(exchange.authorization === null ? {} : { authorization: exchange.authorization }),
    },
    // Tryton answers in JSON-RPC form only when the request has exactly these three members.
    body: JSON.stringify({ id: 1, method: exchange.method, params: exchange.params }),
    timeoutMs: exchange.timeoutMs,
  })
  if (response.kind === 'failure') {
    const { sent, message } = response
    return err({ mayHaveRun: sent, class: response.class, retryable: true, message: `${exchange.method}: ${message}` })
  }
  if (response.status !== 200) return err(statusFailure(exchange.method, response, nowMs))
  return answerOf(exchange.method, response)
}

type HttpResponse = Extract<PartnerResponse, { kind: 'response' }>

/** Below 500 the method did not run: Tryton refuses before it opens the transaction. */
function statusFailure(method: string, response: HttpResponse, nowMs: number): RpcFailure {
  const { status } = response
  const message = `${method}: Tryton answered ${status}`
  const delay = retryAfterMs(response.headers, nowMs)
  const wait = delay === undefined ? {} : { retryAfterMs: delay }
  if (status >= 500) return { mayHaveRun: true, class: 'intermittent', retryable: true, message }
  if (status === 429) return { mayHaveRun: false, class: 'rate_limit', retryable: true, message, ...wait }
  if (status === 401) {
    return { mayHaveRun: false, class: 'permission', retryable: false, message, sessionLost: true }
  }
  if (status === 403) return { mayHaveRun: false, class: 'permission', retryable: false, message }
  if (status === 404) return { mayHaveRun: false, class: 'missing', retryable: false, message }
  if (status === 413) return { mayHaveRun: false, class: 'too_large', retryable: false, message }
  if (status === 408) return { mayHaveRun: true, class: 'connection', retryable: true, message }
  return { mayHaveRun: status < 400, class: 'value', retryable: false, message }
}

function answerOf(method: string, response: HttpResponse): Result<RpcAnswer, RpcFailure> {
  const body = parseJson(response.body)
  if (!body.ok || typeof body.value !== 'object' || body.value === null) return err(unreadable(method))
  if ('error' in body.value) return err(errorFailure(method, body.value.error))
  if (!('result' in body.value)) return err(unreadable(method))
  const serverMs = Date.parse(response.headers.date ?? '')
  const serverSecond = Number.isNaN(serverMs) ? null : Math.floor(serverMs / 1000)
  return ok({ result: body.value.result, serverSecond })
}

/** Something between us and Tryton answered 200 with a page of its own: nobody knows what happened behind it. */
export function unreadable(method: string): RpcFailure {
  return {
    mayHaveRun: true,
    class: 'parse',
    retryable: true,
    message: `${method}: the answer is not a JSON-RPC answer`,
  }
}

/** SQLite's and PostgreSQL's ways to say that another transaction was in the way. */
const contention = /locked|busy|deadlock|could not serialize|could not obtain lock/i

/** `error` is `[name, arguments]` for Tryton's own exceptions and `[message, traceback]` for anything else. */
function errorFailure(method: string, error: unknown): RpcFailure {
  const [name, detail] = Array.isArray(error) ? error : [error, null]
  const rolledBack = { mayHaveRun: false } as const
  switch (name) {
    case 'UserError':
      return { ...rolledBack, class: 'value', retryable: false, message: described(method, textOf(detail, 0)) }
    case 'UserWarning':
      return {
        ...rolledBack,
        class: 'value',
        retryable: false,
        message: described(method, `Tryton asks a person to confirm: ${textOf(detail, 1)}`),
      }
    case 'ConcurrencyException':
      return { ...rolledBack, class: 'intermittent', retryable: true, message: described(method, textOf(detail, 0)) }
    case 'LoginException':
      return { ...rolledBack, class: 'permission', retryable: false, message: described(method, textOf(detail, 1)) }
    default: {
      const text = typeof name === 'string' ? name : 'an error without a name'
      const what = contention.test(text) ? 'the database was busy' : 'Tryton failed inside'
      return { ...rolledBack, class: 'intermittent', retryable: true, message: described(method, `${what}: ${text}`) }
    }
  }
}

function textOf(detail: unknown, at: number): string {
  const text = Array.isArray(detail) ? detail[at] : detail
  return typeof text === 'string' ? text : 'no reason given'
}

function described(method: string, text: string): string {
  return `${method}: ${text}`.slice(0, messageLengthMax)
}
