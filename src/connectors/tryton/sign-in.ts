/** A session with Tryton: `common.db.login`, the header that carries it, and the company its user books for. */
import { z } from 'zod'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { ClientContext } from '../ports.ts'
import { accountSecret } from '../transport/account-secret.ts'
import { type RpcAnswer, type RpcFailure, unreadable } from './json-rpc.ts'
import type { TrytonSettings } from './settings.ts'

/** Tryton's own default lets a session live for a month; an hour bounds what a revoked user may still do. */
export const sessionKeptMs = 3_600_000

export type Exchange = (
  method: string,
  params: readonly unknown[],
  authorization: string | null,
) => Promise<Result<RpcAnswer, RpcFailure>>

const sessionSchema = z.strictObject({ authorization: z.string(), company: z.int().min(1) })
type Session = z.infer<typeof sessionSchema>

const refusal = (message: string): RpcFailure => ({ mayHaveRun: false, class: 'permission', retryable: false, message })

export const sessionKey = (context: ClientContext) => `tryton/${context.account.id}`

export function rememberedSession(context: ClientContext): Session | null {
  const kept = context.sessions.get(sessionKey(context))
  if (!kept || kept.expiresAtMs <= context.nowMs()) return null
  const parsed = sessionSchema.safeParse(JSON.parse(kept.value))
  return parsed.success ? parsed.data : null
}

export function forgetSession(context: ClientContext): void {
  context.sessions.delete(sessionKey(context))
}

const loginSchema = z.tuple([z.int(), z.string().min(1)])
const preferencesSchema = z.object({ company: z.int().min(1).nullish() })

export async function signIn(
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
