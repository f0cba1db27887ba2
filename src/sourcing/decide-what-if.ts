/** Sourcing without effect: what a profile would decide for an order now. Nothing is held, recorded or told. */
import type { Account } from '../domain/config/config.ts'
import type { VersionedProfile } from '../domain/config/sourcing.ts'
import type { CanonicalOrder } from '../domain/order/canonical-order.ts'
import type { OrderState } from '../domain/order/order-state.ts'
import { planAsk, type SourcedLine, sourcingRequest } from '../domain/order/sourcing-request.ts'
import { lineId } from '../domain/shared/ids.ts'
import { decideSourcing } from '../domain/sourcing/decide-sourcing.ts'
import type { SourcingDecision } from '../domain/sourcing/decision.ts'
import type { Env } from '../env.ts'
import { findStockedListings } from './find-stocked-listing.ts'
import { lookUpPlanInputs } from './look-up-plan-inputs.ts'

type AskedLine = SourcedLine & { readonly units: number }
export type WhatIfOrder = { readonly order: CanonicalOrder; readonly lines: readonly AskedLine[] }

/** A stored order as if none of it were planned yet: what was ordered and not cancelled, mapped as it is. */
export function storedOrder({ order, lines }: OrderState): WhatIfOrder {
  const asked = lines.map(({ sku, notStocked, ordered, quantities, ...line }) => ({
    ...line,
    sku: notStocked ? null : sku,
    units: ordered - quantities.cancelled,
  }))
  return { order, lines: asked }
}

/** Lines that nobody has listed, and those that need no stock, are left out. */
export async function mappedOrder(env: Env, order: CanonicalOrder): Promise<WhatIfOrder> {
  const questions = order.lines.map(({ lineId: id, externalSku, unit }) => {
    return { lineId: lineId(id), externalSku, ...(unit === undefined ? {} : { unit }) }
  })
  const listings = await findStockedListings(env, order.account, questions)
  const lines = order.lines.map(({ lineId: id, quantity }, index): AskedLine => {
    const listing = listings[index] ?? null
    const plain = { lineId: lineId(id), sku: null, packQuantity: 1, units: quantity }
    if (listing === null || !listing.stocked) return plain
    const { sku, packQuantity, parts = [] } = listing
    const inOne = parts.map((part) => ({ sku: part.sku, units: part.units * packQuantity }))
    return { ...plain, sku, packQuantity, ...(inOne.length === 0 ? {} : { parts: inOne }) }
  })
  return { order, lines }
}

/** `profile` null: the one that is active for the channel. */
export async function decideWhatIf(
  env: Env,
  account: Account,
  { order, lines }: WhatIfOrder,
  profile: VersionedProfile | null,
  nowMs: number,
): Promise<SourcingDecision> {
  const unitsOf = ({ units }: AskedLine) => units
  const active = await lookUpPlanInputs(env, planAsk(order, lines, unitsOf, true))
  const inputs = profile === null ? active : { ...active, profile: profile.profile, profileVersion: profile.version }
  const allowPartial = order.allowPartial ?? account.allowPartial
  return decideSourcing(sourcingRequest({ order, lines, saga: { excluded: [] } }, inputs, allowPartial, unitsOf, nowMs))
}
