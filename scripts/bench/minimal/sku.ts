/**
 * What can be promised of a SKU: what its position has, less what accepted orders want that no position could give.
 * The position is asked from here, so that nothing an order takes over is counted as free in between.
 */
import { DurableObject } from 'cloudflare:workers'
import { type Env, stockOf } from './env.ts'

export const skuOf = (env: Env, sku: string) => env.SKU.get(env.SKU.idFromName(sku))

export class MinimalSku extends DurableObject<Env> {
  #wanted: number

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const { sql } = ctx.storage
    // The table comes with the first row: most SKUs are only ever asked, and an empty table would cost them a commit.
    const tables = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'wanted'").toArray().length
    const sum = 'SELECT coalesce(sum(quantity), 0) AS quantity FROM wanted'
    this.#wanted = tables === 0 ? 0 : sql.exec<{ quantity: number }>(sum).one().quantity
  }

  async available(sku: string): Promise<number> {
    const wanted = this.#wanted
    const { received, reserved } = await stockOf(this.env, sku).totals()
    return Math.max(0, received - reserved - wanted)
  }

  async want(orderId: string, quantity: number): Promise<void> {
    const { sql } = this.ctx.storage
    sql.exec('CREATE TABLE IF NOT EXISTS wanted (order_id TEXT PRIMARY KEY, quantity INTEGER)')
    const insert = 'INSERT OR IGNORE INTO wanted (order_id, quantity) VALUES (?, ?)'
    if (sql.exec(insert, orderId, quantity).rowsWritten > 0) this.#wanted += quantity
  }
}
