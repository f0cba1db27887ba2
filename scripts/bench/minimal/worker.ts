/**
 * What the platform gives at best: the least worker that gives the guarantees the benchmark asks for durably, with the
 * same group commit and nothing else: no authentication, schema, ledger, hash chain, expiry, catalogue or projection.
 */
import { Hono } from 'hono'
import { choosePlan, type WantedLine } from './choose-plan.ts'
import { type Env, type Line, stockOf } from './env.ts'
import { inboxOf, MinimalInbox } from './inbox.ts'
import { MinimalOrder } from './order.ts'
import { MinimalRegistry, registryOf, type Verdict } from './registry.ts'
import { MinimalSku, skuOf } from './sku.ts'
import { MinimalStock } from './stock.ts'

type Movement = Line & { readonly eventId: string }
type PlanOrder = {
  readonly shipTo: { readonly country: string; readonly postalCode: string }
  readonly lines: readonly { readonly lineId: string; readonly externalSku: string; readonly quantity: number }[]
}

const app = new Hono<{ Bindings: Env }>()

const statuses = { created: 201, existing: 200, short: 409, conflict: 409 } as const
const reasons: Readonly<Partial<Record<Verdict, string>>> = {
  short: 'insufficient_stock',
  conflict: 'reservation_conflict',
}

app.post('/reservations', async (c) => {
  const { reservationId: id, lines } = await c.req.json<{ reservationId: string; lines: readonly Line[] }>()
  const verdict = await registryOf(c.env, id).reserve(id, lines)
  return c.json({ id, lines, verdict, reason: reasons[verdict] }, statuses[verdict])
})

app.post('/movements', async (c) => {
  const { movements } = await c.req.json<{ movements: readonly Movement[] }>()
  const calls = [...Map.groupBy(movements, ({ sku }) => sku)].map(([sku, own]) =>
    stockOf(c.env, sku).apply(own.map(({ eventId, quantity }) => ({ type: 'move', id: eventId, quantity }))),
  )
  const counted = (await Promise.all(calls)).flat().filter(({ granted }) => granted !== 0).length
  return c.json({ counted, conflicts: movements.length - counted }, 200)
})

const remembered = new Map<string, { readonly available: number; readonly atMs: number }>()

/** From the positions themselves, or from this isolate's memory when that is fresh enough. */
async function availableOf(env: Env, sku: string, maxStalenessMs: number): Promise<number> {
  const nowMs = Date.now()
  const known = remembered.get(sku)
  if (known && nowMs - known.atMs < maxStalenessMs) return known.available
  const available = await skuOf(env, sku).available(sku)
  remembered.set(sku, { available, atMs: nowMs })
  return available
}

app.get('/atp', async (c) => {
  const maxStalenessMs = Number(c.req.query('maxStalenessMs') ?? 0)
  const skus = c.req.queries('sku') ?? []
  const found = await Promise.all(skus.map((sku) => availableOf(c.env, sku, maxStalenessMs)))
  return c.json({ skus: found.map((available, at) => ({ sku: skus[at], available })) })
})

/** By the figures of now: every place is asked. */
app.post('/plans', async (c) => {
  const { shipTo, lines } = await c.req.json<PlanOrder>()
  const { network, grams } = c.env.PLANNING
  const wanted = lines.map(({ lineId, externalSku, quantity }): WantedLine => ({ lineId, sku: externalSku, quantity }))
  const available = await Promise.all(
    wanted.map(({ sku }) => Promise.all(network.places.map(({ id }) => freeAt(c.env, `${sku}@${id}`)))),
  )
  return c.json({ plan: choosePlan({ network, lines: wanted, grams, shipTo, available }) })
})

async function freeAt(env: Env, sku: string): Promise<number> {
  const { received, reserved } = await stockOf(env, sku).totals()
  return received - reserved
}

app.get('/totals', async (c) => {
  const skus = c.req.queries('sku') ?? []
  return c.json(await Promise.all(skus.map(async (sku) => ({ sku, ...(await stockOf(c.env, sku).totals()) }))))
})

app.post('/orders', async (c) => {
  const body = await c.req.text()
  const { externalOrderId } = JSON.parse(body) as { externalOrderId: string }
  const created = await c.env.ORDER.get(c.env.ORDER.idFromName(externalOrderId)).capture(body)
  return c.json({ externalOrderId, created }, created ? 201 : 200)
})

app.post('/webhooks', async (c) => {
  const body = await c.req.text()
  const key = c.req.header('x-shopify-event-id') ?? ''
  if (!(await isSigned(c.env.WEBHOOK_SECRET, body, c.req.header('x-shopify-hmac-sha256') ?? ''))) {
    return c.json({ refused: true }, 401)
  }
  return c.json({ duplicate: await inboxOf(c.env).receive(key, body) }, 202)
})

app.get('/deliveries', async (c) => c.json({ kept: await inboxOf(c.env).count() }))

async function isSigned(secret: string, body: string, signature: string): Promise<boolean> {
  const utf8 = new TextEncoder()
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', utf8.encode(secret), algorithm, false, ['verify'])
  const claimed = Uint8Array.from(atob(signature), (letter) => letter.charCodeAt(0))
  return crypto.subtle.verify('HMAC', key, claimed, utf8.encode(body))
}

export { MinimalInbox, MinimalOrder, MinimalRegistry, MinimalSku, MinimalStock }
export default app
