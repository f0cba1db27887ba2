/**
 * The breaker actor behind typed functions. Its stub comes from itty-durable, where everything is `any`, awaiting the
 * stub itself hangs and reading a property calls the actor: so methods are called inline, here and nowhere else.
 * The breaker is advice: when it cannot be asked, calls go through.
 */

import { proxyDurable } from 'itty-durable'
import type { CallHealth, Permission } from '../src/domain/breaker/breaker.ts'
import { describeError } from '../src/domain/shared/describe-error.ts'
import type { Env } from '../src/env.ts'

/** The methods of `PartnerBreakerActor` as they answer through JSON. */
type BreakerStub = {
  permit(): Promise<Permission>
  record(health: CallHealth): Promise<string>
  returnTrial(): Promise<string>
}

/** Advice that takes longer than this is not waited for. */
const adviceTimeoutMs = 2_000

export function mayCall(env: Env, account: string): Promise<Permission> {
  return advice(account, stubOf(env, account).permit(), { allowed: true, phase: 'closed' })
}

export async function reportCall(env: Env, account: string, health: CallHealth): Promise<void> {
  await advice(account, stubOf(env, account).record(health), null)
}

/** The caller was let through and then had no call to make. */
export async function returnTrial(env: Env, account: string): Promise<void> {
  await advice(account, stubOf(env, account).returnTrial(), null)
}

/** Made anew for each call: a stub of an object that was reset stays broken. */
function stubOf(env: Env, account: string): BreakerStub {
  return proxyDurable(env.BREAKER, { name: 'BREAKER', parse: true }).get(account) as BreakerStub
}

async function advice<Answer, Otherwise>(
  account: string,
  asked: Promise<Answer>,
  otherwise: Otherwise,
): Promise<Answer | Otherwise> {
  const { promise: tooLate, resolve } = Promise.withResolvers<Otherwise>()
  const timer = setTimeout(() => resolve(otherwise), adviceTimeoutMs)
  try {
    return await Promise.race([asked, tooLate])
  } catch (error) {
    console.error(JSON.stringify({ event: 'breaker_unavailable', account, ...describeError(error) }))
    return otherwise
  } finally {
    clearTimeout(timer)
  }
}
