/**
 * Signs in to Tryton and hands out `invoke`. A session is remembered per isolate; a lost one is replaced once,
 * silently. All calls made through one `open` share a time budget, so that an attempt never outlives its lease.
 */
import type { z } from 'zod'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { ClientContext } from '../ports.ts'
import { exchangeRpc, type RpcAnswer, type RpcFailure, unreadable } from './json-rpc.ts'
import { repeatCall } from './repeat-call.ts'
import { type TrytonSettings, trytonSettingsOf } from './settings.ts'
import { type Exchange, forgetSession, rememberedSession, sessionKeptMs, sessionKey, signIn } from './sign-in.ts'

/** One attempt takes several calls; together they stay under the intent's lease of a minute. */
const attemptBudgetMs = 45_000
const callTimeoutMs = 10_000

type RpcCall<T> = {
  readonly method: string
  readonly params: readonly unknown[]
  readonly answer: z.ZodType<T>
  /** Joined to Tryton's context, such as `_timestamp` for a compare-and-set. */
  readonly context?: Readonly<Record<string, unknown>>
}

export type Tryton = {
  readonly settings: TrytonSettings
  readonly company: number
  readonly invoke: <T>(call: RpcCall<T>) => Promise<Result<T, RpcFailure>>
  /** Remembers an id that hardly ever changes, such as a currency's, for as long as a session. */
  readonly remembered: (
    key: string,
    find: () => Promise<Result<number, RpcFailure>>,
  ) => Promise<Result<number, RpcFailure>>
  /** The server's clock as of the newest answer: everything asked later happens at or after it. */
  readonly serverSecond: () => number | null
}

const refusal = (message: string): RpcFailure => ({ mayHaveRun: false, class: 'value', retryable: false, message })

export async function openTryton(context: ClientContext): Promise<Result<Tryton, RpcFailure>> {
  const settings = trytonSettingsOf(context.account)
  if (!settings.ok) return err(refusal(settings.error))
  const wire = wireOf(context, settings.value)
  const repeated: Exchange = (method, params, authorization) =>
    repeatCall(method, () => wire.exchange(method, params, authorization), context.nowMs)
  const signInAgain = () => signIn(context, settings.value, repeated)
  const known = rememberedSession(context)
  const opened = known ? ok(known) : await signInAgain()
  if (!opened.ok) return opened
  let session = opened.value
  const once = <T>(call: RpcCall<T>) =>
    wire.exchange(call.method, [...call.params, { company: session.company, ...call.context }], session.authorization)

  async function invoke<T>(call: RpcCall<T>): Promise<Result<T, RpcFailure>> {
    let answer = await repeatCall(call.method, () => once(call), context.nowMs)
    if (!answer.ok && answer.error.sessionLost) {
      forgetSession(context)
      const again = await signInAgain()
      if (!again.ok) return again
      session = again.value
      answer = await once(call)
    }
    return answer.ok ? readAnswer(call, answer.value) : answer
  }
  return ok({
    settings: settings.value,
    company: session.company,
    invoke,
    remembered: (key, find) => rememberedId(context, key, find),
    serverSecond: wire.serverSecond,
  })
}

async function rememberedId(
  context: ClientContext,
  name: string,
  find: () => Promise<Result<number, RpcFailure>>,
): Promise<Result<number, RpcFailure>> {
  const key = `${sessionKey(context)}/${name}`
  const kept = context.sessions.get(key)
  if (kept && kept.expiresAtMs > context.nowMs()) return ok(Number(kept.value))
  const found = await find()
  if (found.ok) {
    context.sessions.set(key, { value: String(found.value), expiresAtMs: context.nowMs() + sessionKeptMs })
  }
  return found
}

function readAnswer<T>(call: RpcCall<T>, answer: RpcAnswer): Result<T, RpcFailure> {
  const parsed = call.answer.safeParse(answer.result)
  return parsed.success ? ok(parsed.data) : err(unreadable(call.method))
}

function wireOf(context: ClientContext, settings: TrytonSettings) {
  const base = (context.account.baseUrl ?? '').replace(/\/+$/, '')
  const url = `${base}/${encodeURIComponent(settings.database)}/`
  const deadlineMs = context.nowMs() + attemptBudgetMs
  let serverSecond: number | null = null
  const exchange: Exchange = async (method, params, authorization) => {
    const leftMs = deadlineMs - context.nowMs()
    if (leftMs <= 0) {
      const message = `${method}: not sent, the attempt's ${attemptBudgetMs} ms are used up`
      return err({ mayHaveRun: false, class: 'intermittent', retryable: true, message })
    }
    const timeoutMs = Math.min(callTimeoutMs, leftMs)
    const answer = await exchangeRpc(context.fetch, { url, method, params, authorization, timeoutMs }, context.nowMs())
    if (answer.ok) serverSecond = answer.value.serverSecond ?? serverSecond
    return answer
  }
  return { exchange, serverSecond: () => serverSecond }
}
