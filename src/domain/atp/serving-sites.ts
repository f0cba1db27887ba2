/** Which locations of a channel's network count for whoever asks, and why the others do not. */
import type { Account } from '../config/config.ts'
import type { Location } from '../config/location.ts'
import type { DeliveryMethod } from '../config/promising.ts'
import { type ShipToRegion, servesRegion } from '../config/serves-region.ts'

export type SiteAsk = {
  /** The selling channel; null: none in particular. */
  readonly account: Pick<Account, 'entity'> | null
  /** Null: anywhere, so that no location is left out for its region. */
  readonly shipTo: ShipToRegion | null
  /** Empty: in any way. */
  readonly methods: readonly DeliveryMethod[]
  /** What the SKU needs of a location that ships it. */
  readonly requirements: readonly string[]
}
export type SiteRefusal = 'region' | 'delivery_method' | 'requirements' | 'entity'

export function siteRefusal(location: Location, ask: SiteAsk): SiteRefusal | null {
  if (ask.shipTo !== null && !servesRegion(location, ask.shipTo)) return 'region'
  if (!ask.methods.every((method) => offers(location, method))) return 'delivery_method'
  if (!ask.requirements.every((requirement) => location.capabilities.includes(requirement))) return 'requirements'
  const entity = ask.account?.entity
  const worksForAll = location.entities.length === 0 || entity === undefined
  return worksForAll || location.entities.includes(entity) ? null : 'entity'
}

const offers = ({ deliveryMethods }: Location, method: DeliveryMethod) =>
  deliveryMethods.length === 0 || deliveryMethods.includes(method)
