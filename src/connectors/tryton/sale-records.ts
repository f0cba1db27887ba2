/** Sales as they stand in Tryton, and the workflow steps that make a draft a confirmed sale. */
import { z } from 'zod'
import { ok, type Result } from '../../domain/shared/result.ts'
import type { RpcFailure } from './json-rpc.ts'
import type { Tryton } from './open-tryton.ts'
import { ignoredSchema, recordIdSchema } from './wire-values.ts'

const saleSchema = z.object({
  id: recordIdSchema,
  number: z.string().nullable(),
  state: z.enum(['draft', 'quotation', 'confirmed', 'processing', 'done', 'cancelled']),
})
export type Sale = z.infer<typeof saleSchema>
const salesSchema = z.array(saleSchema)

/** A sale that Tryton counts as an order, or once did: drafts and quotations are not orders yet. */
export const isPlaced = (sale: Sale) => sale.state !== 'draft' && sale.state !== 'quotation'

/** Oldest first. */
export function salesWithReference(tryton: Tryton, reference: string): Promise<Result<readonly Sale[], RpcFailure>> {
  return searchSales(tryton, ['reference', '=', reference])
}

export async function saleWithNumber(tryton: Tryton, number: string): Promise<Result<Sale | null, RpcFailure>> {
  const found = await searchSales(tryton, ['number', '=', number])
  return found.ok ? ok(found.value[0] ?? null) : found
}

function searchSales(tryton: Tryton, clause: readonly unknown[]): Promise<Result<readonly Sale[], RpcFailure>> {
  const domain = [clause, ['company', '=', tryton.company]]
  return tryton.invoke({
    method: 'model.sale.sale.search_read',
    params: [domain, 0, null, [['id', 'ASC']], ['number', 'state']],
    answer: salesSchema,
  })
}

export async function readSale(tryton: Tryton, id: number): Promise<Result<Sale, RpcFailure>> {
  const read = await tryton.invoke({
    method: 'model.sale.sale.read',
    params: [[id], ['number', 'state']],
    answer: z.tuple([saleSchema]),
  })
  return read.ok ? ok(read.value[0]) : read
}

/** Presses a workflow button. Tryton ignores a step that the state does not allow: read the state afterwards. */
export function pressOnSale(
  tryton: Tryton,
  button: 'quote' | 'confirm' | 'process' | 'cancel' | 'draft' | 'delete',
  id: number,
): Promise<Result<unknown, RpcFailure>> {
  return tryton.invoke({ method: `model.sale.sale.${button}`, params: [[id]], answer: ignoredSchema })
}

/** Takes a draft or quotation as far as confirmed; harmless to repeat at any point. */
export async function placeSale(tryton: Tryton, id: number): Promise<Result<Sale, RpcFailure>> {
  const quoted = await pressOnSale(tryton, 'quote', id)
  if (!quoted.ok) return quoted
  const confirmed = await pressOnSale(tryton, 'confirm', id)
  return confirmed.ok ? readSale(tryton, id) : confirmed
}
