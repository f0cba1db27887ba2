/** Writes a position's page: its log entries, its drift cases, and the position unless D1 holds a newer one. */
import { and, eq } from 'drizzle-orm'
import type { PositionView } from '../../domain/stock/stock-command.ts'
import type { Db } from '../database.ts'
import type { ExceptionRow } from '../rows.ts'
import { exceptions } from '../schema/operations.ts'
import { positions } from '../schema/stock.ts'
import { commitPage, joinsOn, type LogPage } from './commit-page.ts'
import { driftCasesOf } from './drift-cases.ts'
import { positionRowOf } from './position-row.ts'
import { upsertNewerRows } from './statements.ts'

export async function writePositionPage(db: Db, page: LogPage, view: PositionView | null): Promise<boolean> {
  const newest = page.entries.at(-1)
  const row = view === null || newest === undefined ? null : positionRowOf(view, newest.atMs)
  const cases = driftCasesOf(page.actorName, page.entries, await openCasesOf(db, page.actorName))
  return commitPage(db, page, [
    ...upsertNewerRows(exceptions, cases, joinsOn(page)),
    ...upsertNewerRows(positions, row === null ? [] : [row], joinsOn(page)),
  ])
}

function openCasesOf(db: Db, position: string): Promise<ExceptionRow[]> {
  return db
    .select()
    .from(exceptions)
    .where(and(eq(exceptions.sourceKind, 'stock'), eq(exceptions.sourceName, position), eq(exceptions.status, 'open')))
}
