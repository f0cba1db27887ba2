/** Keeps what a shadow made of planned orders. The same plan compared again changes nothing. */
import { sql } from 'drizzle-orm'
import type { ShadowComparison } from '../../domain/sourcing/compare-shadow.ts'
import type { Db } from '../database.ts'
import { insertMissingRows } from '../projection/statements.ts'
import { shadowResults } from '../schema/sourcing.ts'

export type ShadowRecord = {
  readonly profileId: string
  readonly revision: number
  readonly orderId: string
  readonly seq: number
  readonly atMs: number
  readonly activeProfile: string
  readonly activeVersion: number | null
  readonly comparison: ShadowComparison
}

export async function recordShadow(db: Db, records: readonly ShadowRecord[]): Promise<void> {
  for (const statement of insertMissingRows(shadowResults, records.map(rowOf), sql`true`)) await db.run(statement)
}

function rowOf({ comparison, ...record }: ShadowRecord): typeof shadowResults.$inferInsert {
  const { samePlan, currency, active, shadow } = comparison
  return {
    ...record,
    currency,
    samePlan,
    activeStrategy: active.strategy,
    shadowStrategy: shadow.strategy,
    activeCostMinor: active.costMinor,
    shadowCostMinor: shadow.costMinor,
    activeSplits: active.splits,
    shadowSplits: shadow.splits,
    activeOnTime: active.onTime,
    shadowOnTime: shadow.onTime,
    activeMarginMinor: active.marginMinor,
    shadowMarginMinor: shadow.marginMinor,
    activeUnplanned: active.unplannedUnits,
    shadowUnplanned: shadow.unplannedUnits,
  }
}
