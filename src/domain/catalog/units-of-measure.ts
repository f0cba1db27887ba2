/** Units of measure by integer pack ratio: what a caller names is converted at the edge, inside there are base units. */
import { err, ok, type Result } from '../shared/result.ts'
import type { CatalogSku, Listing } from './listing.ts'

/** Base units per unit; null for a unit that the catalogue does not know. No unit named: the base unit. */
export function unitRatio({ units }: Pick<CatalogSku, 'units'>, unit: string | null): number | null {
  if (unit === null) return 1
  return Object.hasOwn(units, unit) ? (units[unit] ?? null) : null
}

/** A listing as it is kept: its pack in base units. Null when it counts in a unit that the SKU does not have. */
export function inBaseUnits<Entry extends Pick<Listing, 'packQuantity'> & { readonly unit?: string | undefined }>(
  { unit, ...listing }: Entry,
  entry: Pick<CatalogSku, 'units'>,
): Omit<Entry, 'unit'> | null {
  const ratio = unitRatio(entry, unit ?? null)
  return ratio === null ? null : { ...listing, packQuantity: listing.packQuantity * ratio }
}

const baseUnitsMax = 1_000_000_000

export function baseUnitsOf(
  entry: Pick<CatalogSku, 'units'>,
  quantity: number,
  unit: string | null,
): Result<number, 'unknown_unit'> {
  const ratio = unitRatio(entry, unit)
  const base = ratio === null ? null : quantity * ratio
  return base === null || !Number.isSafeInteger(base) || base > baseUnitsMax ? err('unknown_unit') : ok(base)
}
