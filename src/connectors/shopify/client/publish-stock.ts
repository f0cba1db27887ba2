/**
 * Sets what Shopify shows as available, compare-and-set: a quantity that changed since we last knew it refuses the call
 * instead of being overwritten. The idempotency key makes the same publication, sent twice, one change.
 */
import { z } from 'zod'
import type { CallOutcome } from '../../../domain/outbox/intent.ts'
import type { ClientContext } from '../../ports.ts'
import type { Publication, PublishOutcome } from '../../publisher.ts'
import { sha256Hex } from '../../transport/hmac.ts'
import { absent, type CallFailure, callAdmin, unknown } from './admin-graphql.ts'
import { gidOf, idOfGid } from './gid.ts'
import { setQuantities } from './operations.ts'
import { budgetDetails } from './throttle.ts'

/** Shopify's bound on input arrays. */
export const publicationsMax = 250

const userError = z.object({ code: z.string().nullish(), field: z.array(z.string()).nullish(), message: z.string() })
type UserError = z.output<typeof userError>
const setAnswer = z.object({
  inventorySetQuantities: z
    .object({ inventoryAdjustmentGroup: z.object({ id: z.string() }).nullable(), userErrors: z.array(userError) })
    .nullable(),
})

/** One call for the whole batch: Shopify applies all of it or nothing. */
export async function publishStock(
  publications: readonly Publication[],
  context: ClientContext,
): Promise<PublishOutcome> {
  if (publications.length === 0) return whole({ outcome: 'committed', reference: 'nothing to set' })
  if (publications.length > publicationsMax)
    return whole(absent('too_large', `more than ${publicationsMax} quantities`))
  const key = await batchKey(publications)
  const input = {
    name: 'available',
    reason: 'correction',
    referenceDocumentUri: `gid://crossdock/StockPublication/${key}`,
    quantities: publications.map(quantityOf),
  }
  const answer = await callAdmin(context, setQuantities, { input, key }, setAnswer)
  if (!answer.ok) return whole(answer.error)
  const payload = answer.value.data.inventorySetQuantities
  const problems = payload?.userErrors ?? []
  if (problems.length > 0) return { outcome: failureOf(problems), refused: problems.flatMap(refusedBy) }
  if (!payload) return whole(unknown('ambiguous_outcome', 'no error and no answer'))
  // Setting what is already shown changes nothing and makes no adjustment group.
  const group = payload.inventoryAdjustmentGroup
  const reference = group ? idOfGid(group.id) : 'unchanged'
  return whole({ outcome: 'committed', reference, details: budgetDetails(answer.value.cost) })
}

const whole = (outcome: CallOutcome): PublishOutcome => ({ outcome, refused: [] })

function quantityOf(publication: Publication) {
  return {
    inventoryItemId: gidOf('InventoryItem', publication.item),
    locationId: gidOf('Location', publication.place),
    quantity: publication.value,
    // The field must be there: null says on purpose that nothing is compared.
    changeFromQuantity: publication.expected,
  }
}

/** Shopify takes one key per call and recommends UUIDs: the same batch always makes the same one. */
async function batchKey(publications: readonly Publication[]): Promise<string> {
  const hex = await sha256Hex(publications.map((publication) => publication.idempotencyKey).join('\n'))
  const part = (from: number, to: number) => hex.slice(from, to)
  return `${part(0, 8)}-${part(8, 12)}-8${part(13, 16)}-a${part(17, 20)}-${part(20, 32)}`
}

/** The first code decides; which quantities it was about is in the message, for whoever reads the logs. */
function failureOf(problems: readonly UserError[]): CallFailure {
  const code = problems[0]?.code ?? 'no code'
  const at = problems.map(indexOf).filter((index) => index !== undefined)
  const where = at.length > 0 ? ` at quantities ${at.join(', ')}` : ''
  const message = `${code}${where}: ${problems[0]?.message ?? ''}`
  if (code === 'IDEMPOTENCY_CONCURRENT_REQUEST') return unknown('ambiguous_outcome', message)
  if (code === 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH') return absent('duplicate', message)
  return absent('value', message)
}

function refusedBy(problem: UserError): PublishOutcome['refused'] {
  const index = indexOf(problem)
  if (index === undefined) return []
  const why = problem.code === 'CHANGE_FROM_QUANTITY_STALE' ? 'stale' : 'refused'
  return [{ index: Number(index), why, message: `${problem.code ?? 'no code'}: ${problem.message}` }]
}

const indexOf = ({ field }: UserError): string | undefined => field?.find((part) => /^\d+$/.test(part))
