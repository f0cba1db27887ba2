/** Writes an inbox's page: its log entries, its deliveries with what they touched, and the cases of failed ones. */
import { sql } from 'drizzle-orm'
import type { Db } from '../database.ts'
import type { ExceptionRow } from '../rows.ts'
import { deliveries, deliverySubjects } from '../schema/deliveries.ts'
import { exceptions } from '../schema/operations.ts'
import { commitPage, joinsOn, type LogPage } from './commit-page.ts'
import { caseIdOf, deliveryIdsIn, deliveryRowsOf } from './delivery-rows.ts'
import { insertMissingRows, upsertNewerRows } from './statements.ts'

export async function writeInboxPage(db: Db, page: LogPage): Promise<boolean> {
  const rows = deliveryRowsOf(page.actorName, page.entries, await casesOf(db, deliveryIdsIn(page.entries)))
  const joins = joinsOn(page)
  return commitPage(db, page, [
    ...upsertNewerRows(deliveries, rows.deliveries, joins),
    ...insertMissingRows(deliverySubjects, rows.subjects, joins),
    ...upsertNewerRows(exceptions, rows.exceptions, joins),
  ])
}

function casesOf(db: Db, deliveryIds: readonly string[]): Promise<ExceptionRow[]> {
  const caseIds = JSON.stringify(deliveryIds.map(caseIdOf))
  return db.select().from(exceptions).where(sql`${exceptions.exceptionId} in (select value from json_each(${caseIds}))`)
}
