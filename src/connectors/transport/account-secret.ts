/** `secrets` is the worker's whole store, keyed by secret name; an account says which name serves which use. */
import type { Account } from '../../domain/config/config.ts'
import type { Secrets } from '../ports.ts'

/** Undefined when the account names no secret for the use or the store does not hold it: callers fail closed. */
export function accountSecret(account: Pick<Account, 'secrets'>, secrets: Secrets, use: string): string | undefined {
  const name = Object.hasOwn(account.secrets, use) ? account.secrets[use] : undefined
  if (name === undefined || !Object.hasOwn(secrets, name)) return undefined
  const secret = secrets[name]
  return secret === '' ? undefined : secret
}
