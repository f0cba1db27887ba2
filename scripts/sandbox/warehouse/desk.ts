/** The warehouse's front desk: checks every request as a strict partner would, and answers for the floor. */
import type { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { json, type SandboxAnswer, type SandboxRequest } from '../control.ts'
import type { SentMessage } from '../message-sender.ts'
import { acceptOrder, buryOrder, cancelOrder, type Floor, type FloorOrder, rememberOrder } from './floor.ts'

export type Desk = {
  readonly floor: Floor
  readonly verifier: Webhook
  readonly skus: ReadonlySet<string>
  readonly messages: readonly SentMessage[]
}

const releaseSchema = z.strictObject({
  fulfilmentOrderId: z.string().regex(/^[^\s:]+:[^\s/]+\/F\d+$/),
  orderNumber: z.string().nullable(),
  placedAt: z.iso.datetime(),
  shippingMethod: z.string().nullable(),
  shipTo: z.record(z.string(), z.string().nullable()).nullable(),
  lines: z
    .array(
      z.strictObject({
        lineId: z.string().min(1),
        sku: z.string().min(1),
        title: z.string(),
        quantity: z.int().min(1),
      }),
    )
    .min(1),
})
/** The id is in the signed body too: a signature for one order cancels no other. */
const cancelSchema = z.strictObject({ fulfilmentOrderId: z.string(), reason: z.string() })
const messagesPerPage = 200

export function answerRequest(desk: Desk, request: SandboxRequest): SandboxAnswer {
  if (!isSigned(desk.verifier, request)) return json(401, { reason: 'bad_signature' })
  const { pathname, searchParams } = request.url
  const route = `${request.method} ${pathname}`
  if (route === 'GET /v1/messages') return json(200, pageOf(desk.messages, searchParams))
  if (route === 'POST /v1/fulfilment-orders') return release(desk, request)
  const match = /^(GET|POST) \/v1\/fulfilment-orders\/([^/]+?)(\/cancel)?$/.exec(route)
  const id = decodeURIComponent(match?.[2] ?? '')
  if (match?.[1] === 'GET' && match[3] === undefined) return look(desk, id)
  if (match?.[1] === 'POST' && match[3] !== undefined) return cancel(desk, id, request)
  return json(404, { reason: 'no_such_route' })
}

function release({ floor, skus }: Desk, request: SandboxRequest): SandboxAnswer {
  const parsed = releaseSchema.safeParse(jsonOf(request))
  if (!parsed.success) return json(422, { reason: 'invalid_body', message: z.prettifyError(parsed.error) })
  const { fulfilmentOrderId: id, lines } = parsed.data
  const fingerprint = JSON.stringify(parsed.data)
  const known = floor.orders.get(id)
  if (known) return again(floor, known, fingerprint)
  const unknown = lines.filter((line) => !skus.has(line.sku)).map((line) => line.sku)
  if (unknown.length > 0) return json(422, { reason: 'unknown_sku', message: unknown.join(', ') })
  const untouched = lines.map((line) => ({ ...line, shipped: 0, short: 0 }))
  const order = acceptOrder(floor, id, fingerprint, untouched)
  // A forgotten order was written down, but whoever wrote it never answers.
  return order.handling === 'forget' ? { status: 504, body: 'no answer' } : json(201, documentOf(order))
}

function again(floor: Floor, order: FloorOrder, fingerprint: string): SandboxAnswer {
  if (order.status === 'cancelled') return json(409, { reason: 'cancelled', message: 'it was called back' })
  if (order.fingerprint !== fingerprint)
    return json(409, { reason: 'id_conflict', message: 'known with other content' })
  order.repeats++
  rememberOrder(floor, order)
  return json(200, documentOf(order))
}

function look({ floor }: Desk, id: string): SandboxAnswer {
  const order = floor.orders.get(id)
  if (!order) return json(404, { reason: 'not_found' })
  rememberOrder(floor, order)
  return json(200, documentOf(order))
}

function cancel({ floor }: Desk, id: string, request: SandboxRequest): SandboxAnswer {
  const parsed = cancelSchema.safeParse(jsonOf(request))
  if (!parsed.success || parsed.data.fulfilmentOrderId !== id) return json(422, { reason: 'invalid_body' })
  const order = floor.orders.get(id) ?? buryOrder(floor, id)
  if (!cancelOrder(floor, order)) return json(409, { reason: 'too_late', message: `it is ${order.status}` })
  return json(order.status === 'cancelling' ? 202 : 200, documentOf(order))
}

/** Strict and independent of Crossdock's own code: the reference library, on this machine's clock. */
function isSigned(verifier: Webhook, request: SandboxRequest): boolean {
  const body = request.body.toString('utf8')
  const content = body === '' ? `${request.method} ${request.url.pathname}${request.url.search}` : body
  try {
    verifier.verify(content, { ...request.headers }, { jsonParse: false })
    return true
  } catch {
    return false
  }
}

function jsonOf(request: SandboxRequest): unknown {
  try {
    return JSON.parse(request.body.toString('utf8'))
  } catch {
    return undefined
  }
}

const documentOf = (order: FloorOrder) => ({
  fulfilmentOrderId: order.id,
  reference: order.reference,
  status: order.status,
})

function pageOf(
  messages: readonly { readonly id: string; readonly body: string; readonly sentAtMs: number }[],
  query: URLSearchParams,
) {
  const asOf = new Date().toISOString()
  const sinceMs = Date.parse(query.get('since') ?? '')
  const from = Number(query.get('cursor') ?? 0)
  const listed = messages.filter((message) => message.sentAtMs >= sinceMs)
  const page = listed.slice(from, from + messagesPerPage).map(({ id, body, sentAtMs }) => ({
    ...{ id, body },
    sentAt: new Date(sentAtMs).toISOString(),
  }))
  return {
    asOf,
    messages: page,
    nextCursor: from + messagesPerPage < listed.length ? String(from + messagesPerPage) : null,
  }
}
