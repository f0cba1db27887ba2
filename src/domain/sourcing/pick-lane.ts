/** Which carrier service takes a shipment: the cheapest that is on time well enough, else the likeliest on time. */
import { onTimeProbability } from './on-time.ts'
import type { Lane, SourcingOrder } from './request.ts'

/** A service this likely on time is not bettered by a dearer one. */
const onTimeEnough = 0.9

export type PickedLane = {
  readonly service: string | null
  readonly costMinor: number | null
  readonly onTime: number
}

/** `costMinor` null: no lane takes the weight, or it is priced in another currency than the order. */
export function pickLane(
  lanes: readonly Lane[],
  grams: number,
  dispatchAtMs: number | null,
  order: Pick<SourcingOrder, 'currency' | 'service' | 'promisedByMs'>,
): PickedLane {
  const offers = lanes.flatMap((lane): PickedLane[] => {
    const bracket = lane.brackets.find(({ gramsMax }) => grams <= gramsMax)
    if (
      bracket === undefined ||
      (order.service !== null && isKnown(lanes, order.service) && lane.service !== order.service)
    ) {
      return []
    }
    const costMinor = lane.currency === order.currency ? bracket.costMinor : null
    return [{ service: lane.service, costMinor, onTime: onTimeProbability(dispatchAtMs, lane, order.promisedByMs) }]
  })
  const best = offers.toSorted(byMerit)[0]
  return best ?? { service: null, costMinor: null, onTime: onTimeProbability(dispatchAtMs, null, order.promisedByMs) }
}

const isKnown = (lanes: readonly Lane[], service: string) => lanes.some((lane) => lane.service === service)

function byMerit(left: PickedLane, right: PickedLane): number {
  const late = Math.min(right.onTime, onTimeEnough) - Math.min(left.onTime, onTimeEnough)
  if (late !== 0) return late
  const dearer = (left.costMinor ?? Number.MAX_SAFE_INTEGER) - (right.costMinor ?? Number.MAX_SAFE_INTEGER)
  if (dearer !== 0 || left.service === right.service) return dearer || right.onTime - left.onTime
  return (left.service ?? '') < (right.service ?? '') ? -1 : 1
}
