/**
 * All that a decision rests on, resolved: the same request gives the same decision, byte for byte, whoever asks and
 * whenever. Quantities of lines are ordered units, quantities of stock are base units, money is minor units.
 */
import type { DateOf } from '../atp/deliver-at.ts'
import type { Location } from '../config/location.ts'
import type { DeliveryMethod } from '../config/promising.ts'
import type { LineId, LocationId, Sku } from '../shared/ids.ts'
import type { SourcedAllocation } from './decision.ts'
import type { SourcingProfile } from './profile.ts'

export type SourcingRequest = {
  readonly nowMs: number
  readonly configVersion: string
  readonly profile: SourcingProfile
  /** Null: built in, or given inline. */
  readonly profileVersion: number | null
  readonly order: SourcingOrder
  readonly lines: readonly SourcingLine[]
  readonly candidates: readonly SourcingCandidate[]
  /** Units that are claimed where they lie already, as by a cart: nothing is chosen, it is weighed beside what could be. */
  readonly fixed?: readonly SourcedAllocation[]
  /** What an earlier plan holds: it stays unless another is clearly better. Its units count as available where they are. */
  readonly current?: CurrentPlan
}

export type CurrentPlan = {
  readonly allocations: readonly SourcedAllocation[]
  /** See `BetterPlanRules`. */
  readonly marginPercent: number
  /** Dates that another plan keeps if this one does; and where this one does not, is no later than it. */
  readonly promises: readonly { readonly lineId: LineId; readonly byMs: number; readonly dateOf: DateOf }[]
  /** Where no more units may go: the day there closes too soon. */
  readonly closing: readonly LocationId[]
}

export type SourcingOrder = {
  readonly channel: string
  readonly channelGroup: string | null
  readonly currency: string
  /** Of all lines as they were placed, planned already or not. */
  readonly valueMinor: number
  readonly shipTo: {
    readonly country: string
    readonly region: string | null
    readonly postalCode: string | null
  } | null
  readonly tags: readonly string[]
  readonly deliveryMethod: DeliveryMethod
  /** The carrier service that was sold, where the rate table knows it; null: any. */
  readonly service: string | null
  readonly promisedByMs: number | null
  /** Nothing may leave before; now, for most. */
  readonly fromMs: number
  /** May it go in part and in several shipments? */
  readonly allowPartial: boolean
}

export type SourcingLine = {
  readonly lineId: LineId
  readonly quantity: number
  /** Base units of each SKU in one ordered unit: one entry, or one a component of a bundle, which stays together. */
  readonly needs: readonly { readonly sku: Sku; readonly units: number }[]
  readonly class: string | null
  readonly requirements: readonly string[]
  /** Of one ordered unit, as are the price and the cost; null: unknown. */
  readonly grams: number | null
  readonly priceMinor: number
  /** In the currency of the order. */
  readonly costMinor: number | null
  /** Places that turned this line down. */
  readonly excluded: readonly LocationId[]
}

export type SourcingCandidate = {
  readonly location: LocationId
  readonly kind: Location['kind']
  readonly priority: number
  /** False: somebody said that nothing leaves it for now. */
  readonly isUp: boolean
  /** False: it does not answer, so nobody knows what it still takes. Absent: it does. */
  readonly isReached?: false
  readonly servesDestination: boolean
  readonly servesMethod: boolean
  readonly servesEntity: boolean
  readonly capabilities: readonly string[]
  /** When a parcel leaves that is planned now, by calendar, cut-off and handling; null: not in any foreseeable time. */
  readonly dispatchAtMs: number | null
  readonly capacity: CapacityFigure | null
  /** Of the rate table, for this destination; null: unknown. */
  readonly zone: number | null
  readonly lanes: readonly Lane[]
  readonly figures: readonly StockFigure[]
}

/** What the location takes on the day it would dispatch, and what of that is taken. Null limits: none. */
export type CapacityFigure = {
  readonly dayKey: string
  readonly unitsMax: number | null
  readonly unitsUsed: number
  readonly ordersMax: number | null
  readonly ordersUsed: number
}

/** One carrier service from one location to the destination. */
export type Lane = {
  readonly service: string
  readonly currency: string
  /** Half of the parcels take no longer than this, nine in ten no longer than that. */
  readonly p50Days: number
  readonly p90Days: number
  /** Ascending; a shipment heavier than the last cannot go. */
  readonly brackets: readonly { readonly gramsMax: number; readonly costMinor: number }[]
}

export type StockFigure = {
  readonly sku: Sku
  /** What the order may take: protection, safety stock, earlier promises and shelf life are taken off. */
  readonly available: number
  /** The same without asking how long the units keep; absent: the same figure. */
  readonly anyAge?: number
  /** Units that the position wants to keep or has promised and not yet shipped: the demand it sees just now. */
  readonly pace: number
}
