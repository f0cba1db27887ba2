/** Carrier rating as the saga asks for it: the rate table answers it, and so may a carrier's own API. */
import type { DeliveryMethod } from '../../config/promising.ts'
import type { LocationId } from '../../shared/ids.ts'
import type { Lane, SourcingOrder } from '../request.ts'

export type RatingRequest = {
  readonly origins: readonly LocationId[]
  readonly shipTo: SourcingOrder['shipTo']
  readonly deliveryMethod: DeliveryMethod
  /** The whole order: a lane needs no bracket beyond the first that takes it. */
  readonly gramsMax: number
}
export type RatedOrigin = {
  readonly location: LocationId
  /** How far the destination is; null: no rule says. */
  readonly zone: number | null
  readonly lanes: readonly Lane[]
}
/** One answer an origin. An origin that nothing is known of has no lanes. */
export type RateShipments = (request: RatingRequest) => Promise<readonly RatedOrigin[]>
