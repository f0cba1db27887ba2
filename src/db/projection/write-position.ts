/** Writes a position's page: its log entries, and the position unless D1 holds a newer one. */
import type { PositionView } from '../../domain/stock/stock-command.ts'
import type { Db } from '../database.ts'
import { positions } from '../schema/stock.ts'
import { commitPage, joinsOn, type LogPage } from './commit-page.ts'
import { positionRowOf } from './position-row.ts'
import { upsertNewerRows } from './statements.ts'

export function writePositionPage(db: Db, page: LogPage, view: PositionView | null): Promise<boolean> {
  const newest = page.entries.at(-1)
  const row = view === null || newest === undefined ? null : positionRowOf(view, newest.atMs)
  return commitPage(db, page, row === null ? [] : upsertNewerRows(positions, [row], joinsOn(page)))
}
