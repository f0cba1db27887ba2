/**
 * A Shopify store on loopback: the Admin GraphQL API 2026-10, as strict as the real one, and its webhooks. It can be
 * told to fail (control.ts), its orders come from shopify-orders.ts, and its records show what was done.
 */
import type { GraphQLSchema } from 'graphql'
import {
  json,
  type SandboxAnswer,
  type SandboxOptions,
  type SandboxRequest,
  type SandboxServer,
  startSandbox,
} from './control.ts'
import { seededRandom } from './seeded-random.ts'
import { changesOf, levelChange } from './shopify-changes.ts'
import { type CostBucket, costBucket } from './shopify-cost.ts'
import { type GraphqlRequest, graphqlEndpoint, operationName } from './shopify-graphql.ts'
import { type InventoryMutations, inventoryMutations } from './shopify-inventory.ts'
import { inventoryItemIdOf } from './shopify-orders.ts'
import { editByHand } from './shopify-products.ts'
import { type StoreRecords, storeRecords } from './shopify-records.ts'
import { type RefundedLine, refundOrder } from './shopify-refunds.ts'
import { storeRoot } from './shopify-resolvers.ts'
import { shopifySchema } from './shopify-schema.ts'
import { type DeliveryReport, type WebhookEvent, type WebhookSender, webhookSender } from './shopify-webhooks.ts'
import { type WireOrder, type WireRefund, wireTime } from './shopify-wire.ts'

export type ShopifyStoreOptions = SandboxOptions & {
  readonly token: string
  readonly webhookSecret: string
  readonly shopDomain: string
  readonly skus: readonly string[]
  /** Where webhooks go, such as `http://127.0.0.1:8787/v1/webhooks/shopify-us`; a store without one sends none. */
  readonly webhookUrl?: string
  readonly retryDelaysMs?: readonly number[]
  /** Sends a webhook for every level and product that changes, whoever changed it. */
  readonly tellsChanges?: boolean
  /** Points per second; the default is Shopify Plus. */
  readonly restoreRate?: number
  /** Fetch the official schema when it is not cached. */
  readonly fetchSchema?: boolean
  readonly schema?: GraphQLSchema
  readonly nowMs?: () => number
}

export type ShopifyStore = SandboxServer & {
  readonly schemaSource: 'official' | 'part' | 'given'
  readonly records: StoreRecords
  readonly inventory: InventoryMutations
  readonly bucket: CostBucket
  readonly control: StoreControl
}

/** What happens in the store, and the webhook each of it sends. Returns the event, sent or not. */
export type StoreControl = {
  /** Makes an event of a body; `again` gives it the event id of an earlier one. */
  readonly event: (topic: string, body: unknown, again?: WebhookEvent) => WebhookEvent
  readonly send: (event: WebhookEvent) => Promise<DeliveryReport>
  readonly place: (order: WireOrder) => WebhookEvent
  readonly cancel: (orderId: number, reason?: string) => WebhookEvent
  readonly refund: (
    orderId: number,
    lines: readonly RefundedLine[],
  ) => { refund: WireRefund; events: readonly WebhookEvent[] }
  readonly updated: (orderId: number, change?: Partial<WireOrder>) => WebhookEvent
  readonly setInventory: (sku: string, locationId: number, available: number) => WebhookEvent
  /** A body as large as Shopify's own: what the store shows for one listing now. */
  readonly shown: (sku: string, locationId: number) => number | undefined
}

export async function startShopifyStore(options: ShopifyStoreOptions): Promise<ShopifyStore> {
  const nowMs = options.nowMs ?? Date.now
  const records = storeRecords({ skus: options.skus, nowMs })
  const bucket = costBucket(options.restoreRate ?? 1_000, nowMs)
  const { schema, source } = options.schema
    ? { schema: options.schema, source: 'given' as const }
    : await shopifySchema({ fetch: options.fetchSchema ?? false })
  const inventory = inventoryMutations(records)
  const endpoint = graphqlEndpoint({ schema, root: storeRoot(records, inventory), bucket })
  const random = seededRandom((options.seed ?? 1) ^ 0x5f5f)
  const { webhookUrl: url, webhookSecret: secret, shopDomain, retryDelaysMs } = options
  const sender = url
    ? webhookSender({ url, secret, shopDomain, random, ...(retryDelaysMs ? { retryDelaysMs } : {}) })
    : null
  const control = storeControl(records, sender, () => random.uuid(), nowMs)
  const tellChanges = options.tellsChanges ? teller(records, control, nowMs) : () => {}
  const server = await startSandbox(
    {
      operationOf: (request) => operationName(bodyOf(request)?.query ?? ''),
      handle: async (request) => {
        const answered = await answer(request, options.token, endpoint)
        tellChanges()
        return answered
      },
      report: () => ({ orders: records.orders.size, throttle: bucket.status() }),
      configure: (change) => {
        if (change.drain === true) bucket.drain()
        changeByHand(records, change.inventory)
        editByHand(records, change.products)
        tellChanges()
      },
    },
    options,
  )
  const stop = async () => {
    sender?.stop()
    await server.stop()
  }
  return { ...server, stop, schemaSource: source, records, inventory, bucket, control }
}

/** Nobody waits for them, and they may well be there before the answer to whoever made the change. */
function teller(records: StoreRecords, { event, send }: StoreControl, nowMs: () => number): () => void {
  const changes = changesOf(records, nowMs)
  return () => {
    for (const { topic, body } of changes()) void send(event(topic, body))
  }
}

async function answer(
  request: SandboxRequest,
  token: string,
  endpoint: ReturnType<typeof graphqlEndpoint>,
): Promise<SandboxAnswer> {
  if (request.url.pathname !== '/admin/api/2026-10/graphql.json') return json(404, { errors: 'Not Found' })
  if (request.method !== 'POST') return json(405, { errors: 'Method Not Allowed' })
  if (request.headers['x-shopify-access-token'] !== token) {
    return json(401, { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' })
  }
  if (!request.headers['content-type']?.startsWith('application/json'))
    return json(415, { errors: 'Unsupported Media Type' })
  const body = bodyOf(request)
  if (!body) return json(400, { errors: { query: 'Required parameter missing or invalid' } })
  return json(200, await endpoint(body))
}

function bodyOf(request: SandboxRequest): GraphqlRequest | null {
  try {
    const parsed: unknown = JSON.parse(request.body.toString('utf8'))
    if (typeof parsed !== 'object' || parsed === null || !('query' in parsed)) return null
    if (typeof parsed.query !== 'string') return null
    const variables = 'variables' in parsed && typeof parsed.variables === 'object' ? parsed.variables : null
    return { query: parsed.query, variables: { ...variables } }
  } catch {
    return null
  }
}

function storeControl(
  records: StoreRecords,
  sender: WebhookSender | null,
  uuid: () => string,
  nowMs: () => number,
): StoreControl {
  const event: StoreControl['event'] = (topic, body, again) => ({
    topic,
    body: JSON.stringify(body),
    eventId: again?.eventId ?? uuid(),
    triggeredAtMs: nowMs(),
  })
  return {
    event,
    send: async (sent) => {
      if (!sender) throw new Error('this store has no webhookUrl')
      return sender.send(sent)
    },
    place: (order) => {
      records.addOrder(order)
      return event('orders/create', order)
    },
    cancel: (orderId, reason = 'customer') => {
      const cancelledAt = wireTime(nowMs())
      const order = records.changeOrder(orderId, {
        cancelled_at: cancelledAt,
        closed_at: cancelledAt,
        cancel_reason: reason,
      })
      for (const each of records.fulfilmentOrders.values()) if (each.orderId === orderId) each.status = 'CANCELLED'
      return event('orders/cancelled', order)
    },
    refund: (orderId, lines) => {
      const { refund, order } = refundOrder(records, orderId, lines, nowMs())
      return { refund, events: [event('refunds/create', refund), event('orders/updated', order)] }
    },
    updated: (orderId, change = {}) => event('orders/updated', records.changeOrder(orderId, change)),
    setInventory: (sku, locationId, available) => {
      const level = `${inventoryItemIdOf(sku)}@${locationId}`
      records.inventory.set(level, available)
      const { topic, body } = levelChange(level, available, wireTime(nowMs()))
      return event(topic, body)
    },
    shown: (sku, locationId) => records.inventory.get(`${inventoryItemIdOf(sku)}@${locationId}`),
  }
}

/** `{ "<inventory item>@<location>": units }`: somebody counted again, and only a store that tells changes tells of it. */
function changeByHand(records: StoreRecords, levels: unknown): void {
  if (typeof levels !== 'object' || levels === null) return
  for (const [level, available] of Object.entries(levels)) {
    if (Number.isInteger(available) && records.inventory.has(level)) records.inventory.set(level, Number(available))
  }
}
