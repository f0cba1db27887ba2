/** A request for a reservation once the configuration and the catalogue have been asked: all that positions need of it. */
import type { StockPart } from '../src/domain/catalog/stock-parts.ts'
import type { HoldLimits, HoldTally } from '../src/domain/stock/hold-quota.ts'

/** Members that a hold takes as they are; absent where nothing is asked for. */
export type ClaimTerms = {
  readonly group?: string
  readonly goodUntilMs?: number
  readonly keepBack?: number
}
export type CartItem = {
  readonly sku: string
  /** Base units of the SKU. */
  readonly quantity: number
  readonly location: string | null
  readonly stocked: boolean
  /** A bundle's base components; empty for everything else. */
  readonly parts: readonly StockPart[]
}
export type ResolvedCart = {
  /** In the order in which they are asked. */
  readonly candidates: readonly string[]
  readonly items: readonly CartItem[]
  readonly termsOf: (sku: string, location: string) => ClaimTerms
  readonly limits: HoldLimits
}

/** What the claim goes on to need once it is made; what was kept back then is no longer asked for. */
export function keptTerms({ keepBack: _, ...kept }: ClaimTerms): Pick<ClaimTerms, 'group' | 'goodUntilMs'> {
  return kept
}

/** Base units that the claims will come to, in one open cart. */
export function tallyOf({ items }: ResolvedCart): HoldTally {
  const units = items.map(({ stocked, quantity, parts }) => {
    if (!stocked) return 0
    return parts.length === 0 ? quantity : quantity * parts.reduce((sum, part) => sum + part.units, 0)
  })
  return { units: units.reduce((sum, each) => sum + each, 0), holds: 1 }
}
