/**
 * Signs in to Tryton and hands out `invoke`. A session is remembered per isolate; a lost one is replaced once, silently.
 * All calls made through one `open` share a time budget, so that an attempt never outlives its lease.
 */
import { z } from 'zod'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { ClientContext } from '../ports.ts'
import { accountSecret } from '../transport/account-secret.ts'
import { exchangeRpc, type RpcAnswer, type RpcFailure, unreadable } from './json-rpc.ts'
import { type TrytonSettings, trytonSettingsOf } from './settings.ts'

/** One attempt takes several calls; together they stay under the intent's lease of a minute. */
const attemptBudgetMs = 45_000
const callTimeoutMs = 10_000
/** Tryton's own default lets a session live for a month; an hour bounds what a revoked user may still do. */
const sessionKeptMs = 3_600_000

export type RpcCall<T> = {
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
  /** The server's clock as of the newest answer: everything asked later happens at or after it. */
  readonly serverSecond: () => number | null
}

const sessionSchema = z.strictObject({ authorization: z.string(), company: z.int().min(1) })
type Session = z.infer<typeof sessionSchema>

const refusal = (message: string): RpcFailure => ({ mayHaveRun: false, class: 'permission', retryable: false, message })

export async function openTryton(context: ClientContext): Promise<Result<Tryton, RpcFailure>> {
  const settings = trytonSettingsOf(context.account)
  if (!settings.ok) return err({ ...refusal(settings.error), class: 'value' })
  const wire = wireOf(context, settings.value)
  const signIn = () => signInWith(context, settings.value, wire.exchange)
  const known = rememberedSession(context)
  const opened = known ? ok(known) : await signIn()
  if (!opened.ok) return opened
  let session = opened.value
  const once = <T>(call: RpcCall<T>) =>
    wire.exchange(call.method, [...call.params, { company: session.company, ...call.context }], session.authorization)

  async function invoke<T>(call: RpcCall<T>): Promise<Result<T, RpcFailure>> {
    let answer = await once(call)
    if (!answer.ok && answer.error.sessionLost) {
      context.sessions.delete(sessionKey(context))
      const again = await signIn()
      if (!again.ok) return again
      session = again.value
      answer = await once(call)
    }
    return answer.ok ? readAnswer(call, answer.value) : answer
  }
  return ok({ settings: settings.value, company: session.company, invoke, serverSecond: wire.serverSecond })
}

function readAnswer<T>(call: RpcCall<T>, answer: RpcAnswer): Result<T, RpcFailure> {
  const parsed = call.answer.safeParse(answer.result)
  return parsed.success ? ok(parsed.data) : err(unreadable(call.method))
}

type Exchange = (
  method: string,
  params: readonly unknown[],
  authorization: string | null,
) => Promise<Result<RpcAnswer, RpcFailure>>

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

const sessionKey = (context: ClientContext) => `tryton/${context.account.id}`

function rememberedSession(context: ClientContext): Session | null {
  const kept = context.sessions.get(sessionKey(context))
  if (!kept || kept.expiresAtMs <= context.nowMs()) return null
  const parsed = sessionSchema.safeParse(JSON.parse(kept.value))
  return parsed.success ? parsed.data : null
}

const loginSchema = z.tuple([z.int(), z.string().min(1)])
const preferencesSchema = z.object({ company: z.int().min(1).nullish() })

async function signInWith(
  context: ClientContext,
  settings: TrytonSettings,
  exchange: Exchange,
): Promise<Result<Session, RpcFailure>> {
  const password = accountSecret(context.account, context.secrets, 'api')
  if (password === undefined) return err(refusal(`account ${context.account.id} has no 'api' secret`))
  const answer = await exchange('common.db.login', [settings.user, { password }, 'en'], null)
  if (!answer.ok) return err({ ...answer.error, mayHaveRun: false })
  const login = loginSchema.safeParse(answer.value.result)
  if (!login.success) return err({ ...unreadable('common.db.login'), mayHaveRun: false })
  const authorization = `Session ${base64Of(`${settings.user}:${login.data[0]}:${login.data[1]}`)}`
  const company = await companyOf(settings, exchange, authorization)
  if (!company.ok) return company
  const session: Session = { authorization, company: company.value }
  const expiresAtMs = context.nowMs() + sessionKeptMs
  context.sessions.set(sessionKey(context), { value: JSON.stringify(session), expiresAtMs })
  return ok(session)
}

async function companyOf(
  settings: TrytonSettings,
  exchange: Exchange,
  authorization: string,
): Promise<Result<number, RpcFailure>> {
  if (settings.company !== undefined) return ok(settings.company)
  const answer = await exchange('model.res.user.get_preferences', [true, {}], authorization)
  if (!answer.ok) return err({ ...answer.error, mayHaveRun: false })
  const company = preferencesSchema.safeParse(answer.value.result).data?.company
  if (typeof company === 'number') return ok(company)
  return err({ ...refusal(`Tryton's user ${settings.user} has no company: set one, or 'company'`), class: 'missing' })
}

/** Base64 of the UTF-8 bytes: a login name need not be ASCII. */
function base64Of(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
