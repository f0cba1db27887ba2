/**
 * What the platform gives at best: the least worker that reserves units and keeps webhooks durably, with the same group
 * commit and nothing else: no authentication, schema, ledger, hash chain, expiry, catalogue or projection.
 */
import { DurableObject } from 'cloudflare:workers'
import { Hono } from 'hono'

type Env = {
  readonly STOCK: DurableObjectNamespace<MinimalStock>
  readonly INBOX: DurableObjectNamespace<MinimalInbox>
  readonly WEBHOOK_SECRET: string
}
type Held = { readonly granted: number; readonly available: number }
type Totals = { readonly received: number; readonly reserved: number }

/** Calls that arrive in one turn of the event loop share one transaction. */
class Batch<Item, Answer> {
  readonly #apply: (items: readonly Item[]) => readonly Answer[]
  #parked: { readonly item: Item; readonly resolve: (answer: Answer) => void }[] = []

  constructor(apply: (items: readonly Item[]) => readonly Answer[]) {
    this.#apply = apply
  }

  join(item: Item): Promise<Answer> {
    if (this.#parked.length === 0) setTimeout(() => this.#flush(), 0)
    return new Promise((resolve) => this.#parked.push({ item, resolve }))
  }

  #flush(): void {
    const batch = this.#parked
    this.#parked = []
    const answers = this.#apply(batch.map(({ item }) => item))
    batch.forEach(({ resolve }, index) => {
      resolve(answers[index] as Answer)
    })
  }
}

export class MinimalStock extends DurableObject<Env> {
  readonly #batch = new Batch<{ readonly id: string; readonly quantity: number }, Held>((items) => this.#hold(items))
  #totals: Totals

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const { sql } = ctx.storage
    sql.exec('CREATE TABLE IF NOT EXISTS totals (id INTEGER PRIMARY KEY, received INTEGER, reserved INTEGER)')
    sql.exec('CREATE TABLE IF NOT EXISTS reservation (id TEXT PRIMARY KEY, quantity INTEGER) WITHOUT ROWID')
    const [row] = sql.exec<Totals>('SELECT received, reserved FROM totals').toArray()
    this.#totals = row ?? { received: 0, reserved: 0 }
  }

  async receive(quantity: number): Promise<void> {
    this.#save({ ...this.#totals, received: this.#totals.received + quantity })
  }

  async reserve(id: string, quantity: number): Promise<Held> {
    return this.#batch.join({ id, quantity })
  }

  async totals(): Promise<Totals> {
    return this.#totals
  }

  #hold(items: readonly { readonly id: string; readonly quantity: number }[]): readonly Held[] {
    return this.ctx.storage.transactionSync(() => {
      let { received, reserved } = this.#totals
      const answers = items.map(({ id, quantity }): Held => {
        const query = 'SELECT quantity FROM reservation WHERE id = ?'
        const [known] = this.ctx.storage.sql.exec<{ quantity: number }>(query, id).toArray()
        if (known) return { granted: known.quantity, available: received - reserved }
        if (quantity > received - reserved) return { granted: 0, available: received - reserved }
        this.ctx.storage.sql.exec('INSERT INTO reservation (id, quantity) VALUES (?, ?)', id, quantity)
        reserved += quantity
        return { granted: quantity, available: received - reserved }
      })
      this.#save({ received, reserved })
      return answers
    })
  }

  #save(totals: Totals): void {
    const upsert = 'INSERT OR REPLACE INTO totals (id, received, reserved) VALUES (1, ?, ?)'
    this.ctx.storage.sql.exec(upsert, totals.received, totals.reserved)
    this.#totals = totals
  }
}

export class MinimalInbox extends DurableObject<Env> {
  readonly #batch = new Batch<{ readonly key: string; readonly body: string }, boolean>((items) => this.#keep(items))

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS delivery (key TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID')
  }

  /** True for a delivery seen before. */
  async receive(key: string, body: string): Promise<boolean> {
    return this.#batch.join({ key, body })
  }

  async count(): Promise<number> {
    return this.ctx.storage.sql.exec<{ kept: number }>('SELECT COUNT(*) AS kept FROM delivery').one().kept
  }

  #keep(items: readonly { readonly key: string; readonly body: string }[]): readonly boolean[] {
    const insert = 'INSERT OR IGNORE INTO delivery (key, body) VALUES (?, ?)'
    return this.ctx.storage.transactionSync(() =>
      items.map(({ key, body }) => this.ctx.storage.sql.exec(insert, key, body).rowsWritten === 0),
    )
  }
}

const app = new Hono<{ Bindings: Env }>()
const stockOf = (env: Env, sku: string) => env.STOCK.get(env.STOCK.idFromName(sku))
const inboxOf = (env: Env) => env.INBOX.get(env.INBOX.idFromName('shop'))

app.post('/receipts', async (c) => {
  const { skus, quantity } = await c.req.json<{ skus: string[]; quantity: number }>()
  await Promise.all(skus.map((sku) => stockOf(c.env, sku).receive(quantity)))
  return c.json({ received: skus.length }, 201)
})

app.post('/reservations', async (c) => {
  const { reservationId, sku, quantity } = await c.req.json<{ reservationId: string; sku: string; quantity: number }>()
  const held = await stockOf(c.env, sku).reserve(reservationId, quantity)
  return held.granted > 0 ? c.json(held, 201) : c.json(held, 409)
})

app.get('/totals/:sku', async (c) => c.json(await stockOf(c.env, c.req.param('sku')).totals()))

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

export default app
