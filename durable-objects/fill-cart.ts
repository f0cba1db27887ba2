/**
 * Turns a resolved request into claims at positions: all SKUs in parallel. All or nothing unless the caller takes less;
 * what was claimed in vain is given back, and what a crash leaves behind expires by itself.
 */
import { describeError } from '../src/domain/shared/describe-error.ts'
import { err, ok, type Result } from '../src/domain/shared/result.ts'
import { type Cart, type CartAllocation, type CartClaim, type CartPlace, contentOf } from '../src/domain/stock/cart.ts'
import { type Demand, sumDemand } from '../src/domain/stock/demand.ts'
import { fillDemand } from '../src/domain/stock/fill-demand.ts'
import { type FilledLine, shortLines, withoutStock } from '../src/domain/stock/filled-line.ts'
import type { ReservationRefusal, ReserveInput } from '../src/domain/stock/reservation-contract.ts'
import type { CartClaims } from './cart-claims.ts'
import { fillBundles } from './fill-bundles.ts'
import { ActorBusy } from './reached.ts'
import { keptTerms, type ResolvedCart } from './resolved-cart.ts'

export type CartFilling = {
  readonly claims: CartClaims
  readonly input: ReserveInput
  readonly resolved: ResolvedCart
  /**
   * Called before units are claimed at places where a repeated request might not ask again. The first candidate is
   * always asked first, and a location that a line names is always asked.
   */
  readonly note: (places: readonly CartPlace[]) => void
}
/** `taken` collects every claim as it is granted, so that whatever goes wrong beside it can give it back. */
export type Filling = CartFilling & { readonly taken: CartClaim[] }

/** Claims that the lines do not tell themselves: those of bundles, and those on terms. */
type Filled = { readonly lines: readonly FilledLine[]; readonly claims: readonly CartClaim[] | null }

/**
 * The cart, held or refused: both are remembered. An error is not: nothing was decided, and the same request may well
 * succeed once the positions have caught up.
 */
export async function fillCart(wanted: CartFilling): Promise<Result<Cart, ReservationRefusal>> {
  const filling = { ...wanted, taken: [] }
  const { input } = filling
  const filled = await claimAll(filling)
  if (!filled.ok) return filled
  const lines = filled.value.lines.map(({ line }) => line)
  const short = shortLines(filled.value.lines)
  const { reservationId, expiresAtMs, holder } = input
  const cart = { reservationId, content: contentOf(input), expiresAtMs, ...(holder === undefined ? {} : { holder }) }
  if (short.length === 0 || (input.allowPartial && lines.some((line) => line.granted > 0))) {
    const own = filled.value.claims === null ? {} : { claims: filled.value.claims }
    return ok({ ...cart, status: 'held', lines, short: [], ...own })
  }
  await giveBack(filling)
  return ok({ ...cart, status: 'refused', lines: [], short })
}

async function claimAll(filling: Filling): Promise<Result<Filled, ReservationRefusal>> {
  const { resolved, taken } = filling
  const hasBundle = resolved.items.some(({ parts }) => parts.length > 0)
  const settled = await Promise.allSettled(hasBundle ? [fillBundles(filling)] : plainCalls(filling))
  const failed = settled.find((outcome) => outcome.status === 'rejected')
  if (failed === undefined) {
    const all = settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const sayMore =
      hasBundle || taken.some(({ group, goodUntilMs }) => group !== undefined || goodUntilMs !== undefined)
    return ok({ lines: all.flatMap(({ lines }) => lines), claims: sayMore ? taken : null })
  }
  await giveBack(filling)
  if (failed.reason instanceof ActorBusy) return err({ reason: 'overloaded' })
  throw failed.reason
}

function plainCalls(filling: Filling): readonly Promise<{ readonly lines: readonly FilledLine[] }>[] {
  const { resolved } = filling
  const stocked = new Map(resolved.items.map((item) => [item.sku, item.stocked]))
  return sumDemand(resolved.items).map(async (demand) => {
    const isStocked = stocked.get(demand.sku) === true
    return {
      lines: [isStocked ? await claimOne(filling, demand) : withoutStock(demand.sku, demand.requested)],
    }
  })
}

async function claimOne({ claims, input, resolved, taken, note }: Filling, demand: Demand): Promise<FilledLine> {
  const { candidates, termsOf } = resolved
  const { sku, requested } = demand
  const allocations: CartAllocation[] = []
  const placeAt = (location: string) => ({ sku, location, terms: termsOf(sku, location) })
  const filled = await fillDemand(demand, candidates, input.allowPartial, {
    available: (location) => claims.available(placeAt(location)),
    heard: () => claims.heard(sku, (location) => termsOf(sku, location)),
    claim: async (location, quantity, partial) => {
      if (location !== candidates[0] && !demand.named.has(location)) note([{ sku, location }])
      const { granted, available, reservationId } = await claims.hold(input, placeAt(location), quantity, partial)
      if (reservationId !== null) {
        allocations.push({ location, quantity: granted, reservationId })
        taken.push({ ...keptTerms(termsOf(sku, location)), sku, location, quantity: granted, reservationId })
      }
      return { granted, available }
    },
  })
  const granted = allocations.reduce((sum, allocation) => sum + allocation.quantity, 0)
  return { line: { sku, requested, granted, allocations }, available: filled.available }
}

/** Best effort: a hold that cannot be given back now expires by itself. */
async function giveBack({ claims, input, taken }: Filling): Promise<void> {
  try {
    await claims.release(taken, input.cause)
  } catch (error) {
    console.warn(JSON.stringify({ event: 'cart_release_left_to_expiry', ...describeError(error) }))
  }
}
