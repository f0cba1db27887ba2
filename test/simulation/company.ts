/** What differs from one simulated company to the next: its catalogue, its policy, which locations it runs by hand. */
import type { LineFinding, PlanInputs } from '../../src/domain/order/saga-command.ts'
import type { OrderPolicy } from '../../src/domain/order/saga-state.ts'
import { type AccountId, accountId, type LocationId, locationId, sku } from '../../src/domain/shared/ids.ts'
import { fewestSplits } from '../../src/domain/sourcing/profile.ts'
import type { StockFigure } from '../../src/domain/sourcing/request.ts'
import type { Random } from './random.ts'

type Candidate = PlanInputs['candidates'][number]
type Listing = NonNullable<LineFinding['listing']>

export type Company = {
  readonly skus: readonly Listing['sku'][]
  readonly locations: readonly LocationId[]
  /** What the channel may sell, listed or not. */
  readonly externalSkus: readonly string[]
  readonly policy: OrderPolicy
  readonly listing: (externalSku: string | null, nowMs: number) => Listing | null
  /** Null: released by hand. */
  readonly warehouseOf: (location: LocationId) => AccountId | null
  readonly planInputs: (
    figuresAt: (location: LocationId) => readonly StockFigure[],
    daysAt: (location: LocationId) => Pick<Candidate, 'isUp' | 'capacity'>,
  ) => PlanInputs
}

/** Nobody has listed it yet when the first order for it comes. */
const lateSku = 'SKIFF'

/** Bundles that share a component. Only orders of their own ask for them. */
export const kits = { rescue: 'RESCUE-KIT', deck: 'DECK-KIT' } as const
const bundle = (name: string) => ({ sku: sku(name), packQuantity: 1, stocked: true })
const parts = (units: Readonly<Record<string, number>>) =>
  Object.entries(units).map(([name, quantity]) => ({ sku: sku(name), units: quantity }))

export function foundCompany(random: Random, startMs: number): Company {
  const [rope, buoy, lamp] = [sku('ROPE'), sku('BUOY'), sku('LAMP')]
  const pack = random.between(2, 6)
  const listings: Readonly<Record<string, Listing>> = {
    ROPE: { sku: rope, packQuantity: 1, stocked: true },
    BUOY: { sku: buoy, packQuantity: 1, stocked: true },
    LAMP: { sku: lamp, packQuantity: 1, stocked: true },
    'ROPE-COIL': { sku: rope, packQuantity: pack, stocked: true },
    WARRANTY: { sku: sku('WARRANTY'), packQuantity: 1, stocked: false },
    [kits.rescue]: { ...bundle('RESCUE-KIT'), parts: parts({ ROPE: 1, BUOY: 2 }) },
    [kits.deck]: { ...bundle('DECK-KIT'), parts: parts({ ROPE: 2, LAMP: 1 }) },
    [lateSku]: { sku: lamp, packQuantity: 2, stocked: true },
  }
  const listedFromMs = startMs + random.between(0, 1_500_000)
  const byHand = random.chance(0.4) ? locationId('north') : null
  const locations = ['east', 'west', 'north'].map(locationId)
  const warehouseOf = (location: LocationId) => (location === byHand ? null : accountId(`wh-${location}`))
  return {
    skus: [rope, buoy, lamp],
    locations,
    externalSkus: ['ROPE', 'ROPE', 'BUOY', 'BUOY', 'LAMP', 'LAMP', 'ROPE-COIL', 'WARRANTY', lateSku],
    policy: {
      configVersion: 'v1',
      erp: random.chance(0.15) ? null : accountId('erp'),
      tellsChannel: random.chance(0.85),
      allowPartial: random.chance(0.75),
      whenOutOfStock: random.chance(0.75) ? 'backorder' : 'exception',
    },
    listing: (externalSku, nowMs) =>
      externalSku === null || (externalSku === lateSku && nowMs < listedFromMs)
        ? null
        : (listings[externalSku] ?? null),
    warehouseOf,
    planInputs: (figuresAt, daysAt) => ({
      ...plainInputs,
      candidates: locations.map((location, priority) => ({
        ...plainCandidate,
        location,
        priority,
        ...daysAt(location),
        warehouse: warehouseOf(location),
        figures: figuresAt(location),
      })),
    }),
  }
}

const plainInputs = {
  configVersion: 'v1',
  profile: fewestSplits,
  profileVersion: null,
  channelGroup: null,
  deliveryMethod: 'ship',
  service: null,
  skus: [],
} as const
const plainCandidate = {
  kind: 'warehouse',
  servesDestination: true,
  servesMethod: true,
  servesEntity: true,
  capabilities: [],
  dispatchAtMs: 0,
  zone: null,
  lanes: [],
  keptBack: [],
} as const
