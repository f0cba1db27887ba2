/** What did a profile in shadow make of the orders that were planned meanwhile? */
import { and, desc, eq, sql } from 'drizzle-orm'
import type { ShadowComparison } from '../../domain/sourcing/compare-shadow.ts'
import type { Db } from '../database.ts'
import { limitOf, olderThan, type Page, type PageArgs, toPage } from '../page.ts'
import { shadowResults } from '../schema/sourcing.ts'

type ShadowRow = typeof shadowResults.$inferSelect
export type ShadowResult = ShadowComparison & {
  readonly orderId: string
  readonly seq: number
  readonly atMs: number
  readonly activeProfile: string
  readonly activeVersion: number | null
}
type Of = { readonly profileId: string; readonly revision: number }

/** A report is of the newest this many. */
export const shadowReportMax = 5_000

export async function newestShadowResults(db: Db, of: Of): Promise<readonly ShadowResult[]> {
  const rows = await db
    .select()
    .from(shadowResults)
    .where(ofContent(of))
    .orderBy(desc(shadowResults.atMs), desc(shadowResults.orderId))
    .limit(shadowReportMax)
  return rows.map(resultOf)
}

/** Orders that the two would have planned differently, newest first. */
export async function differingShadowResults(db: Db, of: Of, args: PageArgs): Promise<Page<ShadowResult>> {
  const limit = limitOf(args)
  const older = olderThan(shadowResults.atMs, shadowResults.orderId, args.cursor)
  const rows = await db
    .select()
    .from(shadowResults)
    .where(and(ofContent(of), eq(shadowResults.samePlan, false), older))
    .orderBy(desc(shadowResults.atMs), desc(shadowResults.orderId))
    .limit(limit + 1)
  return toPage(rows.map(resultOf), limit, ({ atMs, orderId }) => ({ atMs, id: orderId }))
}

const ofContent = ({ profileId, revision }: Of) =>
  and(eq(shadowResults.profileId, profileId), eq(shadowResults.revision, revision), isFirst)

/** An order that was refused or moved was planned again: it counts once, by what was decided of it first. */
const isFirst = sql`not exists (select 1 from ${shadowResults} as earlier
  where earlier.profile_id = ${shadowResults.profileId} and earlier.revision = ${shadowResults.revision}
    and earlier.order_id = ${shadowResults.orderId} and earlier.seq < ${shadowResults.seq})`

function resultOf(row: ShadowRow): ShadowResult {
  const { orderId, seq, atMs, currency, samePlan, activeProfile, activeVersion } = row
  return {
    ...{ orderId, seq, atMs, currency, samePlan, activeProfile, activeVersion },
    active: {
      strategy: row.activeStrategy,
      costMinor: row.activeCostMinor,
      splits: row.activeSplits,
      onTime: row.activeOnTime,
      marginMinor: row.activeMarginMinor,
      unplannedUnits: row.activeUnplanned,
    },
    shadow: {
      strategy: row.shadowStrategy,
      costMinor: row.shadowCostMinor,
      splits: row.shadowSplits,
      onTime: row.shadowOnTime,
      marginMinor: row.shadowMarginMinor,
      unplannedUnits: row.shadowUnplanned,
    },
  }
}
