/**
 * Where the company that is measured ships from, what parcels weigh and what carriage costs: one location for all but
 * sourcing, which chooses among five by zone, weight and number of parcels.
 */
export type Place = { readonly id: string; readonly region: string; readonly priority: number }
export type Zone = {
  readonly origin: string
  readonly country: string
  readonly postalPrefix: string
  readonly zone: number
}
export type Price = {
  readonly service: string
  readonly zone: number
  readonly gramsMax: number
  readonly costMinor: number
}
export type Weights = { readonly ship: number; readonly split: number; readonly priority: number }
export type Network = {
  /** As sourcing ranks them: by priority. */
  readonly places: readonly Place[]
  readonly zones: readonly Zone[]
  readonly prices: readonly Price[]
  readonly weights: Weights
}

/** What the peers plan by: the network, and what one unit weighs. */
export type Planning = { readonly network: Network; readonly grams: Readonly<Record<string, number>> }

export const oneLocation: Network = {
  places: [{ id: 'east', region: 'NJ', priority: 100 }],
  zones: [],
  prices: [],
  weights: { ship: 0, split: 1, priority: 0 },
}

const country = 'US'
/** With the first digit of the postal codes around them, which grow from the east coast to the west. */
const sites = [
  { id: 'east', region: 'NJ', priority: 1, digit: 0 },
  { id: 'west', region: 'CA', priority: 2, digit: 9 },
  { id: 'midwest', region: 'IL', priority: 3, digit: 6 },
  { id: 'south', region: 'GA', priority: 4, digit: 3 },
  { id: 'mountain', region: 'CO', priority: 5, digit: 8 },
] as const
const digits = Array.from({ length: 10 }, (_, digit) => digit)
const zones = Array.from({ length: 10 }, (_, distance) => distance + 1)
const brackets = [1_000, 2_000, 5_000, 30_000] as const
const services = [
  { id: 'ground', baseMinor: 450 },
  { id: 'express', baseMinor: 1_650 },
] as const

export const fiveLocations: Network = {
  places: sites.map(({ digit: _, ...place }) => place),
  zones: sites.flatMap(({ id, digit }) =>
    digits.map((to) => ({ origin: id, country, postalPrefix: `${to}`, zone: 1 + Math.abs(to - digit) })),
  ),
  prices: services.flatMap(({ id, baseMinor }) =>
    zones.flatMap((zone) =>
      brackets.map((gramsMax, step) => ({
        service: id,
        zone,
        gramsMax,
        costMinor: baseMinor + 85 * zone + 130 * step + 21 * zone * step,
      })),
    ),
  ),
  weights: { ship: 1, split: 0.4, priority: 0.2 },
}

/** Of one unit of the catalogue's entry at `index`. */
export const gramsOf = (index: number): number => 300 + 100 * (index % 9)

/** A place keeps a SKU or it does not: four of five do. */
export const keeps = (index: number, place: number): boolean => (index + 2 * place) % 5 !== 0
