/**
 * The plans a person would try first: everything from one location, then from groups of two and three, and where no
 * group covers everything, locations added one by one. The search starts from them and never does worse; those that a
 * constraint forbids show which one it was.
 */
import { coveringGroupsMax, groupSizeMax, groupsMax } from './bounds.ts'
import { type Draft, draftOf, type Field, type Take, takeable } from './search-field.ts'

export function simplePlans(field: Field): readonly Draft[] {
  const places = field.places.map((_, place) => place)
  const covering: Draft[] = []
  if (covers(field, places)) {
    for (const group of groupsOf(places, groupSizeMax)) {
      if (!covers(field, group)) continue
      covering.push(allocate(field, group))
      if (covering.length === coveringGroupsMax) break
    }
  }
  const singles = places.map((place) => allocate(field, [place]))
  return [...covering, ...singles, ...greedyPlans(field, places)].filter(({ units }) => units > 0)
}

/** Cheap and necessary, not sufficient: packs, capacity and exclusions may still get in the way. */
function covers(field: Field, group: readonly number[]): boolean {
  const wanted = new Map<number, number>()
  for (const { line, needs } of field.lines) {
    for (const { sku, units } of needs) wanted.set(sku, (wanted.get(sku) ?? 0) + units * line.quantity)
  }
  for (const [sku, units] of wanted) {
    let left = units
    for (const place of group) left -= field.stock[place]?.[sku] ?? 0
    if (left > 0) return false
  }
  return true
}

/** All groups of one, then of two, and so on, each in order of rank, as far as the bound reaches. */
function* groupsOf(places: readonly number[], sizeMax: number): Generator<readonly number[]> {
  let left = groupsMax
  for (let size = 1; size <= Math.min(sizeMax, places.length); size++) {
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
  const taken = new Map<string, number>()
  const add = (key: string, units: number) => taken.set(key, (taken.get(key) ?? 0) + units)
  const tally = {
    taken: (place: number, sku: number) => taken.get(`${place}/${sku}`) ?? 0,
    units: (place: number) => taken.get(`${place}`) ?? 0,
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
      for (const { sku, units } of line.needs) add(`${place}/${sku}`, units * quantity)
      add(`${place}`, line.unitsEach * quantity)
      left -= quantity
    }
  }
  return draftOf(takes)
}

/** Locations are added one by one, each time the one that covers most: every step on the way is a plan. */
function greedyPlans(field: Field, places: readonly number[]): readonly Draft[] {
  const plans: Draft[] = []
  let group: readonly number[] = []
  let covered = 0
  while (group.length < places.length) {
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
  }
  return plans
}
