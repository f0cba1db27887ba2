/** A position's page: its log entries, its drift cases, and the position unless D1 holds a newer one. */
import { and, eq } from 'drizzle-orm'
import type { PositionView } from '../../domain/stock/stock-command.ts'
import type { Db } from '../database.ts'
import type { ExceptionRow } from '../rows.ts'
import { exceptions } from '../schema/operations.ts'
import { positions } from '../schema/stock.ts'
import { joinsOn, type LogPage, type PageWrite } from './commit-pages.ts'
import { driftCasesOf, driftTypes } from './drift-cases.ts'
import { positionRowOf } from './position-row.ts'
import { upsertNewerRows } from './statements.ts'

export async function positionPage(db: Db, page: LogPage, view: PositionView | null): Promise<PageWrite> {
  const newest = page.entries.at(-1)
  const row = view === null || newest === undefined ? null : positionRowOf(view, newest.atMs)
  const statements = [
    ...upsertNewerRows(exceptions, await driftCases(db, page), joinsOn(page)),
    ...upsertNewerRows(positions, row === null ? [] : [row], joinsOn(page)),
  ]
  return { page, statements }
}

/** Only absolute figures open and settle cases: for all other pages D1 is not asked. */
async function driftCases(db: Db, { actorName, entries }: LogPage): Promise<readonly ExceptionRow[]> {
  if (!entries.some(({ type }) => driftTypes.has(type))) return []
  return driftCasesOf(actorName, entries, await openCasesOf(db, actorName))
}

function openCasesOf(db: Db, position: string): Promise<ExceptionRow[]> {
  return db
    .select()
    .from(exceptions)
    .where(and(eq(exceptions.sourceKind, 'stock'), eq(exceptions.sourceName, position), eq(exceptions.status, 'open')))
}
