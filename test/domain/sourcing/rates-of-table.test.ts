import { describe, expect, it } from 'vitest'
import { type Rates, ratesSchema } from '../../../src/domain/config/rates.ts'
import { locationId } from '../../../src/domain/shared/ids.ts'
import { ratesOfTable, zoneOf } from '../../../src/domain/sourcing/rates-of-table.ts'

const rates: Rates = ratesSchema.parse({
  zones: [
    { zone: 5, country: 'DE' },
    { zone: 3, country: 'DE', postalPrefixes: ['1'] },
    { zone: 2, country: 'DE', postalPrefixes: ['10', '12'] },
    { zone: 1, origins: ['berlin'], country: 'DE' },
  ],
  services: [
    {
      id: 'standard',
      currency: 'EUR',
      prices: [
        { zone: 2, gramsMax: 5_000, costMinor: 590 },
        { zone: 2, gramsMax: 1_000, costMinor: 390 },
        { zone: 2, gramsMax: 31_000, costMinor: 1_290 },
      ],
      transit: [{ zone: 2, p50Days: 2, p90Days: 3 }],
    },
    {
      id: 'pallet',
      currency: 'EUR',
      deliveryMethod: 'freight',
      prices: [{ zone: 2, gramsMax: 900_000, costMinor: 9_000 }],
      transit: [{ zone: 2, p50Days: 3, p90Days: 5 }],
    },
    {
      id: 'from-berlin',
      currency: 'EUR',
      origins: ['berlin'],
      prices: [{ zone: 1, gramsMax: 1_000, costMinor: 200 }],
      transit: [{ zone: 1, p50Days: 1, p90Days: 1 }],
    },
    { id: 'untimed', currency: 'EUR', prices: [{ zone: 2, gramsMax: 1_000, costMinor: 1 }], transit: [] },
  ],
})
const berlin10 = { country: 'DE', region: null, postalCode: '10 115' }
const ask = (origin: string, gramsMax: number, deliveryMethod: 'ship' | 'freight' = 'ship') =>
  ratesOfTable(rates, { origins: [locationId(origin)], shipTo: berlin10, deliveryMethod, gramsMax })[0]

describe('the rate table', () => {
  it('takes the zone of the longest postal prefix, and before it the one that names the origin', () => {
    expect(zoneOf(rates.zones, 'hamburg', berlin10)).toBe(2)
    expect(zoneOf(rates.zones, 'hamburg', { ...berlin10, postalCode: '13000' })).toBe(3)
    expect(zoneOf(rates.zones, 'hamburg', { ...berlin10, postalCode: null })).toBe(5)
    expect(zoneOf(rates.zones, 'berlin', berlin10)).toBe(1)
  })

  it('knows no zone for a country without a rule, nor for an order without an address', () => {
    expect(zoneOf(rates.zones, 'berlin', { ...berlin10, country: 'FR' })).toBeNull()
    expect(zoneOf(rates.zones, 'berlin', null)).toBeNull()
  })

  it('gives the services of the zone and delivery method that say how long they take', () => {
    expect(ask('hamburg', 31_000)?.lanes.map(({ service }) => service)).toEqual(['standard'])
    expect(ask('hamburg', 31_000, 'freight')?.lanes.map(({ service }) => service)).toEqual(['pallet'])
    expect(ask('berlin', 500)?.lanes.map(({ service }) => service)).toEqual(['from-berlin'])
  })

  it('gives brackets in order of weight and none beyond the first that takes the whole order', () => {
    expect(ask('hamburg', 1_200)?.lanes[0]?.brackets).toEqual([
      { gramsMax: 1_000, costMinor: 390 },
      { gramsMax: 5_000, costMinor: 590 },
    ])
  })
})
