/** What plans are weighed by, as people call it, in the order in which it is shown. */
import type { Term } from '../../../domain/sourcing/decision.ts'

export const termNames: readonly (readonly [Term, string])[] = [
  ['sla', 'On time'],
  ['margin', 'Margin'],
  ['ship', 'Carriage'],
  ['split', 'Splits'],
  ['capacity', 'Load'],
  ['stockout', 'Stock-out'],
  ['priority', 'Priority'],
]
