/**
 * The plans a person would try first: everything from one location, then from groups of two and three, and where no
 * group covers everything, locations added one by one. The search starts from them and never does worse; those that a
 * constraint forbids show which one it was.
 */
import { coveringGroupsMax, greedyChecksMax, groupSizeMax, groupsMax } from './bounds.ts'
import { type Draft, draftOf, type Field, type Take, takeable } from './search-field.ts'

/** `effort`: of what finding them may cost, 0 to 1. */
export function simplePlans(field: Field, effort: number): readonly Draft[] {
  const places = field.places.map((_, place) => place)
  const covering: Draft[] = []
  const wanted = wantedUnits(field)
  if (covers(field, wanted, places)) {
    for (const group of groupsOf(places, groupsMax * effort)) {
      if (!covers(field, wanted, group)) continue
      covering.push(allocate(field, group))
      if (covering.length === coveringGroupsMax) break
    }
  }
  const singles = places.map((place) => allocate(field, [place]))
  return [...covering, ...singles, ...greedyPlans(field, places, greedyChecksMax * effort)].filter(
    ({ units }) => units > 0,
  )
}

/** By SKU. */
function wantedUnits({ lines, skuCount }: Field): readonly number[] {
  const wanted = Array.from({ length: skuCount }, () => 0)
  for (const { line, needs } of lines) {
    for (const { sku, units } of needs) wanted[sku] = (wanted[sku] ?? 0) + units * line.quantity
  }
  return wanted
}

/** Cheap and necessary, not sufficient: packs, capacity and exclusions may still get in the way. */
function covers({ stock }: Field, wanted: readonly number[], group: readonly number[]): boolean {
  return wanted.every((units, sku) => {
    let left = units
    for (const place of group) left -= stock[place]?.[sku] ?? 0
    return left <= 0
  })
}

/** All groups of one, then of two, and so on, each in order of rank, as far as the bound reaches. */
function* groupsOf(places: readonly number[], most: number): Generator<readonly number[]> {
  let left = Math.ceil(most)
  for (let size = 1; size <= Math.min(groupSizeMax, places.length); size++) {
    for (const group of combinations(places, size, 0)) {
      if (left-- === 0) return
      yield group
    }
  }
}

function* combinations(places: readonly number[], size: number, from: number): Generator<readonly number[]> {
  if (size === 0) {
    yield []
    return
  }
  for (let at = from; at <= places.length - size; at++) {
    const first = places[at]
    if (first === undefined) return
    for (const rest of combinations(places, size - 1, at + 1)) yield [first, ...rest]
  }
}

/** Each line whole at the first place that has it, else spread over the group in order of rank. */
function allocate(field: Field, group: readonly number[]): Draft {
  const takes: Take[] = []
  const taken = new Map<number, number>()
  const hands = new Map<number, number>()
  const add = (counts: Map<number, number>, key: number, more: number) => counts.set(key, (counts.get(key) ?? 0) + more)
  const tally = {
    taken: (place: number, sku: number) => taken.get(place * field.skuCount + sku) ?? 0,
    units: (place: number) => hands.get(place) ?? 0,
  }
  for (const line of field.lines) {
    const offers = group
      .filter((place) => line.isOpen[place])
      .map((place) => ({ place, most: takeable(field, line, place, tally) }))
    const whole = offers.find(({ most }) => most >= line.line.quantity)
    let left = line.line.quantity
    for (const { place, most } of whole === undefined ? offers : [whole]) {
      const quantity = Math.min(left, most)
      if (quantity === 0) continue
      takes.push({ line, place, quantity })
      for (const { sku, units } of line.needs) add(taken, place * field.skuCount + sku, units * quantity)
      add(hands, place, line.unitsEach * quantity)
      left -= quantity
    }
  }
  return draftOf(takes)
}

/**
 * Locations are added one by one, each time the one that covers most: every step on the way is a plan. Where comparing
 * them would take too long, all together are the last one.
 */
function greedyPlans(field: Field, places: readonly number[], checksMax: number): readonly Draft[] {
  const plans: Draft[] = []
  let group: readonly number[] = []
  let covered = 0
  let checksLeft = checksMax
  while (group.length < places.length) {
    checksLeft -= (places.length - group.length) * (group.length + 1) * field.partCount
    if (checksLeft < 0) return [...plans, allocate(field, places)]
    let better: { readonly group: readonly number[]; readonly plan: Draft } | null = null
    for (const place of places.filter((candidate) => !group.includes(candidate))) {
      const wider = places.filter((candidate) => candidate === place || group.includes(candidate))
      const plan = allocate(field, wider)
      if (plan.units > (better?.plan.units ?? covered)) better = { group: wider, plan }
    }
    if (better === null) break
    plans.push(better.plan)
    group = better.group
    covered = better.plan.units
    if (covered === field.demanded) break
  }
  return plans
}
