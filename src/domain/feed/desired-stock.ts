/**
 * What each listing of a SKU should show at each of the channel's own locations: the channel's ATS, shared out in
 * proportion to what lies behind each, in whole packs. All shares together never exceed the ATS.
 */
import type { AtsTerms } from '../atp/ats-of.ts'
import { bundlesOf, type PartUnits, wholeBundles } from '../atp/whole-bundles.ts'
import type { Listing } from '../catalog/listing.ts'
import type { FeedKey } from './feed-listing.ts'

/** One of the channel's locations and those of ours that it stands for. */
export type ChannelPlace = { readonly externalLocationId: string; readonly locations: readonly string[] }
export type DesiredStock = FeedKey & { readonly value: number }

/** `units`: base units to show at each place, in the order of the places. A listing without an item id waits for it. */
export function desiredStock(
  listings: readonly Listing[],
  places: readonly ChannelPlace[],
  units: readonly number[],
): readonly DesiredStock[] {
  return listings.flatMap(({ externalItemId, packQuantity }) => {
    if (externalItemId === null) return []
    return places.map(({ externalLocationId }, index) => {
      const value = Math.floor((units[index] ?? 0) / packQuantity)
      return { kind: 'stock', item: externalItemId, place: externalLocationId, value } as const
    })
  })
}

/** In minor units, where a listing has one in the channel's currency; one the channel has not named waits for its ids. */
export function desiredPrices(listings: readonly Listing[], currency: string | null): readonly DesiredStock[] {
  return listings.flatMap(({ price, externalProductId: place, externalVariantId: item }) => {
    if (price === undefined || price.currency !== currency || place === undefined || item === undefined) return []
    return [{ kind: 'price', item, place, value: price.amountMinor } as const]
  })
}

/** The channel's ATS by place. What is kept back from the whole network is kept back from each in proportion. */
export function unitsByPlace(terms: AtsTerms, places: readonly ChannelPlace[]): readonly number[] {
  const behind = places.map(({ locations }) =>
    terms.locations
      .filter(({ location }) => locations.includes(location))
      .reduce((sum, { terms: { units } }) => sum + Math.max(0, units), 0),
  )
  return shareOut(terms.ats, behind)
}

/** A bundle shows what its scarcest component allows, and what can be made whole at one location each. */
export function bundlesByPlace(
  components: readonly { readonly terms: AtsTerms; readonly quantity: number }[],
  places: readonly ChannelPlace[],
): readonly number[] {
  const each = components.map(({ quantity }) => quantity)
  const shares = components.map(({ terms }) => unitsByPlace(terms, places))
  return places.map((place, index) => {
    const allowed = bundlesOf(
      shares.map((units) => units[index] ?? 0),
      each,
    )
    return Math.min(allowed, wholeBundles(components.map((component) => unitsBehind(component, place))))
  })
}

function unitsBehind(
  { terms, quantity: each }: { readonly terms: AtsTerms; readonly quantity: number },
  { locations }: ChannelPlace,
): PartUnits {
  const behind = terms.locations.filter(({ location }) => locations.includes(location))
  return { each, at: new Map(behind.map(({ location, terms: { units } }) => [location, units])) }
}

/** By a rule for the bundle itself; null: there is none. */
export function cappedByPlace(units: readonly number[], cap: number | null): readonly number[] {
  return cap === null ? units : shareOut(cap, units)
}

/** Whole units by weight, the largest remainders first, so that none is lost; equal ones by their place in the list. */
function shareOut(units: number, weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0 || units >= total) return weights
  const exact = weights.map((weight) => (units * weight) / total)
  const shares = exact.map(Math.floor)
  const left = units - shares.reduce((sum, share) => sum + share, 0)
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .toSorted((a, b) => b.remainder - a.remainder || a.index - b.index)
  for (const { index } of byRemainder.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1
  return shares
}
