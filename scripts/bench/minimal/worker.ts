/**
 * What the platform gives at best: the least worker that does the product's work durably, with the same group commit
 * and nothing else: no authentication, schema, ledger, hash chain, expiry, catalogue, saga or projection.
 */
import { DurableObject } from 'cloudflare:workers'
import { Hono } from 'hono'

type Env = {
  readonly STOCK: DurableObjectNamespace<MinimalStock>
  readonly ORDER: DurableObjectNamespace<MinimalOrder>
  readonly INBOX: DurableObjectNamespace<MinimalInbox>
  readonly WEBHOOK_SECRET: string
}
type Held = { readonly granted: number; readonly available: number }
type Totals = { readonly received: number; readonly reserved: number }
type Line = { readonly sku: string; readonly quantity: number }
type Movement = Line & { readonly eventId: string }
type Asked = { readonly type: 'hold' | 'release' | 'move'; readonly id: string; readonly quantity: number }

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
  readonly #batch = new Batch<readonly Asked[], readonly Held[]>((calls) => this.#applyAll(calls))
  #totals: Totals

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const { sql } = ctx.storage
    sql.exec('CREATE TABLE IF NOT EXISTS totals (id INTEGER PRIMARY KEY, received INTEGER, reserved INTEGER)')
    sql.exec('CREATE TABLE IF NOT EXISTS reservation (id TEXT PRIMARY KEY, quantity INTEGER) WITHOUT ROWID')
    sql.exec('CREATE TABLE IF NOT EXISTS movement (id TEXT PRIMARY KEY, quantity INTEGER) WITHOUT ROWID')
    const [row] = sql.exec<Totals>('SELECT received, reserved FROM totals').toArray()
    this.#totals = row ?? { received: 0, reserved: 0 }
  }

  async apply(asked: readonly Asked[]): Promise<readonly Held[]> {
    return this.#batch.join(asked)
  }

  async totals(): Promise<Totals> {
    return this.#totals
  }

  #applyAll(calls: readonly (readonly Asked[])[]): readonly (readonly Held[])[] {
    return this.ctx.storage.transactionSync(() => {
      const answers = calls.map((call) => call.map((asked) => this.#applyOne(asked)))
      const upsert = 'INSERT OR REPLACE INTO totals (id, received, reserved) VALUES (1, ?, ?)'
      this.ctx.storage.sql.exec(upsert, this.#totals.received, this.#totals.reserved)
      return answers
    })
  }

  #applyOne(asked: Asked): Held {
    if (asked.type === 'hold') return this.#hold(asked)
    return asked.type === 'move' ? this.#move(asked) : this.#release(asked)
  }

  #hold({ id, quantity }: Asked): Held {
    const { received, reserved } = this.#totals
    const [known] = this.#quantity('SELECT quantity FROM reservation WHERE id = ?', id)
    if (known !== undefined) return { granted: known, available: received - reserved }
    if (quantity > received - reserved) return { granted: 0, available: received - reserved }
    this.ctx.storage.sql.exec('INSERT INTO reservation (id, quantity) VALUES (?, ?)', id, quantity)
    this.#totals = { received, reserved: reserved + quantity }
    return { granted: quantity, available: received - reserved - quantity }
  }

  #release({ id }: Asked): Held {
    const [known = 0] = this.#quantity('DELETE FROM reservation WHERE id = ? RETURNING quantity', id)
    this.#totals = { ...this.#totals, reserved: this.#totals.reserved - known }
    return { granted: known, available: this.#totals.received - this.#totals.reserved }
  }

  #move({ id, quantity }: Asked): Held {
    const { received, reserved } = this.#totals
    const insert = 'INSERT OR IGNORE INTO movement (id, quantity) VALUES (?, ?) RETURNING quantity'
    const [moved = 0] = this.#quantity(insert, id, quantity)
    this.#totals = { received: received + moved, reserved }
    return { granted: moved, available: received + moved - reserved }
  }

  #quantity(query: string, ...bindings: (string | number)[]): readonly number[] {
    return [...this.ctx.storage.sql.exec<{ quantity: number }>(query, ...bindings)].map(({ quantity }) => quantity)
  }
}

/** One document, one commit. */
export class MinimalOrder extends DurableObject<Env> {
  async capture(document: string): Promise<boolean> {
    const { sql } = this.ctx.storage
    return this.ctx.storage.transactionSync(() => {
      sql.exec('CREATE TABLE IF NOT EXISTS document (id INTEGER PRIMARY KEY, body TEXT)')
      return sql.exec('INSERT OR IGNORE INTO document (id, body) VALUES (1, ?)', document).rowsWritten > 0
    })
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

/** Each position in one call, all of them at once; what was held in vain is given back. */
app.post('/reservations', async (c) => {
  const { reservationId: id, lines } = await c.req.json<{ reservationId: string; lines: readonly Line[] }>()
  const calls = lines.map(({ sku, quantity }) => stockOf(c.env, sku).apply([{ type: 'hold', id, quantity }]))
  const held = (await Promise.all(calls)).flat()
  if (held.every(({ granted }) => granted > 0)) return c.json({ id, held }, 201)
  const taken = lines.filter((_, index) => (held[index]?.granted ?? 0) > 0)
  await Promise.all(taken.map(({ sku }) => stockOf(c.env, sku).apply([{ type: 'release', id, quantity: 0 }])))
  return c.json({ id, held }, 409)
})

app.post('/movements', async (c) => {
  const { movements } = await c.req.json<{ movements: readonly Movement[] }>()
  const calls = [...Map.groupBy(movements, ({ sku }) => sku)].map(([sku, own]) =>
    stockOf(c.env, sku).apply(own.map(({ eventId, quantity }) => ({ type: 'move', id: eventId, quantity }))),
  )
  return c.json({ applied: (await Promise.all(calls)).flat().length }, 200)
})

const remembered = new Map<string, { readonly totals: Totals; readonly atMs: number }>()

/** From the positions themselves, or from this isolate's memory when that is fresh enough. */
async function totalsOf(env: Env, sku: string, maxStalenessMs: number): Promise<Totals> {
  const nowMs = Date.now()
  const known = remembered.get(sku)
  if (known && nowMs - known.atMs < maxStalenessMs) return known.totals
  const totals = await stockOf(env, sku).totals()
  remembered.set(sku, { totals, atMs: nowMs })
  return totals
}

app.get('/atp', async (c) => {
  const maxStalenessMs = Number(c.req.query('maxStalenessMs') ?? 0)
  const skus = c.req.queries('sku') ?? []
  const found = await Promise.all(skus.map((sku) => totalsOf(c.env, sku, maxStalenessMs)))
  return c.json({
    skus: found.map(({ received, reserved }, at) => ({ sku: skus[at], available: received - reserved })),
  })
})

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

export default app
