/**
 * What the availability of an order's SKUs has to be told of it: units that no position has heard of, and units that
 * wait at positions, with their turn. A row stays while there are any, and is sent again now and then, so that an
 * availability that was lost hears of them; one that comes to zero before it was ever sent goes without a call.
 */
import { type AvailabilityApi, actor } from '../src/actor-apis.ts'
import { backorderedUnits, type WaitingUnits } from '../src/domain/order/backordered-units.ts'
import type { OrderState } from '../src/domain/order/order-state.ts'
import { unroutedUnits } from '../src/domain/order/unrouted-units.ts'
import { drainDelayMs } from '../src/domain/outbox/drain.ts'
import { canonicalJson } from '../src/domain/shared/canonical-json.ts'
import type { Env } from '../src/env.ts'
import type { Disposition } from './drain-outbox.ts'
import type { OrderEffect } from './order-effects.ts'
import type { Outbox } from './outbox.ts'

type Units = { readonly quantity: number } & Partial<Omit<WaitingUnits, 'quantity'>>
export type SkuEffect = Units & {
  /** `routed`, `served`: the SKU's units came to zero. */
  readonly kind: 'unrouted' | 'routed' | 'backordered' | 'served'
  readonly orderId: string
  readonly sku: string
  readonly version: number
}

const tellAgainMs = 6 * 3_600_000

type DebtKind = {
  readonly prefix: string
  readonly owed: SkuEffect['kind']
  readonly done: SkuEffect['kind']
  /** Null: not known just now. */
  readonly unitsOf: (state: OrderState, nowMs: number) => ReadonlyMap<string, Units> | null
}
export const unroutedDebt: DebtKind = {
  ...{ prefix: 'unrouted/', owed: 'unrouted', done: 'routed' },
  unitsOf: (state, nowMs) => {
    const units = unroutedUnits(state, nowMs)
    return units === null ? null : new Map([...units].map(([sku, quantity]) => [sku, { quantity }]))
  },
}
export const backorderDebt: DebtKind = {
  ...{ prefix: 'backorder/', owed: 'backordered', done: 'served' },
  unitsOf: backorderedUnits,
}

export class SkuDebts {
  readonly #outbox: Outbox<OrderEffect>
  readonly #kind: DebtKind
  /** Units by SKU, as the rows have them; null: not read yet. */
  #owed: Map<string, string> | null = null

  constructor(outbox: Outbox<OrderEffect>, kind: DebtKind) {
    this.#outbox = outbox
    this.#kind = kind
  }

  /** In the transaction of every commit. */
  owe(state: OrderState, nowMs: number): void {
    const units = this.#kind.unitsOf(state, nowMs)
    if (units === null) return
    const owed = this.#load()
    for (const sku of new Set([...owed.keys(), ...units.keys()])) {
      const now = units.get(sku) ?? nothing
      if (canonicalJson(now) !== (owed.get(sku) ?? canonicalJson(nothing))) this.#oweOne(state, sku, now, nowMs)
    }
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#owed = null
  }

  #oweOne({ orderId, version }: OrderState, sku: string, units: Units, nowMs: number): void {
    const row = `${this.#kind.prefix}${sku}`
    const owed = this.#load()
    const isDone = units.quantity === 0
    if (isDone) owed.delete(sku)
    else owed.set(sku, canonicalJson(units))
    const pending = this.#outbox.find(row)
    const wasNeverSent = pending === null || nowMs < pending.createdAtMs + drainDelayMs
    const kind = isDone ? this.#kind.done : this.#kind.owed
    if (isDone && wasNeverSent) this.#outbox.settle(row)
    else this.#outbox.add(row, { kind, orderId, sku, version, ...units }, nowMs + drainDelayMs, nowMs)
  }

  #load(): Map<string, string> {
    const rows = this.#owed === null ? this.#outbox.startingWith(this.#kind.prefix) : []
    this.#owed ??= new Map(rows.flatMap(({ effect }) => this.#unitsIn(effect)))
    return this.#owed
  }

  #unitsIn(effect: OrderEffect): [string, string][] {
    if (effect.kind !== this.#kind.owed || !('sku' in effect)) return []
    const { kind: _kind, orderId: _orderId, version: _version, sku, ...units } = effect
    return [[sku, canonicalJson(units)]]
  }
}
const nothing: Units = { quantity: 0 }

/** `effects` are of one kind. */
export async function tellAvailability(env: Env, effects: readonly SkuEffect[], nowMs: number): Promise<Disposition> {
  await Promise.all(effects.map((effect) => tell(actor<AvailabilityApi>(env.AVAILABILITY, effect.sku), effect)))
  const [first] = effects
  return first?.kind === 'unrouted' || first?.kind === 'backordered' ? { againAtMs: nowMs + tellAgainMs } : 'done'
}

function tell(availability: AvailabilityApi, effect: SkuEffect): Promise<void> {
  const { kind, orderId, sku, version, quantity, priority = 0, sinceMs = 0, locations = [] } = effect
  if (kind === 'unrouted' || kind === 'routed') return availability.noteUnrouted(sku, orderId, version, quantity)
  const { promisedByMs = null, notBeforeMs = null, group } = effect
  const asOf = group === undefined ? {} : { group }
  const terms = { units: quantity, priority, sinceMs, promisedByMs, notBeforeMs, locations, ...asOf }
  return availability.noteBackorder(sku, { orderId, version, ...terms })
}
