/** Which transfers does this number belong to, and what was reported of each? */
import { asc, desc, eq, inArray } from 'drizzle-orm'
import type { TransferChain } from '../../domain/lineage/lineage.ts'
import type { Db } from '../database.ts'
import { transferReports, transfers } from '../schema/transfers.ts'

/** Reports that share an id, such as a lorry that took goods of several transfers: this many of them are shown. */
const chainsMax = 10

/** By the transfer's own id, as positions name it, or by the id of a shipment or receipt of it. Newest first. */
export async function transferLineageOf(db: Db, anyId: string): Promise<readonly TransferChain[]> {
  const reported = await transfersReporting(db, anyId, chainsMax)
  const ids = [...new Set([transferNamed(anyId), ...reported.map(({ transferId }) => transferId)])]
  const [found, reports] = await db.batch([
    db
      .select()
      .from(transfers)
      .where(inArray(transfers.transferId, ids))
      .orderBy(desc(transfers.requestedAtMs), asc(transfers.transferId)),
    db
      .select()
      .from(transferReports)
      .where(inArray(transferReports.transferId, ids))
      .orderBy(asc(transferReports.atMs), desc(transferReports.kind), asc(transferReports.reportId)),
  ])
  return found.map((transfer) => ({
    transfer,
    reports: reports.filter(({ transferId }) => transferId === transfer.transferId),
  }))
}

/** The statement itself, so that a test can ask SQLite for its plan. */
export function transfersReporting(db: Db, reportId: string, count: number) {
  return db
    .selectDistinct({ transferId: transferReports.transferId })
    .from(transferReports)
    .where(eq(transferReports.reportId, reportId))
    .limit(count)
}

/** Positions keep its claims and what it announces under `transfer/<transferId>`; a transfer's id holds no slash. */
function transferNamed(id: string): string {
  const [kind, transferId] = id.split('/', 2)
  return kind === 'transfer' && transferId !== undefined ? transferId : id
}
