/**
 * A sandbox warehouse that speaks docs/warehouse-api.md and checks what it is sent as a strict one would: signatures,
 * form, unknown SKUs, one id with two contents. It keeps every fulfilment order, so a test can count what it executed.
 */
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { type SandboxOptions, startSandbox } from './control.ts'
import { type Habits, messageSender } from './message-sender.ts'
import { answerRequest } from './warehouse/desk.ts'
import { type Behaviour, closeFloor, createFloor, type Floor, type Handling, resumeOrder } from './warehouse/floor.ts'

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

const labelRetries = 20
const labelRetryMs = 100

export async function startWarehouse(options: WarehouseOptions) {
  const seed = options.seed ?? 1
  const signer = new Webhook(options.webhookSecret)
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
  const verifier = new Webhook(options.requestSecret)
  const desk = { floor, verifier, skus: new Set(options.skus), messages: sender.messages }
  const server = await startSandbox(
    {
      operationOf: (request) => `${request.method} ${request.url.pathname}`,
      handle: (request) => answerRequest(desk, request),
      report: () => ({
        orders: [...floor.orders.values()],
        pending: sender.pending(),
        messages: sender.messages.length,
      }),
      configure: ({ behaviour, habits, script }) => {
        floor.behaviour = { ...floor.behaviour, ...(behaviour as Partial<Behaviour>) }
        sender.behave((habits as Partial<Habits>) ?? {})
        floor.scripted.push(...((script as Handling[]) ?? []))
      },
    },
    options,
  )
  const stop = async () => {
    closeFloor(floor)
    sender.stop()
    await server.stop()
  }
  return {
    ...server,
    floor: floorView(floor),
    /** Fulfilment orders whose picking was begun more than once: must be empty, whatever happened. */
    executedTwice: () => [...floor.orders.values()].filter((order) => order.picks > 1),
    ...stockroom(options.location, say),
    messages: sender.messages,
    pending: sender.pending,
    behave: sender.behave,
    stop,
  }
}
export type WarehouseSandbox = Awaited<ReturnType<typeof startWarehouse>>

function floorView(floor: Floor) {
  return {
    orders: () => [...floor.orders.values()],
    find: (id: string) => floor.orders.get(id) ?? null,
    /** What the next orders get, before chance decides. */
    script: (handlings: readonly Handling[]) => void floor.scripted.push(...handlings),
    behave: (change: Partial<Behaviour>) => {
      floor.behaviour = { ...floor.behaviour, ...change }
    },
    resume: (id: string, handling: Handling) => {
      const order = floor.orders.get(id)
      if (order) resumeOrder(floor, order, handling)
    },
  }
}

/** Sends stock figures; the caller decides which, as the sandbox keeps no stock of its own. */
function stockroom(location: string, say: (type: string, data: object) => void) {
  let sequence = 0
  const numbered = (kind: string) => `${location}-${kind}-${++sequence}`
  return {
    count: (sku: string, onHand: number, asOfMs = Date.now()) => {
      const asOf = new Date(asOfMs).toISOString()
      say('inventory.counted', { sku, location, snapshotId: numbered('count'), sequence, asOf, onHand })
    },
    receive: (sku: string, quantity: number) =>
      say('inventory.received', { sku, location, movementId: numbered('receipt'), quantity }),
    adjust: (sku: string, quantity: number) =>
      say('inventory.adjusted', { sku, location, movementId: numbered('adjustment'), quantity }),
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
