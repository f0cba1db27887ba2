/**
 * A bundle or kit resolved to the base components that stock is asked for. Bundles may hold bundles, three deep; what
 * is not stocked (a service in the kit) takes nothing from stock.
 */
import { err, ok, type Result } from '../shared/result.ts'
import type { CatalogSku } from './listing.ts'
import type { StockPart } from './stock-parts.ts'

/** Bundle, bundle in it, bundle in that: whoever needs more has made a loop or a mistake. */
export const bundleDepthMax = 3
/** Positions asked for one line: a kit of more things is a bill of materials. */
const partsMax = 100
const unitsMax = 1_000_000_000

type Components = Pick<CatalogSku, 'sku' | 'stocked' | 'components'>

/** The parts of one base unit of the entry; of something that is no bundle, none. An error says what is wrong with it. */
export function bundleParts(
  entry: Components,
  find: (sku: string) => Components | null,
): Result<readonly StockPart[], string> {
  const units = new Map<StockPart['sku'], number>()
  const problem = addComponents(entry, 1, [entry.sku])
  if (problem !== null) return err(problem)
  if (units.size > partsMax) return err(`more than ${partsMax} base components`)
  return ok([...units].map(([sku, of]) => ({ sku, units: of })))

  function addComponents(bundle: Components, times: number, path: readonly string[]): string | null {
    for (const { sku, quantity } of bundle.components) {
      const problem = addComponent(sku, quantity * times, path)
      if (problem !== null) return problem
    }
    return null
  }

  function addComponent(sku: StockPart['sku'], wanted: number, path: readonly string[]): string | null {
    if (path.includes(sku)) return `contains itself: ${[...path, sku].join(' > ')}`
    const component = find(sku)
    if (component === null) return `no SKU '${sku}'`
    if (component.components.length > 0) {
      if (path.length >= bundleDepthMax) return `bundles nested deeper than ${bundleDepthMax}: ${path.join(' > ')}`
      return addComponents(component, wanted, [...path, sku])
    }
    if (!component.stocked) return null
    const sum = (units.get(sku) ?? 0) + wanted
    units.set(sku, sum)
    return sum > unitsMax ? `more than ${unitsMax} units of '${sku}'` : null
  }
}
