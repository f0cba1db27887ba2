/** Deliveries of webhooks, kept once each. */
import { DurableObject } from 'cloudflare:workers'
import { Batch } from './batch.ts'
import type { Env } from './env.ts'

export const inboxOf = (env: Env) => env.INBOX.get(env.INBOX.idFromName('shop'))

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
