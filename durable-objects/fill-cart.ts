/**
 * Turns a request into claims at positions: who may serve it, then all SKUs in parallel. All or nothing unless the
 * caller takes less; what was claimed in vain is given back, and what a crash leaves behind expires by itself.
 */

import type { ReservationRefusal, ReserveInput } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import { findSku } from '../src/config/catalog.ts'
import type { CatalogSku } from '../src/domain/catalog/listing.ts'
import { locationsServing } from '../src/domain/config/channel-network.ts'
import { describeError } from '../src/domain/shared/describe-error.ts'
import { err, ok, type Result } from '../src/domain/shared/result.ts'
import { type Cart, type CartAllocation, type CartLine, contentOf, type ShortLine } from '../src/domain/stock/cart.ts'
import { type Demand, sumDemand } from '../src/domain/stock/demand.ts'
import { fillDemand } from '../src/domain/stock/fill-demand.ts'
import type { Env } from '../src/env.ts'
import { type CartClaims, PositionBusy } from './cart-claims.ts'

type Wanted = { readonly demand: Demand; readonly stocked: boolean }
type FilledLine = { readonly line: CartLine; readonly available: number }

/**
 * The cart, held or refused: both are remembered. An error is not: nothing was decided, and the same request may well
 * succeed once the catalogue knows the SKU or the positions have caught up.
 */
export async function fillCart(
  env: Env,
  claims: CartClaims,
  input: ReserveInput,
  nowMs: number,
): Promise<Result<Cart, ReservationRefusal>> {
  const { reservationId, expiresAtMs } = input
  if (nowMs >= expiresAtMs) return err({ reason: 'reservation_expired', reservationId })
  const candidates = locationsServing(await activeConfig(env, nowMs), input.channel).map(({ id }) => id)
  const wanted = await wantedOf(env, input, candidates, nowMs)
  if (!wanted.ok) return wanted
  const filled = await claimAll(claims, input, wanted.value, candidates)
  if (!filled.ok) return filled
  const lines = filled.value.map(({ line }) => line)
  const short = shortLines(filled.value)
  const content = contentOf(input)
  if (short.length === 0 || (input.allowPartial && lines.some((line) => line.granted > 0))) {
    return ok({ reservationId, content, status: 'held', expiresAtMs, lines, short: [] })
  }
  await giveBack(claims, input, lines)
  return ok({ reservationId, content, status: 'refused', expiresAtMs, lines: [], short })
}

async function wantedOf(
  env: Env,
  input: ReserveInput,
  candidates: readonly string[],
  nowMs: number,
): Promise<Result<readonly Wanted[], ReservationRefusal>> {
  for (const { location } of input.lines) {
    if (location !== null && !candidates.includes(location)) return err({ reason: 'unknown_location', location })
  }
  const demands = sumDemand(input.lines)
  const known = await Promise.all(demands.map(({ sku }) => findSku(env, sku, nowMs)))
  const unknown = demands.find((_, index) => known[index] === null)
  if (unknown) return err({ reason: 'unknown_sku', sku: unknown.sku })
  return ok(demands.map((demand, index) => ({ demand, stocked: isStocked(known[index]) })))
}

const isStocked = (entry: CatalogSku | null | undefined) => entry?.stocked === true

async function claimAll(
  claims: CartClaims,
  input: ReserveInput,
  wanted: readonly Wanted[],
  candidates: readonly string[],
): Promise<Result<readonly FilledLine[], ReservationRefusal>> {
  const taken: CartLine[] = []
  const calls = wanted.map(({ demand, stocked }) =>
    stocked ? claimOne(claims, input, demand, candidates, taken) : Promise.resolve(withoutStock(demand)),
  )
  const settled = await Promise.allSettled(calls)
  const failed = settled.find((outcome) => outcome.status === 'rejected')
  if (failed === undefined) {
    return ok(settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])))
  }
  await giveBack(claims, input, taken)
  if (failed.reason instanceof PositionBusy) return err({ reason: 'overloaded' })
  throw failed.reason
}

/** `taken` collects every claim as it is granted, so that a failure beside it can give it back. */
async function claimOne(
  claims: CartClaims,
  input: ReserveInput,
  demand: Demand,
  candidates: readonly string[],
  taken: CartLine[],
): Promise<FilledLine> {
  const { sku, requested } = demand
  const allocations: CartAllocation[] = []
  const filled = await fillDemand(demand, candidates, input.allowPartial, {
    available: (location) => claims.available(sku, location),
    claim: async (location, quantity, partial) => {
      const { granted, available, allocation } = await claims.hold(input, sku, location, quantity, partial)
      if (allocation) {
        allocations.push(allocation)
        taken.push({ sku, requested, granted, allocations: [allocation] })
      }
      return { granted, available }
    },
  })
  const granted = allocations.reduce((sum, allocation) => sum + allocation.quantity, 0)
  return { line: { sku, requested, granted, allocations }, available: filled.available }
}

/** Services and gift cards are sold without stock. */
function withoutStock({ sku, requested }: Demand): FilledLine {
  return { line: { sku, requested, granted: requested, allocations: [] }, available: requested }
}

function shortLines(filled: readonly FilledLine[]): readonly ShortLine[] {
  return filled
    .filter(({ line }) => line.granted < line.requested)
    .map(({ line: { sku, requested }, available }) => ({ sku, requested, available }))
}

/** Best effort: a hold that cannot be given back now expires by itself. */
async function giveBack(claims: CartClaims, input: ReserveInput, lines: readonly CartLine[]): Promise<void> {
  try {
    await claims.release({ lines }, input.cause)
  } catch (error) {
    console.warn(JSON.stringify({ event: 'cart_release_left_to_expiry', ...describeError(error) }))
  }
}
