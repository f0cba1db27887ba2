/** A warehouse account, the requests the saga makes of it, and a stand-in for Crossdock that hears its messages. */
import { createServer } from 'node:http'
import type { CanonicalEvent, ClientContext, Inbound, RawRequest } from '../../../src/connectors/ports.ts'
import { partnerFetchOf } from '../../../src/connectors/transport/partner-fetch.ts'
import { type Account, accountSchema } from '../../../src/domain/config/config.ts'
import { canonicalOrderSchema } from '../../../src/domain/order/canonical-order.ts'
import type { IntentRequest } from '../../../src/domain/order/order-command.ts'
import { fulfilmentOrderIdFrom, lineId } from '../../../src/domain/shared/ids.ts'

type Request<K extends IntentRequest['kind']> = Extract<IntentRequest, { kind: K }>

export const requestSecret = 'whsec_ZWFzdC1vdXRib3VuZC1zZWNyZXQtMDEyMzQ1Njc4'
export const webhookSecret = 'whsec_ZWFzdC1pbmJvdW5kLXNlY3JldC0wMTIzNDU2Nzg5'
export const warehouseSecrets = { 'wh-east-inbound': webhookSecret, 'wh-east-outbound': requestSecret }

export function warehouseAccount(baseUrl: string): Account {
  return accountSchema.parse({
    id: 'wh-east',
    partner: 'warehouse',
    role: 'warehouse',
    baseUrl,
    secrets: { webhook: 'wh-east-inbound', api: 'wh-east-outbound' },
  })
}

export function warehouseContext(baseUrl: string, change: Partial<ClientContext> = {}): ClientContext {
  const account = warehouseAccount(baseUrl)
  return {
    account,
    secrets: warehouseSecrets,
    fetch: partnerFetchOf(account),
    nowMs: () => Date.now(),
    sessions: new Map(),
    ...change,
  }
}

type Line = readonly [line: string, sku: string, quantity: number]

export function releaseRequest(
  number: string,
  lines: readonly Line[] = [
    ['L1', 'ROPE-10', 4],
    ['L2', 'ANCHOR-S', 1],
  ],
): Request<'warehouse_release'> {
  const order = canonicalOrderSchema.parse({
    account: 'shopify-us',
    externalOrderId: number,
    externalNumber: `#${number}`,
    placedAtMs: 1_760_000_000_000,
    sourceVersionMs: 1_760_000_000_000,
    currency: 'USD',
    shipTo: { name: 'Jo Harbour', line1: '5 Pier Road', city: 'Oakland', country: 'US' },
    lines: lines.map(([id, sku, quantity]) => ({
      lineId: id,
      externalSku: sku,
      title: sku,
      quantity,
      unitPriceMinor: 100,
    })),
    totals: { subtotalMinor: 0, totalMinor: 0 },
    payment: 'paid',
  })
  const fulfilmentOrderId = fulfilmentOrderIdFrom(`shopify-us:${number}/F1`)
  return {
    kind: 'warehouse_release',
    externalId: fulfilmentOrderId,
    fulfilmentOrderId,
    order,
    lines: lines.map(([id, sku, quantity]) => ({ lineId: lineId(id), sku, title: sku, quantity })),
  }
}

export function recallRequest(number: string): Request<'warehouse_cancel'> {
  const fulfilmentOrderId = fulfilmentOrderIdFrom(`shopify-us:${number}/F1`)
  return {
    kind: 'warehouse_cancel',
    externalId: `${fulfilmentOrderId}/cancel`,
    fulfilmentOrderId,
    warehouseReference: null,
    reason: 'the buyer asked',
  }
}

export type Listener = {
  readonly url: string
  /** What was heard for the first time, in our words. */
  readonly events: CanonicalEvent[]
  readonly statuses: number[]
  /** Answers 503 while true. */
  busy: boolean
  readonly stop: () => Promise<void>
}

/** Verifies, dedupes and translates as the webhook route and the inbox do. */
export async function listen(
  inbound: Inbound,
  account: Account,
  secrets: Readonly<Record<string, string>>,
): Promise<Listener> {
  const events: CanonicalEvent[] = []
  const statuses: number[] = []
  const seen = new Set<string>()

  async function hear(request: RawRequest): Promise<number> {
    if (listener.busy) return 503
    if (!(await inbound.verify(request, account, secrets, Date.now()))) return 401
    const identified = await inbound.identify(request, account)
    if (!identified.ok || identified.value.kind !== 'delivery') return 400
    const { topic, headers, dedupeKeys } = identified.value
    if (dedupeKeys.some((key) => seen.has(key))) return 202
    for (const key of dedupeKeys) seen.add(key)
    const body = new TextDecoder().decode(request.body)
    const translated = inbound.translate({ topic, headers, body, receivedAtMs: Date.now() }, account)
    if (!translated.ok) throw new Error(JSON.stringify(translated.error))
    events.push(...translated.value.events)
    return 202
  }

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk) => chunks.push(chunk))
    incoming.on('end', async () => {
      const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
      const url = new URL(incoming.url ?? '/', 'http://127.0.0.1')
      const status = await hear({ method: 'POST', url, headers, body: Buffer.concat(chunks) })
      statuses.push(status)
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const listener: Listener = { url: `http://127.0.0.1:${address.port}`, events, statuses, busy: false, stop }
  return listener
}

/** Waits for what a partner does in its own time; fails after ten seconds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadlineMs = Date.now() + 10_000
  while (!holds()) {
    if (Date.now() > deadlineMs) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
