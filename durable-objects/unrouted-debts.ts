/**
 * What the availability of an order's SKUs has to be told of units that no position has heard of. A row stays while
 * there are any, and is sent again now and then, so that an availability that was lost hears of them; one that comes to
 * zero before it was ever sent goes without a call.
 */
import { type AvailabilityApi, actor } from '../src/actor-apis.ts'
import type { OrderState } from '../src/domain/order/order-state.ts'
import { unroutedUnits } from '../src/domain/order/unrouted-units.ts'
import { drainDelayMs } from '../src/domain/outbox/drain.ts'
import type { Env } from '../src/env.ts'
import type { Disposition } from './drain-outbox.ts'
import type { OrderEffect } from './order-effects.ts'
import type { Outbox } from './outbox.ts'

export type UnroutedEffect = {
  /** `routed`: the SKU's units came to zero. */
  readonly kind: 'unrouted' | 'routed'
  readonly orderId: string
  readonly sku: string
  readonly version: number
  readonly quantity: number
}

const rowPrefix = 'unrouted/'
const tellAgainMs = 6 * 3_600_000

export class UnroutedDebts {
  readonly #outbox: Outbox<OrderEffect>
  /** Units by SKU, as the rows have them; null: not read yet. */
  #owed: Map<string, number> | null = null

  constructor(outbox: Outbox<OrderEffect>) {
    this.#outbox = outbox
  }

  /** In the transaction of every commit. */
  owe(state: OrderState, nowMs: number): void {
    const units = unroutedUnits(state, nowMs)
    if (units === null) return
    const owed = this.#load()
    for (const sku of new Set([...owed.keys(), ...units.keys()])) {
      const quantity = units.get(sku as never) ?? 0
      if (quantity !== (owed.get(sku) ?? 0)) this.#oweOne(state, sku, quantity, nowMs)
    }
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#owed = null
  }

  #oweOne({ orderId, version }: OrderState, sku: string, quantity: number, nowMs: number): void {
    const row = `${rowPrefix}${sku}`
    const owed = this.#load()
    if (quantity === 0) owed.delete(sku)
    else owed.set(sku, quantity)
    const pending = this.#outbox.find(row)
    const wasNeverSent = pending === null || nowMs < pending.createdAtMs + drainDelayMs
    const kind = quantity === 0 ? 'routed' : 'unrouted'
    if (quantity === 0 && wasNeverSent) this.#outbox.settle(row)
    else this.#outbox.add(row, { kind, orderId, sku, version, quantity }, nowMs + drainDelayMs, nowMs)
  }

  #load(): Map<string, number> {
    this.#owed ??= new Map(this.#outbox.startingWith(rowPrefix).flatMap(({ effect }) => unitsIn(effect)))
    return this.#owed
  }
}

function unitsIn(effect: OrderEffect): [string, number][] {
  return effect.kind === 'unrouted' ? [[effect.sku, effect.quantity]] : []
}

/** `effects` are of one kind. */
export async function tellUnrouted(env: Env, effects: readonly UnroutedEffect[], nowMs: number): Promise<Disposition> {
  await Promise.all(
    effects.map(({ orderId, sku, version, quantity }) =>
      actor<AvailabilityApi>(env.AVAILABILITY, sku).noteUnrouted(sku, orderId, version, quantity),
    ),
  )
  return effects[0]?.kind === 'unrouted' ? { againAtMs: nowMs + tellAgainMs } : 'done'
}
