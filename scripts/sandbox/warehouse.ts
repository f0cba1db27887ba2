/**
 * A sandbox warehouse that speaks docs/warehouse-api.md and checks what it is sent as a strict one would: signatures,
 * form, unknown SKUs, one id with two contents. It keeps every fulfilment order, so a test can count what it executed.
 */
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { json, type SandboxAnswer, type SandboxOptions, type SandboxRequest, startSandbox } from './control.ts'
import { type Habits, messageSender } from './message-sender.ts'
import { type Behaviour, createFloor, type FloorOrder, type Handling } from './warehouse/floor.ts'

export type WarehouseOptions = SandboxOptions & {
  /** Our location id, as inventory messages name it. */
  readonly location: string
  /** Crossdock signs its requests with this one (the account's `api` secret). */
  readonly requestSecret: string
  /** The warehouse signs its messages with this one (the account's `webhook` secret). */
  readonly webhookSecret: string
  /** Such as `http://127.0.0.1:8787/v1/webhooks/wh-east`; null sends nothing. */
  readonly webhookUrl: string | null
  /** Where labels are bought; null ships without tracking. */
  readonly carrierUrl?: string | null
  readonly skus: readonly string[]
  readonly packs?: Readonly<Record<string, number>>
  readonly behaviour?: Partial<Behaviour>
  readonly habits?: Partial<Habits>
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
const labelRetries = 20
const labelRetryMs = 100

export async function startWarehouse(options: WarehouseOptions) {
  const seed = options.seed ?? 1
  const signer = new Webhook(options.webhookSecret)
  const verifier = new Webhook(options.requestSecret)
  const sender = messageSender({
    url: options.webhookUrl,
    idPrefix: `msg_${options.location}`,
    sign: (id, body) => signed(signer, id, body),
    seed: seed ^ 0x3e55,
    ...(options.habits ? { habits: options.habits } : {}),
  })
  const say = (type: string, data: object) =>
    void sender.send(JSON.stringify({ type, timestamp: new Date().toISOString(), data }))
  const floor = createFloor({
    seed: seed ^ 0xf100,
    behaviour: options.behaviour ?? {},
    packs: options.packs ?? {},
    say,
    label: (reference) => buyLabel(options.carrierUrl ?? null, reference),
  })
  const skus = new Set(options.skus)
  let sequence = 0
  const numbered = (kind: string) => `${options.location}-${kind}-${++sequence}`

  function handle(request: SandboxRequest): SandboxAnswer {
    if (!isSigned(verifier, request)) return json(401, { reason: 'bad_signature' })
    const { pathname, searchParams } = request.url
    if (request.method === 'GET' && pathname === '/v1/messages') return json(200, pageOf(sender.messages, searchParams))
    if (request.method === 'POST' && pathname === '/v1/fulfilment-orders') return release(request)
    const match = /^\/v1\/fulfilment-orders\/([^/]+)(\/cancel)?$/.exec(pathname)
    const id = decodeURIComponent(match?.[1] ?? '')
    if (request.method === 'GET' && match && !match[2]) return look(id)
    if (request.method === 'POST' && match?.[2]) return cancel(id, request)
    return json(404, { reason: 'no_such_route' })
  }

  function release(request: SandboxRequest): SandboxAnswer {
    const parsed = releaseSchema.safeParse(jsonOf(request))
    if (!parsed.success) return json(422, { reason: 'invalid_body', message: z.prettifyError(parsed.error) })
    const { fulfilmentOrderId: id, lines } = parsed.data
    const fingerprint = JSON.stringify(parsed.data)
    const known = floor.find(id)
    if (known) return again(known, fingerprint)
    const unknown = lines.filter((line) => !skus.has(line.sku)).map((line) => line.sku)
    if (unknown.length > 0) return json(422, { reason: 'unknown_sku', message: unknown.join(', ') })
    return json(
      201,
      documentOf(
        floor.accept(
          id,
          fingerprint,
          lines.map((line) => ({ ...line, shipped: 0, short: 0 })),
        ),
      ),
    )
  }

  function again(order: FloorOrder, fingerprint: string): SandboxAnswer {
    if (order.status === 'cancelled') return json(409, { reason: 'cancelled', message: 'it was called back' })
    if (order.fingerprint !== fingerprint)
      return json(409, { reason: 'id_conflict', message: 'known with other content' })
    order.repeats++
    floor.remember(order)
    return json(200, documentOf(order))
  }

  function look(id: string): SandboxAnswer {
    const order = floor.find(id)
    if (!order) return json(404, { reason: 'not_found' })
    floor.remember(order)
    return json(200, documentOf(order))
  }

  function cancel(id: string, request: SandboxRequest): SandboxAnswer {
    const parsed = cancelSchema.safeParse(jsonOf(request))
    if (!parsed.success || parsed.data.fulfilmentOrderId !== id) return json(422, { reason: 'invalid_body' })
    const order = floor.find(id) ?? floor.bury(id)
    if (!floor.cancel(order)) return json(409, { reason: 'too_late', message: `it is ${order.status}` })
    return json(order.status === 'cancelling' ? 202 : 200, documentOf(order))
  }

  const server = await startSandbox(
    {
      operationOf: (request) => `${request.method} ${request.url.pathname}`,
      handle: (request) => answerOrForget(request, handle, floor),
      report: () => ({ orders: floor.orders(), pending: sender.pending(), messages: sender.messages.length }),
      configure: ({ behaviour, habits, script }) => {
        floor.behave((behaviour as Partial<Behaviour>) ?? {})
        sender.behave((habits as Partial<Habits>) ?? {})
        floor.script((script as Handling[]) ?? [])
      },
    },
    options,
  )
  const { location } = options
  const stop = async () => {
    floor.stop()
    sender.stop()
    await server.stop()
  }
  return {
    ...server,
    floor,
    messages: sender.messages,
    pending: sender.pending,
    behave: sender.behave,
    /** Fulfilment orders whose picking was begun more than once: must be empty, whatever happened. */
    executedTwice: () => floor.orders().filter((order) => order.picks > 1),
    count: (sku: string, onHand: number, asOfMs = Date.now()) => {
      const asOf = new Date(asOfMs).toISOString()
      say('inventory.counted', { sku, location, snapshotId: numbered('count'), sequence, asOf, onHand })
    },
    receive: (sku: string, quantity: number) =>
      say('inventory.received', { sku, location, movementId: numbered('receipt'), quantity }),
    adjust: (sku: string, quantity: number) =>
      say('inventory.adjusted', { sku, location, movementId: numbered('adjustment'), quantity }),
    stop,
  }
}
export type WarehouseSandbox = Awaited<ReturnType<typeof startWarehouse>>

/** A forgotten order was written down, but whoever wrote it never answered. */
function answerOrForget(
  request: SandboxRequest,
  handle: (request: SandboxRequest) => SandboxAnswer,
  floor: { readonly orders: () => readonly FloorOrder[] },
): SandboxAnswer {
  const before = floor.orders().length
  const answer = handle(request)
  const made = floor.orders()[before]
  return made?.handling === 'forget' ? { status: 504, body: 'the clerk went for lunch' } : answer
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

function signed(signer: Webhook, id: string, body: string): Readonly<Record<string, string>> {
  const now = new Date()
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signer.sign(id, now, body),
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

/** A parcel without a label does not leave, so a carrier that fails is asked again; without one it leaves untracked. */
async function buyLabel(carrierUrl: string | null, reference: string) {
  for (let attempt = 0; carrierUrl !== null && attempt < labelRetries; attempt++) {
    const body = JSON.stringify({ reference })
    const response = await fetch(`${carrierUrl}/v1/labels`, { method: 'POST', body }).catch(() => null)
    if (response?.ok) return labelSchema.parse(await response.json())
    await new Promise((resolve) => setTimeout(resolve, labelRetryMs))
  }
  return null
}
const labelSchema = z.object({ carrier: z.string(), trackingNumber: z.string() })
