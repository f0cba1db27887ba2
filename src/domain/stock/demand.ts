/** Lines summed per SKU before anything is asked: two lines of one SKU must not both count the same units. */
import type { CartRequest } from './cart.ts'

export type Demand = {
  readonly sku: string
  readonly requested: number
  /** Units wanted at one location and nowhere else. */
  readonly named: ReadonlyMap<string, number>
  /** Units that any location may serve. */
  readonly free: number
}

/** In the order in which the SKUs are first named. */
export function sumDemand(
  lines: readonly Pick<CartRequest['lines'][number], 'sku' | 'quantity' | 'location'>[],
): readonly Demand[] {
  return [...Map.groupBy(lines, (line) => line.sku)].map(([sku, same]) => {
    const named = new Map<string, number>()
    let free = 0
    for (const { location, quantity } of same) {
      if (location === null) free += quantity
      else named.set(location, (named.get(location) ?? 0) + quantity)
    }
    return { sku, requested: same.reduce((sum, line) => sum + line.quantity, 0), named, free }
  })
}
