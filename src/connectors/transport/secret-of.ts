/** The value of a secret by its use: the account names it, the store holds it. */
import type { Account } from '../../domain/config/config.ts'
import type { Secrets } from '../ports.ts'

/** Undefined when the account names none for this use or the store lacks it: the caller fails closed. */
export function secretOf(account: Pick<Account, 'secrets'>, secrets: Secrets, use: string): string | undefined {
  const name = Object.hasOwn(account.secrets, use) ? account.secrets[use] : undefined
  if (name === undefined || !Object.hasOwn(secrets, name)) return undefined
  return secrets[name]
}
