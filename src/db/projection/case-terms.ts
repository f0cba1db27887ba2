/** What every case row takes from its category: who owns it and when it is overdue. */
import { exceptionCatalogue } from '../../domain/exceptions/exception-catalogue.ts'
import type { ExceptionCategory } from '../../domain/exceptions/order-exception.ts'
import type { ExceptionRow } from '../rows.ts'

type CaseTerms = Pick<ExceptionRow, 'category' | 'team' | 'openedAtMs' | 'dueAtMs'>

export function caseTerms(category: ExceptionCategory, openedAtMs: number): CaseTerms {
  const { owner, dueMinutes } = exceptionCatalogue[category]
  return { category, team: owner, openedAtMs, dueAtMs: openedAtMs + dueMinutes * 60_000 }
}
