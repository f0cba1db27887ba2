/** Which causes have open cases, how many, and what is at stake? Equal causes share a fingerprint. */
import { and, count, desc, eq, min, sum } from 'drizzle-orm'
import type { Money } from '../../domain/shared/money.ts'
import type { Db } from '../database.ts'
import { exceptions } from '../schema/operations.ts'

export type ExceptionCluster = {
  readonly category: string
  readonly fingerprint: string
  readonly team: string
  /** Of one of its cases. */
  readonly message: string
  readonly remediation: string
  readonly cases: number
  /** One sum for each currency: money of several currencies is never added up. */
  readonly moneyAtRisk: readonly Money[]
  readonly firstDueAtMs: number
  readonly firstOpenedAtMs: number
}

/** More causes than this at once is one large incident: the largest ones come first. */
const rowsMax = 400

/** Most cases first. */
export async function exceptionClusters(
  db: Db,
  args: { readonly category?: string | undefined },
): Promise<readonly ExceptionCluster[]> {
  const rows = await rowsOfCauses(db, args.category)
  const clusters = [...Map.groupBy(rows, (row) => `${row.category} ${row.fingerprint} ${row.team}`).values()].map(
    merged,
  )
  return clusters.sort((a, b) => b.cases - a.cases || a.fingerprint.localeCompare(b.fingerprint))
}

type CauseRow = Awaited<ReturnType<typeof rowsOfCauses>>[number]

function rowsOfCauses(db: Db, category: string | undefined) {
  const open = eq(exceptions.status, 'open')
  return db
    .select({
      category: exceptions.category,
      fingerprint: exceptions.fingerprint,
      team: exceptions.team,
      message: min(exceptions.message),
      remediation: min(exceptions.remediation),
      currency: exceptions.currency,
      cases: count(),
      atRiskMinor: sum(exceptions.moneyAtRiskMinor).mapWith(Number),
      firstDueAtMs: min(exceptions.dueAtMs),
      firstOpenedAtMs: min(exceptions.openedAtMs),
    })
    .from(exceptions)
    .where(category === undefined ? open : and(open, eq(exceptions.category, category)))
    .groupBy(exceptions.category, exceptions.fingerprint, exceptions.team, exceptions.currency)
    .orderBy(desc(count()), exceptions.category, exceptions.fingerprint)
    .limit(rowsMax)
}

/** The rows of one cause differ in their currency only. */
function merged(rows: readonly CauseRow[]): ExceptionCluster {
  const least = (values: readonly (number | null)[]) => Math.min(...values.map((value) => value ?? 0))
  return {
    category: rows[0]?.category ?? '',
    fingerprint: rows[0]?.fingerprint ?? '',
    team: rows[0]?.team ?? '',
    message: rows[0]?.message ?? '',
    remediation: rows[0]?.remediation ?? '',
    cases: rows.reduce((total, row) => total + row.cases, 0),
    moneyAtRisk: rows.flatMap(({ currency, atRiskMinor }) =>
      currency === null || atRiskMinor === 0 ? [] : [{ currency, amountMinor: atRiskMinor }],
    ),
    firstDueAtMs: least(rows.map((row) => row.firstDueAtMs)),
    firstOpenedAtMs: least(rows.map((row) => row.firstOpenedAtMs)),
  }
}
