/**
 * A reservation of several SKUs, as its caller sees it: a claim on whichever positions were found to serve it.
 *
 * held ──commit──▶ committing ──all positions──▶ committed ──release──▶ releasing ──all positions──▶ released
 *   │                   └──a position had let go──▶ expired | released (the others are given back)
 *   └──release──▶ released · time ──▶ expired
 * Both words that end in -ing are stored before the first position hears of it: the alarm finishes what died half-way.
 * `refused` remembers that there was not enough: the same request is refused for ever, a new one takes a new id.
 */
import { canonicalJson } from '../shared/canonical-json.ts'
import type { ReservationId } from '../shared/ids.ts'

export type CartRequest = {
  readonly reservationId: string
  readonly channel: string | null
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly location: string | null }[]
  readonly allowPartial: boolean
}
export type CartAllocation = {
  readonly location: string
  readonly quantity: number
  /** The claim's own name at the position. */
  readonly reservationId: ReservationId
}
/** One per SKU: lines of the same SKU are one claim. */
export type CartLine = {
  readonly sku: string
  readonly requested: number
  readonly granted: number
  readonly allocations: readonly CartAllocation[]
}
export type CartStatus = 'held' | 'committing' | 'committed' | 'releasing' | 'released' | 'expired' | 'refused'
export type ShortLine = { readonly sku: string; readonly requested: number; readonly available: number }

export type Cart = {
  readonly reservationId: string
  /** What was asked for, canonical: tells a repeated request from another one under the same id. */
  readonly content: string
  readonly status: CartStatus
  readonly expiresAtMs: number
  readonly lines: readonly CartLine[]
  /** Why it was refused; empty otherwise. */
  readonly short: readonly ShortLine[]
}

/** Without the time: a repeated request counts its seconds anew and is the same request. */
export function contentOf(request: CartRequest): string {
  const { channel, lines, allowPartial } = request
  return canonicalJson({ channel, lines, allowPartial })
}

/** Exact: the claim ends with the millisecond, whoever has noticed. A commit under way ends it either way, soon. */
export function statusAt(cart: Cart, nowMs: number): CartStatus {
  return cart.status === 'held' && nowMs >= cart.expiresAtMs ? 'expired' : cart.status
}

/**
 * No id of an order's own reservation begins like this (they begin with `<account>:`), so a caller cannot name one.
 * The round tells a new claim from one that was given back or ran out before the request was repeated.
 */
export function claimId(reservationId: string, round: number): ReservationId {
  return `cart/${reservationId}/${round}` as ReservationId
}
