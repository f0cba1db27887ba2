/** Which causes have open cases, how many, and what is at stake? Equal causes share a fingerprint. */
import { and, count, desc, eq, min, sum } from 'drizzle-orm'
import type { Db } from '../database.ts'
import { exceptions } from '../schema/operations.ts'

export type ExceptionCluster = {
  readonly category: string
  readonly fingerprint: string
  readonly team: string
  /** Of one of its cases. */
  readonly message: string
  readonly remediation: string
  readonly currency: string | null
  readonly cases: number
  readonly moneyAtRiskMinor: number
  readonly firstDueAtMs: number
  readonly firstOpenedAtMs: number
}

/** More causes than this at once is one large incident: the largest ones come first. */
const clustersMax = 200

/** One row per category, cause and currency (money of several currencies is never added up), most cases first. */
export async function exceptionClusters(
  db: Db,
  args: { readonly category?: string | undefined },
): Promise<readonly ExceptionCluster[]> {
  const open = eq(exceptions.status, 'open')
  const rows = await db
    .select({
      category: exceptions.category,
      fingerprint: exceptions.fingerprint,
      team: exceptions.team,
      message: min(exceptions.message),
      remediation: min(exceptions.remediation),
      currency: exceptions.currency,
      cases: count(),
      moneyAtRiskMinor: sum(exceptions.moneyAtRiskMinor).mapWith(Number),
      firstDueAtMs: min(exceptions.dueAtMs),
      firstOpenedAtMs: min(exceptions.openedAtMs),
    })
    .from(exceptions)
    .where(args.category === undefined ? open : and(open, eq(exceptions.category, args.category)))
    .groupBy(exceptions.category, exceptions.fingerprint, exceptions.team, exceptions.currency)
    .orderBy(desc(count()), exceptions.category, exceptions.fingerprint)
    .limit(clustersMax)
  return rows.map((row) => ({
    ...row,
    message: row.message ?? '',
    remediation: row.remediation ?? '',
    firstDueAtMs: row.firstDueAtMs ?? 0,
    firstOpenedAtMs: row.firstOpenedAtMs ?? 0,
  }))
}
