/**
 * One of sixteen shards by reservation id, as many as the product has: what was asked under an id and whether it was
 * granted. Without it an id could be granted twice, at two positions.
 */
import { DurableObject } from 'cloudflare:workers'
import { shardOf } from '../../../src/domain/shared/shard-of.ts'
import { Batch } from './batch.ts'
import { type Env, type Line, stockOf } from './env.ts'

export type Verdict = 'created' | 'existing' | 'short' | 'conflict'
type Kept = { readonly content: string; readonly granted: number }

const shards = 16
export const registryOf = (env: Env, id: string) => env.REGISTRY.get(env.REGISTRY.idFromName(`${shardOf(id, shards)}`))

export class MinimalRegistry extends DurableObject<Env> {
  readonly #batch = new Batch<Kept & { readonly id: string }, null>((items) => this.#keep(items))
  readonly #underWay = new Map<string, Promise<Kept>>()

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS reservation (id TEXT PRIMARY KEY, content TEXT, granted INTEGER) WITHOUT ROWID',
    )
  }

  async reserve(id: string, lines: readonly Line[]): Promise<Verdict> {
    const content = JSON.stringify(lines)
    const before = this.#find(id) ?? (await this.#underWay.get(id))
    if (before) {
      if (before.content !== content) return 'conflict'
      return before.granted ? 'existing' : 'short'
    }
    const filling = this.#fill(id, lines, content)
    this.#underWay.set(id, filling)
    try {
      return (await filling).granted ? 'created' : 'short'
    } finally {
      this.#underWay.delete(id)
    }
  }

  #find(id: string): Kept | undefined {
    const query = 'SELECT content, granted FROM reservation WHERE id = ?'
    return this.ctx.storage.sql.exec<Kept>(query, id).toArray()[0]
  }

  /** Each position in one call, all of them at once; what was held in vain is given back. */
  async #fill(id: string, lines: readonly Line[], content: string): Promise<Kept> {
    const ask = async (type: 'hold' | 'release', { sku, quantity }: Line) =>
      (await stockOf(this.env, sku).apply([{ type, id, quantity }]))[0]?.granted ?? 0
    const held = await Promise.all(lines.map((line) => ask('hold', line)))
    const granted = held.every((units) => units > 0) ? 1 : 0
    if (!granted) await Promise.all(lines.filter((_, at) => held[at] !== 0).map((line) => ask('release', line)))
    await this.#batch.join({ id, content, granted })
    return { content, granted }
  }

  #keep(items: readonly (Kept & { readonly id: string })[]): readonly null[] {
    const insert = 'INSERT INTO reservation (id, content, granted) VALUES (?, ?, ?)'
    return this.ctx.storage.transactionSync(() =>
      items.map(({ id, content, granted }) => {
        this.ctx.storage.sql.exec(insert, id, content, granted)
        return null
      }),
    )
  }
}
