/** What an operator may set for a Tryton account; the password is the account's `api` secret. */
import { z } from 'zod'
import type { Account } from '../../domain/config/config.ts'
import { err, ok, type Result } from '../../domain/shared/result.ts'

const settingsSchema = z.strictObject({
  /** The database's name: the first part of the url path. */
  database: z.string().regex(/^[A-Za-z0-9_.-]{1,63}$/),
  user: z.string().min(1).max(100),
  /** Record id of the company that books; absent: the user's current company. */
  company: z.int().min(1).optional(),
  /** Code of the warehouse that sales leave from; absent: Tryton's default. */
  warehouse: z.string().min(1).max(100).optional(),
  /** Name of the payment term for new sales; absent: Tryton's default. */
  paymentTerm: z.string().min(1).max(200).optional(),
  /** Product code that carries shipping; absent: shipping is a line without a product. */
  shippingProduct: z.string().min(1).max(100).optional(),
  /** For every account: how long an unknown call may still be under way; read by whoever runs the intent. */
  settleMs: z.int().min(0).optional(),
  /** Product code that carries the channel's tax as a line; absent: tax is left to Tryton's own rules. */
  taxProduct: z.string().min(1).max(100).optional(),
})
export type TrytonSettings = z.infer<typeof settingsSchema>

export function trytonSettingsOf(account: Account): Result<TrytonSettings, string> {
  const parsed = settingsSchema.safeParse(account.settings)
  if (parsed.success) return ok(parsed.data)
  return err(`the settings of account ${account.id} are not usable: ${z.prettifyError(parsed.error)}`)
}
