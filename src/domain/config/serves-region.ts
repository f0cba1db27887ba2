/** Whether a location may ship to an address: pure, so that availability and sourcing answer alike. */
import type { Location, ServedArea } from './location.ts'

/** What is known of where goods go; null is unknown. */
export type ShipToRegion = {
  readonly country: string | null
  readonly region: string | null
  readonly postalCode: string | null
}

/** Of what is unknown nothing is assumed: a location that serves single regions does not serve an unnamed one. */
export function servesRegion(location: Pick<Location, 'serves'>, shipTo: ShipToRegion): boolean {
  return location.serves.length === 0 || location.serves.some((area) => covers(area, shipTo))
}

function covers(area: ServedArea, { country, region, postalCode }: ShipToRegion): boolean {
  if (country === null || area.country !== country.toUpperCase()) return false
  if (area.regions.length === 0 && area.postalPrefixes.length === 0) return true
  const isNamed = region !== null && area.regions.some((name) => plain(name) === plain(region))
  const code = postalCode === null ? null : plain(postalCode)
  return isNamed || (code !== null && area.postalPrefixes.some((prefix) => code.startsWith(plain(prefix))))
}

/** Postal codes and regions are written with and without blanks and dashes, in either case. */
const plain = (text: string): string => text.toUpperCase().replaceAll(/[\s-]/g, '')
