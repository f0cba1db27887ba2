/** Units that are claimed for the order already, by a cart or a plan: to whoever plans for it they are there. */
import type { LocationId, Sku } from '../shared/ids.ts'
import type { StockFigure } from '../sourcing/request.ts'
import type { PlanCandidate } from './saga-command.ts'

/** Base units at a position. */
export type OwnUnits = { readonly sku: Sku; readonly location: LocationId; readonly quantity: number }

export function withOwnUnits(candidate: PlanCandidate, own: readonly OwnUnits[]): PlanCandidate {
  const here = own.filter(({ location }) => location === candidate.location)
  const skus = new Set([...candidate.figures, ...here].map((each) => each.sku))
  const figures = [...skus].map((sku): StockFigure => {
    const known = candidate.figures.find((figure) => figure.sku === sku) ?? { sku, available: 0, pace: 0 }
    const units = here.reduce((sum, each) => sum + (each.sku === sku ? each.quantity : 0), 0)
    const anyAge = known.anyAge === undefined ? {} : { anyAge: known.anyAge + units }
    return { ...known, available: known.available + units, ...anyAge }
  })
  return { ...candidate, figures }
}
