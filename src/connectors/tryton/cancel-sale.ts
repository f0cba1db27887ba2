/**
 * Takes a sale back: cancelled as a whole while Tryton allows it, and once it is being processed by cancelling its open
 * shipments and invoices and telling Tryton not to make them again. What has been shipped stays shipped.
 */
import { z } from 'zod'
import type { CallOutcome, ProbeOutcome } from '../../domain/outbox/intent.ts'
import { ok, type Result } from '../../domain/shared/result.ts'
import type { Effect } from '../ports.ts'
import type { RpcFailure } from './json-rpc.ts'
import { openTryton, type Tryton } from './open-tryton.ts'
import { absentAfter, outcomeAfter, refused, unknownAfter } from './outcome.ts'
import { pressOnSale, readSale, type Sale, saleWithNumber } from './sale-records.ts'
import { pressOnShipment, type SaleShipment, shipmentsOfSale } from './shipment-records.ts'
import { addRecords, ignoredSchema, recordIdSchema, recordIdsSchema } from './wire-values.ts'

type Cancelled = Extract<ProbeOutcome, { outcome: 'committed' }>

export const cancelSale: Effect<'erp_cancel_order'> = {
  call: async (request, context) => {
    const opened = await openTryton(context)
    if (!opened.ok) return absentAfter(opened.error)
    const sale = await saleWithNumber(opened.value, request.erpReference)
    if (!sale.ok) return absentAfter(sale.error)
    if (sale.value === null) return refused('missing', `Tryton has no sale ${request.erpReference}`)
    return cancel(opened.value, sale.value)
  },

  probe: async (request, context) => {
    const opened = await openTryton(context)
    if (!opened.ok) return unknownAfter(opened.error)
    const sale = await saleWithNumber(opened.value, request.erpReference)
    if (!sale.ok) return unknownAfter(sale.error)
    if (sale.value === null) return { outcome: 'absent' }
    const state = await standing(opened.value, sale.value)
    if (!state.ok) return unknownAfter(state.error)
    return state.value === 'cancelled' ? committed(sale.value) : { outcome: 'absent' }
  },
}

/** Every step may be repeated, so a lost answer costs one more round and nothing else. */
async function cancel(tryton: Tryton, sale: Sale): Promise<CallOutcome> {
  const before = await standing(tryton, sale)
  if (!before.ok) return absentAfter(before.error)
  if (before.value === 'cancelled') return committed(sale)
  if (before.value === 'shipped') {
    return refused('value', `sale ${sale.number} has been shipped in Tryton: it takes a return, not a cancellation`)
  }
  const undone = await undo(tryton, sale)
  if (!undone.ok) return outcomeAfter(undone.error)
  const after = await readSale(tryton, sale.id)
  if (!after.ok) return unknownAfter(after.error)
  const now = await standing(tryton, after.value)
  if (!now.ok) return unknownAfter(now.error)
  if (now.value !== 'open') return committed(after.value)
  const message = `sale ${sale.number} is still ${after.value.state} in Tryton`
  return { outcome: 'absent', retryable: true, class: 'intermittent', message }
}

type Standing = 'open' | 'shipped' | 'cancelled'

/** Cancelled also when the rest was given up, although Tryton calls such an emptied sale processing or done. */
async function standing(tryton: Tryton, sale: Sale): Promise<Result<Standing, RpcFailure>> {
  if (sale.state === 'cancelled') return ok('cancelled')
  if (sale.state !== 'processing' && sale.state !== 'done') return ok('open')
  const shipments = await shipmentsOfSale(tryton, sale.id)
  if (!shipments.ok) return shipments
  if (shipments.value.some((shipment) => !hasEnded(shipment))) return ok('open')
  const moves = await givenUpMoves(tryton, sale.id)
  if (!moves.ok) return moves
  if (moves.value.unanswered.length > 0) return ok('open')
  if (moves.value.ignored) return ok('cancelled')
  return ok(sale.state === 'done' || shipments.value.length > 0 ? 'shipped' : 'open')
}

const hasEnded = (shipment: SaleShipment) => shipment.state === 'done' || shipment.state === 'cancelled'

async function undo(tryton: Tryton, sale: Sale): Promise<Result<unknown, RpcFailure>> {
  if (sale.state === 'processing' || sale.state === 'done') return emptySale(tryton, sale)
  const draft = sale.state === 'confirmed' ? await pressOnSale(tryton, 'draft', sale.id) : ok(null)
  return draft.ok ? pressOnSale(tryton, 'cancel', sale.id) : draft
}

async function emptySale(tryton: Tryton, sale: Sale): Promise<Result<unknown, RpcFailure>> {
  const shipments = await shipmentsOfSale(tryton, sale.id)
  if (!shipments.ok) return shipments
  for (const shipment of shipments.value.filter((candidate) => !hasEnded(candidate))) {
    const cancelled = await pressOnShipment(tryton, 'cancel', shipment.id)
    if (!cancelled.ok) return cancelled
  }
  const moves = await givenUpMoves(tryton, sale.id)
  if (!moves.ok) return moves
  for (const line of moves.value.unanswered) {
    const ignored = await tryton.invoke({
      method: 'model.sale.line.write',
      params: [[line.lineId], { moves_ignored: [addRecords(line.moveIds)] }],
      answer: ignoredSchema,
    })
    if (!ignored.ok) return ignored
  }
  const invoices = await dropDraftInvoices(tryton, sale)
  return invoices.ok ? pressOnSale(tryton, 'process', sale.id) : invoices
}

const lineSchema = z.object({
  id: recordIdSchema,
  'moves.': z.array(z.object({ id: recordIdSchema, state: z.string() })),
  moves_ignored: recordIdsSchema,
  moves_recreated: recordIdsSchema,
})
type GivenUp = {
  /** Cancelled moves, by sale line, of which Tryton asks whether to make them again. */
  readonly unanswered: readonly { readonly lineId: number; readonly moveIds: readonly number[] }[]
  /** Some move was cancelled for good. */
  readonly ignored: boolean
}

async function givenUpMoves(tryton: Tryton, saleId: number): Promise<Result<GivenUp, RpcFailure>> {
  const lines = await tryton.invoke({
    method: 'model.sale.line.search_read',
    params: [[['sale', '=', saleId]], 0, null, null, ['moves.state', 'moves_ignored', 'moves_recreated']],
    answer: z.array(lineSchema),
  })
  if (!lines.ok) return lines
  const unanswered = lines.value.flatMap((line) => {
    const answered = new Set([...line.moves_ignored, ...line.moves_recreated])
    const asked = line['moves.'].filter((move) => move.state === 'cancelled' && !answered.has(move.id))
    return asked.length === 0 ? [] : [{ lineId: line.id, moveIds: asked.map((move) => move.id) }]
  })
  return ok({ unanswered, ignored: lines.value.some((line) => line.moves_ignored.length > 0) })
}

/** A posted invoice stays: only a credit note undoes it, and that is finance's to write. */
async function dropDraftInvoices(tryton: Tryton, sale: Sale): Promise<Result<unknown, RpcFailure>> {
  const read = await tryton.invoke({
    method: 'model.sale.sale.read',
    params: [[sale.id], ['invoices.state', 'invoices_ignored']],
    answer: z.tuple([
      z.object({
        'invoices.': z.array(z.object({ id: recordIdSchema, state: z.string() })),
        invoices_ignored: recordIdsSchema,
      }),
    ]),
  })
  if (!read.ok) return read
  const [{ 'invoices.': invoices, invoices_ignored: ignored }] = read.value
  const drafts = invoices.filter((invoice) => invoice.state === 'draft' || invoice.state === 'validated')
  if (drafts.length > 0) {
    const ids = drafts.map((invoice) => invoice.id)
    const cancelled = await tryton.invoke({
      method: 'model.account.invoice.cancel',
      params: [ids],
      answer: ignoredSchema,
    })
    if (!cancelled.ok) return cancelled
  }
  const gone = [...drafts, ...invoices.filter((invoice) => invoice.state === 'cancelled')].map((invoice) => invoice.id)
  const unasked = gone.filter((id) => !ignored.includes(id))
  if (unasked.length === 0) return ok(null)
  return tryton.invoke({
    method: 'model.sale.sale.write',
    params: [[sale.id], { invoices_ignored: [addRecords(unasked)] }],
    answer: ignoredSchema,
  })
}

function committed(sale: Sale): Cancelled {
  return { outcome: 'committed', reference: sale.number ?? `id ${sale.id}`, details: { state: sale.state } }
}
