/** The rate table as carrier rating: zones by origin and destination, lanes with the brackets that can matter. */
import type { RateService, Rates, ZoneRule } from '../config/rates.ts'
import type { RatedOrigin, RatingRequest } from './ports/rate-shipments.ts'
import type { Lane, SourcingOrder } from './request.ts'

export function ratesOfTable(rates: Rates, request: RatingRequest): readonly RatedOrigin[] {
  return request.origins.map((location): RatedOrigin => {
    const zone = zoneOf(rates.zones, location, request.shipTo)
    if (zone === null) return { location, zone, lanes: [] }
    const services = rates.services.filter(
      ({ origins, deliveryMethod }) => hasOrigin(origins, location) && deliveryMethod === request.deliveryMethod,
    )
    return { location, zone, lanes: services.flatMap((service) => laneOf(service, zone, request.gramsMax)) }
  })
}

const hasOrigin = (origins: readonly string[], location: string) => origins.length === 0 || origins.includes(location)

/** A rule that names the origin goes before one for all, the longest postal prefix before shorter ones. */
export function zoneOf(rules: readonly ZoneRule[], origin: string, shipTo: SourcingOrder['shipTo']): number | null {
  if (shipTo === null) return null
  const fitting = rules.flatMap((rule) => {
    const prefix = prefixLength(rule, shipTo.postalCode)
    if (rule.country !== shipTo.country || prefix === null || !hasOrigin(rule.origins, origin)) return []
    return [{ zone: rule.zone, named: rule.origins.length > 0 ? 1 : 0, prefix }]
  })
  const best = fitting.sort(
    (left, right) => right.named - left.named || right.prefix - left.prefix || left.zone - right.zone,
  )[0]
  return best?.zone ?? null
}

/** How many characters of the postal code the rule names; null: it is for others. */
function prefixLength({ postalPrefixes }: ZoneRule, postalCode: string | null): number | null {
  if (postalPrefixes.length === 0) return 0
  const code = (postalCode ?? '').replaceAll(' ', '').toUpperCase()
  const fitting = postalPrefixes.filter((prefix) => code.startsWith(prefix.replaceAll(' ', '').toUpperCase()))
  return fitting.length === 0 ? null : Math.max(...fitting.map(({ length }) => length))
}

/** A service without transit times for the zone does not go there. */
function laneOf(service: RateService, zone: number, gramsMax: number): readonly Lane[] {
  const transit = service.transit.find((each) => each.zone === zone)
  const brackets = service.prices
    .filter((price) => price.zone === zone)
    .map(({ gramsMax: most, costMinor }) => ({ gramsMax: most, costMinor }))
    .sort((left, right) => left.gramsMax - right.gramsMax)
  if (transit === undefined || brackets.length === 0) return []
  const enough = brackets.findIndex((bracket) => bracket.gramsMax >= gramsMax)
  return [
    {
      service: service.id,
      currency: service.currency,
      p50Days: transit.p50Days,
      p90Days: transit.p90Days,
      brackets: enough === -1 ? brackets : brackets.slice(0, enough + 1),
    },
  ]
}
