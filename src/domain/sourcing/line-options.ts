/**
 * The ways in which one line may be placed, given what was placed before it. Places are emptied one after another: a
 * way is a set of places that give all they have, and at most one more that gives the rest.
 */
import { type Field, type FieldLine, type Take, type Tally, takeable } from './search-field.ts'

type Offer = { readonly place: number; readonly most: number }

/** What finding the ways may still cost, whether they lead to one or not. */
type Steps = { left: number }

/**
 * At most `optionsMax` ways, those in few places first; ways that leave units out come last and only where the field
 * allows it. `used` places are tried before new ones. `cut`: there are more.
 */
export function lineOptions(
  field: Field,
  line: FieldLine,
  tally: Tally,
  used: ReadonlySet<number>,
  optionsMax: number,
  steps: Steps,
): { readonly options: readonly (readonly Take[])[]; readonly cut: boolean } {
  const offers = line.places
    .map((place) => ({ place, most: takeable(field, line, place, tally) }))
    .filter(({ most }) => most > 0)
    .toSorted((left, right) => Number(used.has(right.place)) - Number(used.has(left.place)) || left.place - right.place)
  const ways = new Map<string, readonly Take[]>()
  for (const way of waysOf(offers, line.line.quantity, field.partial, steps)) {
    const takes = way
      .map(({ place, most }): Take => ({ line, place, quantity: most }))
      .toSorted((left, right) => left.place - right.place)
    const key = takes.map(({ place, quantity }) => `${place}:${quantity}`).join(' ')
    if (ways.has(key)) continue
    if (ways.size === optionsMax) return { options: [...ways.values()], cut: true }
    ways.set(key, takes)
  }
  return { options: [...ways.values()], cut: steps.left === 0 }
}

/** Ways as offers taken in full; the place that gives the rest is an offer of the rest. */
function* waysOf(
  offers: readonly Offer[],
  quantity: number,
  partial: boolean,
  steps: Steps,
): Generator<readonly Offer[]> {
  yield* greedyWay(offers, quantity, partial)
  const most = offers.map((offer) => offer.most).sort((left, right) => right - left)
  for (let emptied = 0; emptied < offers.length; emptied++) {
    const reach = most.slice(0, emptied + 1).reduce((sum, units) => sum + units, 0)
    if (reach >= quantity) yield* completeWays(offers, quantity, emptied, steps)
  }
  if (!partial) return
  for (let emptied = offers.length; emptied >= 0; emptied--) {
    const least = most.slice(most.length - emptied).reduce((sum, units) => sum + units, 0)
    if (least < quantity) yield* subsets(offers, emptied, quantity - 1, steps)
  }
}

/** From one place after the other until there is enough: found at once where choosing among sets would take long. */
function* greedyWay(offers: readonly Offer[], quantity: number, partial: boolean): Generator<readonly Offer[]> {
  const way: Offer[] = []
  let left = quantity
  for (const { place, most } of offers) {
    if (left === 0) break
    way.push({ place, most: Math.min(left, most) })
    left -= Math.min(left, most)
  }
  if (left === 0 || partial) yield way
}

function* completeWays(
  offers: readonly Offer[],
  quantity: number,
  emptied: number,
  steps: Steps,
): Generator<readonly Offer[]> {
  for (const set of subsets(offers, emptied, quantity - 1, steps)) {
    const rest = quantity - set.reduce((sum, { most }) => sum + most, 0)
    for (const last of offers) {
      if (last.most >= rest && !set.includes(last)) yield [...set, { place: last.place, most: rest }]
    }
  }
}

/** All sets of `size` offers that together come to no more than `unitsMax`. */
function* subsets(
  offers: readonly Offer[],
  size: number,
  unitsMax: number,
  steps: Steps,
  from = 0,
): Generator<readonly Offer[]> {
  if (size === 0) {
    yield []
    return
  }
  for (let at = from; at <= offers.length - size; at++) {
    const first = offers[at]
    if (steps.left === 0 || first === undefined) return
    steps.left -= 1
    if (first.most > unitsMax) continue
    for (const rest of subsets(offers, size - 1, unitsMax - first.most, steps, at + 1)) yield [first, ...rest]
  }
}
