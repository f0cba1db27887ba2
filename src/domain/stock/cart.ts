/**
 * A reservation of several SKUs, as its caller sees it: a claim on whichever positions were found to serve it.
 *
 * held ──commit──▶ committing ──all positions──▶ committed ──release──▶ releasing ──all positions──▶ released
 *   │                   └──a position had let go──▶ expired | released (the others are given back)
 *   ├──extend──▶ extending ──all positions──▶ held, longer; one had let go──▶ expired | released
 *   ├──an order takes it──▶ ordered (also from committed, or half-way there): its units are the order's
 *   └──release──▶ released · time ──▶ expired
 * The words that end in -ing are stored before the first position hears of it: the alarm finishes what died half-way.
 * `refused` remembers that there was not enough: the same request is refused for ever, a new one takes a new id.
 */
import type { DeliveryMethod } from '../config/promising.ts'
import type { ShipToRegion } from '../config/serves-region.ts'
import { canonicalJson } from '../shared/canonical-json.ts'
import type { ReservationId } from '../shared/ids.ts'

export type CartRequest = {
  readonly reservationId: string
  readonly channel: string | null
  readonly lines: readonly {
    readonly sku: string
    /** Of `unit`, or else base units. */
    readonly quantity: number
    readonly unit?: string | undefined
    readonly location: string | null
  }[]
  readonly allowPartial: boolean
  /** Only locations that deliver so serve, and each keeps back what it has to for it. */
  readonly deliveryMethod?: DeliveryMethod | undefined
  /** Only locations that ship there serve. */
  readonly shipTo?: ShipToRegion | undefined
  /** Days that the units have to keep from now on; absent: as the catalogue says. */
  readonly goodForDays?: number | undefined
}
export type CartAllocation = {
  readonly location: string
  readonly quantity: number
  /** The claim's own name at the position. Absent where the cart lists its claims beside its lines. */
  readonly reservationId?: ReservationId
}
/** Base units of one SKU claimed at one position, and what an order that takes them over has to ask for as well. */
export type CartClaim = {
  readonly group?: string
  readonly goodUntilMs?: number
  readonly sku: string
  readonly location: string
  readonly quantity: number
  readonly reservationId: ReservationId
}
export type CartPlace = Pick<CartClaim, 'sku' | 'location'>
/** One per SKU: lines of the same SKU are one claim. A bundle is counted in bundles. */
export type CartLine = {
  readonly sku: string
  readonly requested: number
  readonly granted: number
  readonly allocations: readonly CartAllocation[]
}
export type CartStatus =
  | 'held'
  | 'extending'
  | 'committing'
  | 'committed'
  | 'releasing'
  | 'released'
  | 'expired'
  | 'ordered'
  | 'refused'
export type ShortLine = { readonly sku: string; readonly requested: number; readonly available: number }

export type Cart = {
  readonly reservationId: string
  /** What was asked for, canonical: tells a repeated request from another one under the same id. */
  readonly content: string
  readonly status: CartStatus
  readonly expiresAtMs: number
  /** While it is being extended: until when. */
  readonly extendToMs?: number
  /** The API key whose limits it counts against. */
  readonly holder?: string
  /** The order that took it. */
  readonly orderId?: string
  readonly lines: readonly CartLine[]
  /** What is claimed, where the lines do not say it all: bundles are claimed as their components, some on terms. */
  readonly claims?: readonly CartClaim[]
  /** Why it was refused; empty otherwise. */
  readonly short: readonly ShortLine[]
}

/** Without the time: a repeated request counts its seconds anew and is the same request. */
export function contentOf(request: CartRequest): string {
  const { channel, lines, allowPartial, deliveryMethod, shipTo, goodForDays } = request
  const asked = { deliveryMethod, shipTo, goodForDays }
  const options = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
  return canonicalJson({ channel, lines, allowPartial, ...options })
}

/** Who sold it; null: nobody in particular. Written by `contentOf`: parsed, not validated again. */
export function channelOf({ content }: Pick<Cart, 'content'>): string | null {
  return (JSON.parse(content) as Pick<CartRequest, 'channel'>).channel
}

export function claimsOf({ claims, lines }: Pick<Cart, 'claims' | 'lines'>): readonly CartClaim[] {
  if (claims !== undefined) return claims
  return lines.flatMap(({ sku, allocations }) =>
    allocations.flatMap(({ location, quantity, reservationId }) =>
      reservationId === undefined ? [] : [{ sku, location, quantity, reservationId }],
    ),
  )
}

/** Units that count against the holder's limits, and until when; null once they do not. */
export function heldBy(cart: Cart): { readonly units: number; readonly untilMs: number } | null {
  const { status, expiresAtMs, extendToMs = 0 } = cart
  if (status !== 'held' && status !== 'extending' && status !== 'committing') return null
  const units = claimsOf(cart).reduce((sum, { quantity }) => sum + quantity, 0)
  return { units, untilMs: Math.max(expiresAtMs, extendToMs) }
}

/**
 * Exact: the claim ends with the millisecond, whoever has noticed. A commit or an extension under way ends it either
 * way, soon.
 */
export function statusAt(cart: Cart, nowMs: number): CartStatus {
  return cart.status === 'held' && nowMs >= cart.expiresAtMs ? 'expired' : cart.status
}

/** How it ended, if it did; units on their way back are as good as released. */
export function endedAs(status: CartStatus): 'ordered' | 'released' | 'expired' | null {
  if (status === 'releasing') return 'released'
  return status === 'ordered' || status === 'released' || status === 'expired' ? status : null
}

/**
 * No id of an order's own reservation begins like this (they begin with `<account>:`), so a caller cannot name one.
 * The round tells a new claim from one that was given back or ran out before the request was repeated.
 */
export function claimId(reservationId: string, round: number): ReservationId {
  return `cart/${reservationId}/${round}` as ReservationId
}
