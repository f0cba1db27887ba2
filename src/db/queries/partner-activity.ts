/** How does the work with each partner go: what waits, what nobody knows the outcome of, when did it last speak? */
import { sql } from 'drizzle-orm'
import type { Db } from '../database.ts'

export type PartnerActivity = {
  readonly account: string
  readonly waiting: number
  readonly unknown: number
  readonly rejected: number
  /** 1 when it has ever done what a call asked of it, 0 otherwise. */
  readonly answers: number
  /** Creation time of the oldest call that is not settled; null for none. */
  readonly oldestOpenAtMs: number | null
  readonly lastDeliveryAtMs: number | null
}

/** One statement for all accounts; every part of it is a range of an index, however many calls have settled. */
export async function partnerActivity(db: Db, accounts: readonly string[]): Promise<readonly PartnerActivity[]> {
  const counted = (...statuses: string[]) =>
    sql`(SELECT count(*) FROM intents WHERE account = a.value AND status IN (${sql.join(
      statuses.map((status) => sql`${status}`),
      sql`, `,
    )}))`
  return await db.all<PartnerActivity>(sql`
    SELECT a.value AS account,
      ${counted('pending', 'calling')} AS waiting,
      ${counted('unknown')} AS unknown,
      ${counted('rejected')} AS rejected,
      EXISTS (SELECT 1 FROM intents WHERE account = a.value AND status = 'settled') AS answers,
      (SELECT min(created_at_ms) FROM intents
        WHERE account = a.value AND status IN ('pending', 'calling', 'unknown')) AS oldestOpenAtMs,
      (SELECT max(received_at_ms) FROM deliveries WHERE account = a.value) AS lastDeliveryAtMs
    FROM json_each(${JSON.stringify(accounts)}) AS a`)
}
