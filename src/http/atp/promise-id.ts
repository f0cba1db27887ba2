/**
 * Signs promises and recognises them again. Nothing is stored for a question that becomes no order; only who knows the
 * deployment's secrets can make an id that is accepted.
 */
import { constantTimeEqual, toHex } from '../../connectors/transport/hmac.ts'
import { claimValidMs, type PromiseClaim, readClaim, writeClaim } from '../../domain/atp/promise-claim.ts'
import { type Env, type Vars, varsOf } from '../../env.ts'

/** A secret of its own is used where there is one. Without it, changing any secret voids promises not yet taken. */
const secretName = 'promise-signing'
const signatureLength = 32

const keys = new WeakMap<Vars, CryptoKey>()

export async function signPromise(env: Env, claim: PromiseClaim): Promise<string> {
  const text = writeClaim(claim)
  return `${text}.${await signatureOf(env, text)}`
}

/** Null: not given by this deployment, or longer ago than a promise holds. */
export async function verifyPromise(env: Env, promiseId: string, nowMs: number): Promise<PromiseClaim | null> {
  const [text = '', signature = '', ...rest] = promiseId.split('.')
  if (rest.length > 0 || !(await constantTimeEqual(await signatureOf(env, text), signature))) return null
  const claim = readClaim(text)
  return claim !== null && nowMs - claim.issuedAtMs <= claimValidMs ? claim : null
}

async function signatureOf(env: Env, text: string): Promise<string> {
  const signed = await crypto.subtle.sign('HMAC', await keyOf(varsOf(env)), new TextEncoder().encode(text))
  return toHex(new Uint8Array(signed)).slice(0, signatureLength)
}

async function keyOf(vars: Vars): Promise<CryptoKey> {
  const known = keys.get(vars)
  if (known) return known
  const secret = vars.secrets[secretName] ?? JSON.stringify(vars.secrets)
  const bytes = new TextEncoder().encode(`promise\n${secret}`)
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  keys.set(vars, key)
  return key
}
