/**
 * Sets what Shopify shows as available, compare-and-set: a quantity that changed since we last knew it refuses the call
 * instead of being overwritten. The idempotency key makes the same publication, sent twice, one change.
 */
import { z } from 'zod'
import type { CallOutcome } from '../../../domain/outbox/intent.ts'
import type { ClientContext, StockPublication } from '../../ports.ts'
import { sha256Hex } from '../../transport/hmac.ts'
import { absent, type CallFailure, callAdmin, unknown } from './admin-graphql.ts'
import { gidOf, idOfGid } from './gid.ts'
import { setQuantities } from './operations.ts'
import { budgetDetails } from './throttle.ts'

/** Shopify's bound on input arrays. */
const publicationsMax = 250

const userError = z.object({ code: z.string().nullish(), field: z.array(z.string()).nullish(), message: z.string() })
type UserError = z.output<typeof userError>
const setAnswer = z.object({
  inventorySetQuantities: z
    .object({ inventoryAdjustmentGroup: z.object({ id: z.string() }).nullable(), userErrors: z.array(userError) })
    .nullable(),
})

/** One call for the whole batch: Shopify applies all of it or nothing. */
export async function publishStock(
  publications: readonly StockPublication[],
  context: ClientContext,
): Promise<CallOutcome> {
  if (publications.length === 0) return { outcome: 'committed', reference: 'nothing to set' }
  if (publications.length > publicationsMax) return absent('too_large', `more than ${publicationsMax} quantities`)
  const key = await batchKey(publications)
  const input = {
    name: 'available',
    reason: 'correction',
    referenceDocumentUri: `gid://crossdock/StockPublication/${key}`,
    quantities: publications.map(quantityOf),
  }
  const answer = await callAdmin(context, setQuantities, { input, key }, setAnswer)
  if (!answer.ok) return answer.error
  const payload = answer.value.data.inventorySetQuantities
  const problems = payload?.userErrors ?? []
  if (problems.length > 0) return failureOf(problems)
  if (!payload) return unknown('ambiguous_outcome', 'no error and no answer')
  // Setting what is already shown changes nothing and makes no adjustment group.
  const group = payload.inventoryAdjustmentGroup
  const reference = group ? idOfGid(group.id) : 'unchanged'
  return { outcome: 'committed', reference, details: budgetDetails(answer.value.cost) }
}

function quantityOf(publication: StockPublication) {
  return {
    inventoryItemId: gidOf('InventoryItem', publication.externalItemId),
    locationId: gidOf('Location', publication.externalLocationId),
    quantity: publication.quantity,
    // The field must be there: null says on purpose that nothing is compared.
    changeFromQuantity: publication.expectedQuantity,
  }
}

/** Shopify takes one key per call and recommends UUIDs: the same batch always makes the same one. */
async function batchKey(publications: readonly StockPublication[]): Promise<string> {
  const hex = await sha256Hex(publications.map((publication) => publication.idempotencyKey).join('\n'))
  const part = (from: number, to: number) => hex.slice(from, to)
  return `${part(0, 8)}-${part(8, 12)}-8${part(13, 16)}-a${part(17, 20)}-${part(20, 32)}`
}

/** The first code decides; which quantities were stale is in the message, for whoever reads them again. */
function failureOf(problems: readonly UserError[]): CallFailure {
  const code = problems[0]?.code ?? 'no code'
  const at = problems.map((problem) => problem.field?.find((part) => /^\d+$/.test(part))).filter(Boolean)
  const where = at.length > 0 ? ` at quantities ${at.join(', ')}` : ''
  const message = `${code}${where}: ${problems[0]?.message ?? ''}`
  if (code === 'IDEMPOTENCY_CONCURRENT_REQUEST') return unknown('ambiguous_outcome', message)
  if (code === 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH') return absent('duplicate', message)
  return absent('value', message)
}
