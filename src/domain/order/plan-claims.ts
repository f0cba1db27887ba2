/** How a plan's units are claimed beyond their number: as the figures were asked for, so that the position agrees. */
import { stockParts } from '../catalog/stock-parts.ts'
import { type LocationId, positionId, type Sku } from '../shared/ids.ts'
import type { StockCommandBody } from '../stock/stock-command.ts'
import type { CanonicalOrder } from './canonical-order.ts'
import type { PlanAllocation } from './order-state.ts'
import type { PlanInputs } from './saga-command.ts'

export type PlanClaims = {
  /** The channel group: it may take its own protected units. */
  readonly group?: string
  /** The order may not leave before; what is due by then covers it. */
  readonly dueAtMs?: number
  /** By SKU: how long its units have to keep. */
  readonly goodUntilMs?: Readonly<Record<string, number>>
  /** By position: units that its rules keep back. */
  readonly keepBack?: Readonly<Record<string, number>>
}

/** The member of the plan; nothing for an order that is like any other. */
export function claimsMember(
  { shipNotBeforeMs }: CanonicalOrder,
  { channelGroup, skus, candidates }: PlanInputs,
  allocations: readonly PlanAllocation[],
  nowMs: number,
): { readonly claims?: PlanClaims } {
  const taken = allocations.flatMap((each) => stockParts(each).map(({ sku }) => ({ sku, location: each.location })))
  const positions = new Set(taken.map(({ sku, location }) => positionId(sku, location)))
  const takenSkus = new Set(taken.map(({ sku }) => sku))
  const goodUntil = skus.flatMap(({ sku, goodUntilMs }) =>
    goodUntilMs !== null && takenSkus.has(sku) ? [[sku, goodUntilMs] as const] : [],
  )
  const keptBack = candidates.flatMap(({ location, keptBack: kept }) =>
    kept
      .map(({ sku, units }) => [positionId(sku, location), units] as const)
      .filter(([position]) => positions.has(position)),
  )
  const claims: PlanClaims = {
    ...(channelGroup === null ? {} : { group: channelGroup }),
    ...(shipNotBeforeMs === undefined || shipNotBeforeMs <= nowMs ? {} : { dueAtMs: shipNotBeforeMs }),
    ...(goodUntil.length === 0 ? {} : { goodUntilMs: Object.fromEntries(goodUntil) }),
    ...(keptBack.length === 0 ? {} : { keepBack: Object.fromEntries(keptBack) }),
  }
  return Object.keys(claims).length === 0 ? {} : { claims }
}

type HoldMembers = Pick<
  Extract<StockCommandBody, { readonly type: 'hold' }>,
  'group' | 'dueAtMs' | 'goodUntilMs' | 'keepBack'
>

export function holdMembers(claims: PlanClaims | undefined, sku: Sku, location: LocationId): HoldMembers {
  const [goodUntilMs, keepBack] = [claims?.goodUntilMs?.[sku], claims?.keepBack?.[positionId(sku, location)]]
  return {
    ...(claims?.group === undefined ? {} : { group: claims.group }),
    ...(claims?.dueAtMs === undefined ? {} : { dueAtMs: claims.dueAtMs }),
    ...(goodUntilMs === undefined ? {} : { goodUntilMs }),
    ...(keepBack === undefined ? {} : { keepBack }),
  }
}
