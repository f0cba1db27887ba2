/** Shopify's budget is points, not calls: every answer says what the call cost and what is left. */
import { z } from 'zod'

const figure = z.number().finite().min(0)
export const costSchema = z.object({
  requestedQueryCost: figure,
  actualQueryCost: figure.nullish(),
  throttleStatus: z.object({ maximumAvailable: figure, currentlyAvailable: figure, restoreRate: figure }),
})
export type Cost = z.output<typeof costSchema>

/** A bucket that restores nothing or lacks its figures still deserves another look soon. */
const waitDefaultMs = 2_000
const waitMinMs = 100
const waitMaxMs = 60_000

/** Until the bucket holds what the refused operation asked for. */
export function waitForBudgetMs(cost: Cost | null): number {
  if (!cost || cost.throttleStatus.restoreRate === 0) return waitDefaultMs
  const { currentlyAvailable, restoreRate } = cost.throttleStatus
  const lacking = Math.max(0, cost.requestedQueryCost - currentlyAvailable)
  return Math.min(waitMaxMs, Math.max(waitMinMs, Math.ceil((lacking / restoreRate) * 1000)))
}

/** What is left, for the record of the call. */
export function budgetDetails(cost: Cost | null): Readonly<Record<string, string>> {
  if (!cost) return {}
  const { maximumAvailable, currentlyAvailable, restoreRate } = cost.throttleStatus
  return {
    costAvailable: String(currentlyAvailable),
    costMaximum: String(maximumAvailable),
    costRestoreRate: String(restoreRate),
  }
}
