/**
 * How good a place is by itself, as if it shipped the whole order: what the search goes by before a plan can be scored.
 * A guess of the score's terms, each normalised over the places.
 */

import { normalised } from './normalised.ts'
import { pickLane } from './pick-lane.ts'
import { utilisation } from './plan-terms.ts'
import type { StrategyWeights } from './profile.ts'
import type { Field } from './search-field.ts'

export function placeMerits(field: Field, weights: StrategyWeights): readonly number[] {
  const { order, lines } = field.request
  const grams = lines.reduce((sum, line) => sum + (line.grams ?? 0) * line.quantity, 0)
  const services = field.places.map(({ lanes, dispatchAtMs }) => pickLane(lanes, grams, dispatchAtMs, order))
  const sla = normalised(
    services.map(({ onTime }) => onTime),
    'more',
  )
  const ship = normalised(
    services.map(({ costMinor }) => costMinor),
    'less',
  )
  const capacity = normalised(
    field.places.map(({ capacity: figure }) => utilisation(figure, field.demanded) ** 2),
    'less',
  )
  const priority = normalised(
    field.places.map((place) => place.priority),
    'less',
  )
  return field.places.map(
    (_, at) =>
      weights.sla * (sla[at] ?? 0) -
      weights.ship * (ship[at] ?? 0) -
      weights.capacity * (capacity[at] ?? 0) -
      weights.priority * (priority[at] ?? 0),
  )
}
