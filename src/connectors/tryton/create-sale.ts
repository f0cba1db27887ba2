/**
 * One order, one confirmed sale. Tryton does not keep references unique, so the sale is made in two steps: a draft,
 * which is not an order yet, then its confirmation. A second draft with the same reference, however late it appears,
 * is never confirmed: the oldest goes on, the others are deleted.
 */
import type { CallOutcome, ProbeOutcome } from '../../domain/outbox/intent.ts'
import type { Effect } from '../ports.ts'
import type { RpcFailure } from './json-rpc.ts'
import { openTryton, type Tryton } from './open-tryton.ts'
import { absentAfter, outcomeAfter, refused, unknownAfter } from './outcome.ts'
import { isPlaced, placeSale, pressOnSale, type Sale, salesWithReference } from './sale-records.ts'
import { saleValuesOf } from './sale-values.ts'
import { createdSchema } from './wire-values.ts'

export const createSale: Effect<'erp_create_order'> = {
  call: async (request, context) => {
    const opened = await openTryton(context)
    if (!opened.ok) return absentAfter(opened.error)
    const tryton = opened.value
    // Costs one look-up and covers a caller who did not know that an earlier attempt had come through.
    const known = await salesWithReference(tryton, request.externalId)
    if (!known.ok) return absentAfter(known.error)
    if (known.value.length > 0) return settle(tryton, known.value)
    const values = await saleValuesOf(tryton, request)
    if (!values.ok) return absentAfter(values.error)
    return create(tryton, request.externalId, values.value)
  },

  probe: async (request, context) => {
    const opened = await openTryton(context)
    if (!opened.ok) return unknownAfter(opened.error)
    const known = await salesWithReference(opened.value, request.externalId)
    if (!known.ok) return unknownAfter(known.error)
    if (known.value.length === 0) return { outcome: 'absent' }
    const settled = await settle(opened.value, known.value)
    // What could not be finished is still there; only a refusal that took the draft away leaves nothing.
    return settled.outcome === 'absent' ? { outcome: 'absent' } : settled
  },
}

async function create(tryton: Tryton, reference: string, values: object): Promise<CallOutcome> {
  const created = await tryton.invoke({
    method: 'model.sale.sale.create',
    params: [[{ ...values, reference }]],
    answer: createdSchema,
  })
  if (!created.ok && !created.error.mayHaveRun) return absentAfter(created.error)
  const sales = await salesWithReference(tryton, reference)
  // Only a sale that is there proves something so soon: without one Tryton may be at work on it still.
  if (!created.ok && (!sales.ok || sales.value.length === 0)) return outcomeAfter(created.error)
  return sales.ok ? settle(tryton, sales.value) : unknownAfter(sales.error)
}

/** Ends with one placed sale, or with none when Tryton refuses it. `sales` share our reference, oldest first. */
async function settle(tryton: Tryton, sales: readonly Sale[]): Promise<CallOutcome> {
  const chosen = sales.find(isPlaced) ?? sales[0]
  if (chosen === undefined) return refused('missing', 'the sale is gone')
  for (const spare of sales.filter((sale) => sale !== chosen && !isPlaced(sale))) {
    const deleted = await pressOnSale(tryton, 'delete', spare.id)
    if (!deleted.ok) return unknownAfter(deleted.error)
  }
  if (isPlaced(chosen)) return committed(chosen)
  const placed = await placeSale(tryton, chosen.id)
  if (placed.ok) return committed(placed.value)
  return placed.error.mayHaveRun || placed.error.retryable
    ? unknownAfter(placed.error)
    : withdraw(tryton, chosen, placed.error)
}

/** Tryton will never confirm it as it is: the draft goes, and the refusal is what a person gets to read. */
async function withdraw(tryton: Tryton, sale: Sale, refusal: RpcFailure): Promise<CallOutcome> {
  const deleted = await pressOnSale(tryton, 'delete', sale.id)
  return deleted.ok ? absentAfter(refusal) : unknownAfter(deleted.error)
}

function committed(sale: Sale): Extract<ProbeOutcome, { outcome: 'committed' }> {
  return {
    outcome: 'committed',
    reference: sale.number ?? `id ${sale.id}`,
    details: { saleId: String(sale.id), state: sale.state },
  }
}
