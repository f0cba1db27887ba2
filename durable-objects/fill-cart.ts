/**
 * Turns a resolved request into claims at positions: all SKUs in parallel. All or nothing unless the caller takes less;
 * what was claimed in vain is given back, and what a crash leaves behind expires by itself.
 */
import { describeError } from '../src/domain/shared/describe-error.ts'
import { err, ok, type Result } from '../src/domain/shared/result.ts'
import { type Cart, type CartAllocation, type CartClaim, contentOf } from '../src/domain/stock/cart.ts'
import { type Demand, sumDemand } from '../src/domain/stock/demand.ts'
import { fillDemand } from '../src/domain/stock/fill-demand.ts'
import { type FilledLine, shortLines, withoutStock } from '../src/domain/stock/filled-line.ts'
import type { ReservationRefusal, ReserveInput } from '../src/domain/stock/reservation-contract.ts'
import type { CartClaims } from './cart-claims.ts'
import { fillBundles } from './fill-bundles.ts'
import { ActorBusy } from './reached.ts'
import { keptTerms, type ResolvedCart } from './resolved-cart.ts'

/** Claims that the lines do not tell themselves: those of bundles, and those on terms. */
type Filled = { readonly lines: readonly FilledLine[]; readonly claims: readonly CartClaim[] | null }

/**
 * The cart, held or refused: both are remembered. An error is not: nothing was decided, and the same request may well
 * succeed once the positions have caught up.
 */
export async function fillCart(
  claims: CartClaims,
  input: ReserveInput,
  resolved: ResolvedCart,
): Promise<Result<Cart, ReservationRefusal>> {
  const taken: CartClaim[] = []
  const filled = await claimAll(claims, input, resolved, taken)
  if (!filled.ok) return filled
  const lines = filled.value.lines.map(({ line }) => line)
  const short = shortLines(filled.value.lines)
  const { reservationId, expiresAtMs, holder } = input
  const cart = { reservationId, content: contentOf(input), expiresAtMs, ...(holder === undefined ? {} : { holder }) }
  if (short.length === 0 || (input.allowPartial && lines.some((line) => line.granted > 0))) {
    const own = filled.value.claims === null ? {} : { claims: filled.value.claims }
    return ok({ ...cart, status: 'held', lines, short: [], ...own })
  }
  await giveBack(claims, input, taken)
  return ok({ ...cart, status: 'refused', lines: [], short })
}

/** `taken` collects every claim as it is granted, so that whatever goes wrong beside it can give it back. */
async function claimAll(
  claims: CartClaims,
  input: ReserveInput,
  resolved: ResolvedCart,
  taken: CartClaim[],
): Promise<Result<Filled, ReservationRefusal>> {
  const hasBundle = resolved.items.some(({ parts }) => parts.length > 0)
  const settled = await Promise.allSettled(
    hasBundle ? [fillBundles(claims, input, resolved, taken)] : plainCalls(claims, input, resolved, taken),
  )
  const failed = settled.find((outcome) => outcome.status === 'rejected')
  if (failed === undefined) {
    const all = settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const sayMore =
      hasBundle || taken.some(({ group, goodUntilMs }) => group !== undefined || goodUntilMs !== undefined)
    return ok({ lines: all.flatMap(({ lines }) => lines), claims: sayMore ? taken : null })
  }
  await giveBack(claims, input, taken)
  if (failed.reason instanceof ActorBusy) return err({ reason: 'overloaded' })
  throw failed.reason
}

type Filling = Promise<{ readonly lines: readonly FilledLine[] }>

function plainCalls(
  claims: CartClaims,
  input: ReserveInput,
  resolved: ResolvedCart,
  taken: CartClaim[],
): readonly Filling[] {
  const stocked = new Map(resolved.items.map((item) => [item.sku, item.stocked]))
  return sumDemand(resolved.items).map(async (demand) => {
    const isStocked = stocked.get(demand.sku) === true
    return {
      lines: [
        isStocked ? await claimOne(claims, input, resolved, demand, taken) : withoutStock(demand.sku, demand.requested),
      ],
    }
  })
}

async function claimOne(
  claims: CartClaims,
  input: ReserveInput,
  { candidates, termsOf }: ResolvedCart,
  demand: Demand,
  taken: CartClaim[],
): Promise<FilledLine> {
  const { sku, requested } = demand
  const allocations: CartAllocation[] = []
  const placeAt = (location: string) => ({ sku, location, terms: termsOf(sku, location) })
  const filled = await fillDemand(demand, candidates, input.allowPartial, {
    available: (location) => claims.available(placeAt(location)),
    heard: () => claims.heard(sku, (location) => termsOf(sku, location)),
    claim: async (location, quantity, partial) => {
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
async function giveBack(claims: CartClaims, input: ReserveInput, taken: readonly CartClaim[]): Promise<void> {
  try {
    await claims.release(taken, input.cause)
  } catch (error) {
    console.warn(JSON.stringify({ event: 'cart_release_left_to_expiry', ...describeError(error) }))
  }
}
