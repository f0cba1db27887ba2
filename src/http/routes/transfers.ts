/** Transfers of stock between our locations: one call to one actor, which brings both positions along. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { actor } from '../../actor-apis.ts'
import { findSku } from '../../config/catalog.ts'
import { baseUnitsOf, unitRatio } from '../../domain/catalog/units-of-measure.ts'
import { locationId, type Sku, sku } from '../../domain/shared/ids.ts'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { Transfer } from '../../domain/transfer/transfer.ts'
import type { TransferApi, TransferCommand, TransferRefusal } from '../../domain/transfer/transfer-command.ts'
import { mayActFor } from '../auth.ts'
import { type AppContext, type AppEnv, causeOf } from '../context.ts'
import { answers, noQuery, reads, reasonsOf, refusals, takes, writes } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { examples } from '../wire/examples.ts'
import { lotsIn } from '../wire/stock-events.ts'
import {
  transferCancelSchema,
  transferDocument,
  transferIdSchema,
  transferReceiveSchema,
  transferRequestSchema,
  transferSchema,
  transferShipSchema,
} from '../wire/transfer.ts'

export const transfers = new OpenAPIHono<AppEnv>()

const pathSchema = z.object({ id: transferIdSchema.openapi({ param: { name: 'id', in: 'path' } }) })
const transferReasons = [
  'transfer_not_found',
  'transfer_conflict',
  'transfer_not_reserved',
  'transfer_not_shipped',
  'transfer_closed',
  'transfer_exceeds_reserved',
  'transfer_line_not_found',
  'transfer_shipped',
  'transfer_full',
  'lots_exceed_quantity',
] as const satisfies readonly TransferRefusal['reason'][]
const lineReasons = ['unknown_sku', 'unknown_unit'] as const
const responses = {
  200: answers(transferSchema, 'The transfer as it stands now'),
  ...refusals(...reasonsOf.write, ...transferReasons, ...lineReasons),
}

const transferOf = (c: AppContext, id: string): TransferApi => actor<TransferApi>(c.env.TRANSFER, id)

type Line = { readonly sku: string; readonly quantity: number; readonly unit?: string | undefined }
type LineRefusal =
  | { readonly reason: 'unknown_sku'; readonly sku: string }
  | { readonly reason: 'unknown_unit'; readonly sku: string; readonly unit: string }

/** `ratio`: base units in one of what the line is counted in. */
type Counted<Given> = { readonly line: Given; readonly ratio: number }

/** In base units, a SKU once. A bundle lies nowhere: its components are transferred. */
async function baseLines<Given extends Line>(
  c: AppContext,
  lines: readonly Given[],
): Promise<
  Result<
    readonly { readonly sku: Sku; readonly quantity: number; readonly given: readonly Counted<Given>[] }[],
    LineRefusal
  >
> {
  const bySku = [...Map.groupBy(lines, (line) => line.sku)]
  const entries = await Promise.all(bySku.map(([name]) => findSku(c.env, name, c.var.receivedAtMs)))
  const based: { sku: Sku; quantity: number; given: readonly Counted<Given>[] }[] = []
  for (const [index, [name, given]] of bySku.entries()) {
    const entry = entries[index]
    if (!entry?.stocked || entry.components.length > 0) return err({ reason: 'unknown_sku', sku: name })
    let quantity = 0
    for (const line of given) {
      const units = baseUnitsOf(entry, line.quantity, line.unit ?? null)
      if (!units.ok) return err({ reason: 'unknown_unit', sku: name, unit: line.unit ?? '' })
      quantity += units.value
    }
    const counted = given.map((line) => ({ line, ratio: unitRatio(entry, line.unit ?? null) ?? 1 }))
    based.push({ sku: sku(name), quantity, given: counted })
  }
  return ok(based)
}

/** A warehouse's restricted key speaks for its own end of a transfer. */
function mayReport(c: AppContext, location: string): boolean {
  const found = c.var.config.locations.find(({ id }) => id === location)
  return found !== undefined && mayActFor(c.var.principal, found.account ?? '')
}

async function execute(c: AppContext, id: string, command: TransferCommand) {
  const verdict = await transferOf(c, id).execute(id, command, causeOf(c))
  return verdict.ok ? c.json(transferDocument(verdict.transfer), 200) : refuse(c, verdict.error)
}

const requestRoute = createRoute({
  method: 'post',
  path: '/v1/transfers',
  ...writes('POST /v1/transfers'),
  operationId: 'requestTransfer',
  tags: ['transfers'],
  summary: 'Claim units at one location for another',
  description:
    'All lines or none, unless `allowPartial`: `status` says `reserved` or `refused`. The same id with the same content ' +
    'is the same transfer.',
  request: { query: noQuery, body: takes(transferRequestSchema, examples.transfer) },
  responses: {
    201: answers(transferSchema, 'Requested by this call'),
    ...responses,
    ...refusals(...reasonsOf.write, ...transferReasons, ...lineReasons, 'unknown_location'),
  },
})

transfers.openapi(requestRoute, async (c) => {
  const { transferId, from, to, dueAt, allowPartial, lines } = c.req.valid('json')
  for (const location of [from, to]) {
    if (!c.var.config.locations.some(({ id }) => id === location)) {
      return refuse(c, { reason: 'unknown_location', location })
    }
  }
  if (from === to) {
    return refuse(c, { reason: 'invalid_body', errors: [{ path: 'to', message: 'the same location as `from`' }] })
  }
  if (!mayReport(c, from)) return refuse(c, { reason: 'account_not_allowed', location: from })
  const based = await baseLines(c, lines)
  if (!based.ok) return refuse(c, based.error)
  const verdict = await transferOf(c, transferId).execute(
    transferId,
    {
      type: 'request',
      transferId,
      from: locationId(from),
      to: locationId(to),
      lines: based.value.map(({ sku, quantity }) => ({ sku, quantity })),
      dueAtMs: dueAt,
      allowPartial,
      correlationId: c.var.correlationId,
    },
    causeOf(c),
  )
  if (!verdict.ok) return refuse(c, verdict.error)
  const document = transferDocument(verdict.transfer)
  return verdict.effect === 'applied' ? c.json(document, 201) : c.json(document, 200)
})

const getRoute = createRoute({
  method: 'get',
  path: '/v1/transfers/{id}',
  ...reads('GET /v1/transfers/{id}'),
  operationId: 'getTransfer',
  tags: ['transfers'],
  summary: 'One transfer as it stands now',
  request: { query: noQuery, params: pathSchema },
  responses: {
    200: answers(transferSchema, 'The transfer'),
    ...refusals(...reasonsOf.read, 'transfer_not_found'),
  },
})

transfers.openapi(getRoute, async (c) => {
  const { id } = c.req.valid('param')
  const transfer = await readOwn(c, id)
  return transfer === null
    ? refuse(c, { reason: 'transfer_not_found', transferId: id })
    : c.json(transferDocument(transfer), 200)
})

/** Null for what is not there, and for what is none of the caller's business. */
async function readOwn(c: AppContext, id: string): Promise<Transfer | null> {
  const transfer = await transferOf(c, id).read()
  return transfer !== null && (mayReport(c, transfer.from) || mayReport(c, transfer.to)) ? transfer : null
}

/** Why the caller may not report for this end of the transfer; null when he may. */
async function refusalAt(end: 'from' | 'to', c: AppContext, id: string) {
  const transfer = await readOwn(c, id)
  if (transfer === null) return { reason: 'transfer_not_found', transferId: id } as const
  const location = transfer[end]
  return mayReport(c, location) ? null : ({ reason: 'account_not_allowed', location } as const)
}

const shipRoute = createRoute({
  method: 'post',
  path: '/v1/transfers/{id}/ship',
  ...writes('POST /v1/transfers/{id}/ship'),
  operationId: 'shipTransfer',
  tags: ['transfers'],
  summary: 'Report that units left the source, whole or in part',
  request: { query: noQuery, params: pathSchema, body: takes(transferShipSchema, examples.transferShipment) },
  responses,
})

transfers.openapi(shipRoute, async (c) => {
  const { id } = c.req.valid('param')
  const { shipmentId, lines, shippedAt } = c.req.valid('json')
  const refusal = await refusalAt('from', c, id)
  if (refusal !== null) return refuse(c, refusal)
  const based = lines === undefined ? null : await baseLines(c, lines)
  if (based?.ok === false) return refuse(c, based.error)
  const leaving = based?.value.map(({ sku, quantity }) => ({ sku, quantity })) ?? null
  return execute(c, id, { type: 'ship', shipmentId, lines: leaving, shippedAtMs: shippedAt })
})

const receiveRoute = createRoute({
  method: 'post',
  path: '/v1/transfers/{id}/receive',
  ...writes('POST /v1/transfers/{id}/receive'),
  operationId: 'receiveTransfer',
  tags: ['transfers'],
  summary: 'Report that units arrived: in parts, short or over',
  request: { query: noQuery, params: pathSchema, body: takes(transferReceiveSchema, examples.transferReceipt) },
  responses,
})

transfers.openapi(receiveRoute, async (c) => {
  const { id } = c.req.valid('param')
  const { receiptId, lines, final, receivedAt } = c.req.valid('json')
  const refusal = await refusalAt('to', c, id)
  if (refusal !== null) return refuse(c, refusal)
  const based = await baseLines(c, lines)
  if (!based.ok) return refuse(c, based.error)
  const arrived = based.value.map(({ sku, quantity, given }) => ({
    sku,
    quantity,
    lots: given.flatMap(({ line, ratio }) => lotsIn(line.lots, ratio)),
  }))
  return execute(c, id, { type: 'receive', receiptId, lines: arrived, final, receivedAtMs: receivedAt })
})

const cancelRoute = createRoute({
  method: 'post',
  path: '/v1/transfers/{id}/cancel',
  ...writes('POST /v1/transfers/{id}/cancel'),
  operationId: 'cancelTransfer',
  tags: ['transfers'],
  summary: 'Give back what has not left',
  request: { query: noQuery, params: pathSchema, body: takes(transferCancelSchema, examples.cancel) },
  responses,
})

transfers.openapi(cancelRoute, async (c) => {
  const { id } = c.req.valid('param')
  const refusal = await refusalAt('from', c, id)
  if (refusal !== null) return refuse(c, refusal)
  return execute(c, id, { type: 'cancel', reason: c.req.valid('json').reason })
})
