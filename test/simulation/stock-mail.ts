/** What warehouses, buyers' planners and a contract desk tell positions, a part of the time under another command id. */
import { commandId, type LocationId, type Sku } from '../../src/domain/shared/ids.ts'
import type { StockCommandBody, StockVerdict } from '../../src/domain/stock/stock-command.ts'
import { causeOf } from './mail.ts'
import type { Post } from './post.ts'
import type { Random } from './random.ts'
import type { StockShell } from './stock-shell.ts'

export type Place = { readonly sku: Sku; readonly location: LocationId }

/** Reports and claims are known by ids of their own; what is said in words alone is told apart by its command id. */
const withOwnIds: readonly StockCommandBody['type'][] = ['move', 'snapshot', 'receive_supply', 'ship', 'hold']

export class StockMail {
  readonly #post: Post
  readonly #random: Random
  readonly #position: (place: Place) => StockShell

  constructor(post: Post, random: Random, position: (place: Place) => StockShell) {
    this.#post = post
    this.#random = random
    this.#position = position
  }

  /** `id` names the message for ever; a repetition of it is answered alike. */
  send(place: Place, id: string, body: StockCommandBody, answered: (verdict: StockVerdict) => void = () => {}): void {
    const arrive = (copy: number) => {
      const isRenamed = withOwnIds.includes(body.type) && this.#random.chance(0.3)
      const named = commandId(isRenamed ? `${id}/copy-${copy}` : id)
      return this.#position(place).apply({ ...body, commandId: named, cause: causeOf('delivery', id) })
    }
    this.#post.send(id, arrive, answered)
  }
}
