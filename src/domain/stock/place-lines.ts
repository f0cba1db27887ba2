/**
 * Lines onto locations, where a unit of a line may be a bundle: all parts of one bundle come from one location. One
 * location for everything if there is one, else each line whole where it can be, else spread; in the order of the
 * locations. For few lines whose units are already claimed or about to be; orders at large are sourced elsewhere.
 */
import type { StockPart } from '../catalog/stock-parts.ts'

export type PlaceLine = {
  readonly id: string
  readonly quantity: number
  readonly parts: readonly StockPart[]
  /** Null: any. */
  readonly only: readonly string[] | null
}
export type Placed = { readonly id: string; readonly location: string; readonly quantity: number }
export type Placing = {
  readonly placed: readonly Placed[]
  readonly missing: readonly { readonly id: string; readonly quantity: number }[]
}

/** Base units by `<sku>@<location>`. */
export type PlaceStock = ReadonlyMap<string, number>

export function placeLines(lines: readonly PlaceLine[], locations: readonly string[], stock: PlaceStock): Placing {
  for (const location of locations) {
    const alone = spread(lines, [location], stock)
    if (alone.missing.length === 0) return alone
  }
  return spread(lines, locations, stock)
}

function spread(lines: readonly PlaceLine[], locations: readonly string[], stock: PlaceStock): Placing {
  const left = new Map(stock)
  const placed: Placed[] = []
  const missing: { id: string; quantity: number }[] = []
  for (const { id, quantity, parts, only } of lines) {
    const open = locations.filter((location) => only === null || only.includes(location))
    const unitsAt = (location: string) =>
      Math.min(...parts.map(({ sku, units }) => Math.floor((left.get(`${sku}@${location}`) ?? 0) / units)))
    const whole = open.find((location) => unitsAt(location) >= quantity)
    let wanted = quantity
    for (const location of whole === undefined ? open : [whole]) {
      const here = Math.min(wanted, Math.max(0, unitsAt(location)))
      if (here === 0) continue
      placed.push({ id, location, quantity: here })
      for (const { sku, units } of parts) {
        left.set(`${sku}@${location}`, (left.get(`${sku}@${location}`) ?? 0) - here * units)
      }
      wanted -= here
    }
    if (wanted > 0) missing.push({ id, quantity: wanted })
  }
  return { placed, missing }
}
