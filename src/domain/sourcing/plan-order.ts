/**
 * The basic plan: fewest locations, then location priority, ties by id. Pure and deterministic: the same figures give
 * the same plan. Stock is counted in base units, lines in ordered units of `packQuantity` base units each.
 */
import { partsMember, type StockPart, stockParts } from '../catalog/stock-parts.ts'
import type { LineId, LocationId, Sku } from '../shared/ids.ts'

export type DemandLine = {
  readonly lineId: LineId
  readonly sku: Sku
  readonly quantity: number
  readonly packQuantity: number
  /** A bundle: base units of each component per ordered unit. All of one bundle comes from one location. */
  readonly parts?: readonly StockPart[]
  /** Places that this line must not go to (again). */
  readonly excluded: readonly LocationId[]
}
export type SourceLocation = { readonly location: LocationId; readonly priority: number }
export type Available = { readonly sku: Sku; readonly location: LocationId; readonly available: number }
type Allocation = {
  readonly lineId: LineId
  readonly sku: Sku
  readonly location: LocationId
  readonly quantity: number
  readonly packQuantity: number
  readonly parts?: readonly StockPart[]
}
export type SourcingPlan = {
  readonly allocations: readonly Allocation[]
  /** What no location could cover. */
  readonly unplanned: readonly { readonly lineId: LineId; readonly quantity: number }[]
}

/** Groups of locations tried before the plan is built greedily. Three locations of forty are 9,880 groups. */
const groupsMax = 12_000
const groupSizeMax = 3

/** Without `allowPartial` one location must cover everything, or nothing is planned. */
export function planOrder(
  lines: readonly DemandLine[],
  locations: readonly SourceLocation[],
  figures: readonly Available[],
  allowPartial: boolean,
): SourcingPlan {
  const stock = stockByLocation(figures)
  const ranked = [...locations]
    .filter(({ location }) => stock.has(location))
    .sort((left, right) => left.priority - right.priority || (left.location < right.location ? -1 : 1))
  const demand = demandBySku(lines)
  if (covers(ranked, demand, stock)) {
    for (const group of groupsOf(ranked, allowPartial ? groupSizeMax : 1)) {
      const plan = covers(group, demand, stock) ? allocate(lines, group, stock) : null
      if (plan?.unplanned.length === 0) return plan
    }
  }
  return allowPartial ? greedyPlan(lines, ranked, stock) : nothingPlanned(lines)
}

type Stock = ReadonlyMap<LocationId, ReadonlyMap<Sku, number>>

/** Only locations that have anything. */
function stockByLocation(figures: readonly Available[]): Stock {
  const stock = new Map<LocationId, Map<Sku, number>>()
  for (const { sku, location, available } of figures) {
    if (available <= 0) continue
    const at = stock.get(location) ?? new Map<Sku, number>()
    stock.set(location, at.set(sku, available))
  }
  return stock
}

function demandBySku(lines: readonly DemandLine[]): ReadonlyMap<Sku, number> {
  const demand = new Map<Sku, number>()
  for (const line of lines) {
    for (const { sku, units } of stockParts(line)) demand.set(sku, (demand.get(sku) ?? 0) + line.quantity * units)
  }
  return demand
}

/** Cheap and necessary, not sufficient: packs and exclusions may still get in the way. */
function covers(group: readonly SourceLocation[], demand: ReadonlyMap<Sku, number>, stock: Stock): boolean {
  for (const [sku, wanted] of demand) {
    let left = wanted
    for (const { location } of group) left -= stock.get(location)?.get(sku) ?? 0
    if (left > 0) return false
  }
  return true
}

function nothingPlanned(lines: readonly DemandLine[]): SourcingPlan {
  return { allocations: [], unplanned: lines.map(({ lineId, quantity }) => ({ lineId, quantity })) }
}

/** All groups of one, then of two, and so on, each in order of rank, as far as the bound reaches. */
function* groupsOf(ranked: readonly SourceLocation[], sizeMax: number): Generator<readonly SourceLocation[]> {
  let left = groupsMax
  for (let size = 1; size <= Math.min(sizeMax, ranked.length); size++) {
    for (const group of combinations(ranked, size, 0)) {
      if (left-- === 0) return
      yield group
    }
  }
}

function* combinations(
  ranked: readonly SourceLocation[],
  size: number,
  from: number,
): Generator<readonly SourceLocation[]> {
  if (size === 0) {
    yield []
    return
  }
  for (let index = from; index <= ranked.length - size; index++) {
    const first = ranked[index]
    if (first === undefined) return
    for (const rest of combinations(ranked, size - 1, index + 1)) yield [first, ...rest]
  }
}

/** Each line whole at the first location that has it, else spread over the group in order of rank. */
function allocate(lines: readonly DemandLine[], group: readonly SourceLocation[], stock: Stock): SourcingPlan {
  const taken = new Map<string, number>()
  const allocations: Allocation[] = []
  const unplanned: { lineId: LineId; quantity: number }[] = []
  for (const line of lines) {
    const { lineId, sku, packQuantity } = line
    const parts = stockParts(line)
    const leftOf = (part: Sku, location: LocationId) =>
      (stock.get(location)?.get(part) ?? 0) - (taken.get(`${part}@${location}`) ?? 0)
    const unitsAt = (location: LocationId) =>
      Math.min(...parts.map((part) => Math.floor(leftOf(part.sku, location) / part.units)))
    const at = group.map(({ location }) => location).filter((location) => !line.excluded.includes(location))
    const whole = at.find((location) => unitsAt(location) >= line.quantity)
    let left = line.quantity
    for (const location of whole === undefined ? at : [whole]) {
      const quantity = Math.min(left, unitsAt(location))
      if (quantity === 0) continue
      allocations.push({ lineId, sku, location, quantity, packQuantity, ...partsMember(line) })
      for (const part of parts) {
        const key = `${part.sku}@${location}`
        taken.set(key, (taken.get(key) ?? 0) + quantity * part.units)
      }
      left -= quantity
    }
    if (left > 0) unplanned.push({ lineId, quantity: left })
  }
  return { allocations, unplanned }
}

/** No small group covers everything: locations are added one by one, each time the one that covers most. */
function greedyPlan(lines: readonly DemandLine[], ranked: readonly SourceLocation[], stock: Stock): SourcingPlan {
  let group: readonly SourceLocation[] = []
  let best = allocate(lines, group, stock)
  for (;;) {
    let better: { readonly group: readonly SourceLocation[]; readonly plan: SourcingPlan } | null = null
    for (const location of ranked.filter((candidate) => !group.includes(candidate))) {
      const wider = ranked.filter((candidate) => candidate === location || group.includes(candidate))
      const plan = allocate(lines, wider, stock)
      if (missing(plan) < missing(better?.plan ?? best)) better = { group: wider, plan }
    }
    if (better === null) return best
    group = better.group
    best = better.plan
  }
}

const missing = (plan: SourcingPlan) => plan.unplanned.reduce((sum, { quantity }) => sum + quantity, 0)
