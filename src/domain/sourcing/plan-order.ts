/**
 * The basic plan: fewest locations, then location priority, ties by id. Pure and deterministic: the same figures give the
 * same plan. Stock is counted in base units, lines in ordered units of `packQuantity` base units each.
 */
import type { LineId, LocationId, Sku } from '../shared/ids.ts'

export type DemandLine = {
  readonly lineId: LineId
  readonly sku: Sku
  readonly quantity: number
  readonly packQuantity: number
  /** Places that this line must not go to (again). */
  readonly excluded: readonly LocationId[]
}
export type SourceLocation = { readonly location: LocationId; readonly priority: number }
export type Available = { readonly sku: Sku; readonly location: LocationId; readonly available: number }
export type Allocation = {
  readonly lineId: LineId
  readonly sku: Sku
  readonly location: LocationId
  readonly quantity: number
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
  const ranked = [...locations].sort(
    (left, right) => left.priority - right.priority || (left.location < right.location ? -1 : 1),
  )
  const stocked = ranked.filter(({ location }) => figures.some((f) => f.location === location && f.available > 0))
  for (const group of groupsOf(stocked, allowPartial ? groupSizeMax : 1)) {
    const plan = allocate(lines, group, figures)
    if (plan.unplanned.length === 0) return plan
  }
  return allowPartial ? greedyPlan(lines, stocked, figures) : nothingPlanned(lines)
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
function allocate(
  lines: readonly DemandLine[],
  group: readonly SourceLocation[],
  figures: readonly Available[],
): SourcingPlan {
  const stock = new Map(figures.map(({ sku, location, available }) => [`${sku}@${location}`, available]))
  const allocations: Allocation[] = []
  const unplanned: { lineId: LineId; quantity: number }[] = []
  for (const line of lines) {
    const at = group.map(({ location }) => location).filter((location) => !line.excluded.includes(location))
    const unitsAt = (location: LocationId) =>
      Math.floor(Math.max(0, stock.get(`${line.sku}@${location}`) ?? 0) / line.packQuantity)
    const whole = at.find((location) => unitsAt(location) >= line.quantity)
    let left = line.quantity
    for (const location of whole === undefined ? at : [whole]) {
      const quantity = Math.min(left, unitsAt(location))
      if (quantity === 0) continue
      allocations.push({ lineId: line.lineId, sku: line.sku, location, quantity })
      const key = `${line.sku}@${location}`
      stock.set(key, (stock.get(key) ?? 0) - quantity * line.packQuantity)
      left -= quantity
    }
    if (left > 0) unplanned.push({ lineId: line.lineId, quantity: left })
  }
  return { allocations, unplanned }
}

/** No small group covers everything: locations are added one by one, each time the one that covers most. */
function greedyPlan(
  lines: readonly DemandLine[],
  ranked: readonly SourceLocation[],
  figures: readonly Available[],
): SourcingPlan {
  let group: readonly SourceLocation[] = []
  let best = allocate(lines, group, figures)
  for (;;) {
    let better: { readonly group: readonly SourceLocation[]; readonly plan: SourcingPlan } | null = null
    for (const location of ranked.filter((candidate) => !group.includes(candidate))) {
      const wider = ranked.filter((candidate) => candidate === location || group.includes(candidate))
      const plan = allocate(lines, wider, figures)
      if (missing(plan) < missing(better?.plan ?? best)) better = { group: wider, plan }
    }
    if (better === null) return best
    group = better.group
    best = better.plan
  }
}

const missing = (plan: SourcingPlan) => plan.unplanned.reduce((sum, { quantity }) => sum + quantity, 0)
