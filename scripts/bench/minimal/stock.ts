/** A position: units received and reserved, which reservation holds how many, and every movement that was counted. */
import { DurableObject } from 'cloudflare:workers'
import { Batch } from './batch.ts'
import type { Env } from './env.ts'

type Asked = { readonly type: 'hold' | 'release' | 'move'; readonly id: string; readonly quantity: number }
/** `granted`: units that are held or were counted; zero: none, or other content under the same id. */
type Held = { readonly granted: number; readonly available: number }
type Totals = { readonly received: number; readonly reserved: number }

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
    if (known !== undefined) return { granted: known === quantity ? known : 0, available: received - reserved }
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
    const [moved] = this.#quantity(insert, id, quantity)
    if (moved === undefined) {
      const [known] = this.#quantity('SELECT quantity FROM movement WHERE id = ?', id)
      return { granted: known === quantity ? quantity : 0, available: received - reserved }
    }
    this.#totals = { received: received + moved, reserved }
    return { granted: moved, available: received + moved - reserved }
  }

  #quantity(query: string, ...bindings: (string | number)[]): readonly number[] {
    return [...this.ctx.storage.sql.exec<{ quantity: number }>(query, ...bindings)].map(({ quantity }) => quantity)
  }
}
