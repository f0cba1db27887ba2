/** An inbox's page: its log entries, its deliveries with what they touched, and the cases of failed ones. */
import { sql } from 'drizzle-orm'
import type { Db } from '../database.ts'
import type { ExceptionRow } from '../rows.ts'
import { deliveries, deliverySubjects } from '../schema/deliveries.ts'
import { exceptions } from '../schema/operations.ts'
import { joinsOn, type LogPage, type PageWrite } from './commit-pages.ts'
import { caseIdOf, deliveryIdsIn, deliveryRowsOf } from './delivery-rows.ts'
import { insertMissingRows, upsertNewerRows } from './statements.ts'

export async function inboxPage(db: Db, page: LogPage): Promise<PageWrite> {
  const rows = deliveryRowsOf(page.actorName, page.entries, await casesOf(db, deliveryIdsIn(page.entries)))
  const joins = joinsOn(page)
  const statements = [
    ...upsertNewerRows(deliveries, rows.deliveries, joins),
    ...insertMissingRows(deliverySubjects, rows.subjects, joins),
    ...upsertNewerRows(exceptions, rows.exceptions, joins),
  ]
  return { page, statements }
}

function casesOf(db: Db, deliveryIds: readonly string[]): Promise<ExceptionRow[]> {
  const caseIds = JSON.stringify(deliveryIds.map(caseIdOf))
  return db.select().from(exceptions).where(sql`${exceptions.exceptionId} in (select value from json_each(${caseIds}))`)
}
