import { describe, expect, it } from 'vitest'
import { servedAreaSchema } from '../../../src/domain/config/location.ts'
import { servesRegion } from '../../../src/domain/config/serves-region.ts'

const location = (...areas: readonly object[]) => ({ serves: areas.map((area) => servedAreaSchema.parse(area)) })
const shipTo = (country: string | null, region: string | null = null, postalCode: string | null = null) => ({
  country,
  region,
  postalCode,
})

describe('which addresses a location serves', () => {
  it('serves everywhere, even an unknown country, when nothing is said', () => {
    expect(servesRegion(location(), shipTo('DE'))).toBe(true)
    expect(servesRegion(location(), shipTo(null))).toBe(true)
  })

  it('serves a whole country and no other', () => {
    const place = location({ country: 'US' })
    expect(servesRegion(place, shipTo('US', 'NJ', '07102'))).toBe(true)
    expect(servesRegion(place, shipTo('CA', 'ON'))).toBe(false)
    expect(servesRegion(place, shipTo(null))).toBe(false)
  })

  it('serves the named regions, however they are written, and none that is unknown', () => {
    const place = location({ country: 'US', regions: ['NJ', 'New York'] })
    expect(servesRegion(place, shipTo('US', 'nj'))).toBe(true)
    expect(servesRegion(place, shipTo('US', 'NEW-YORK'))).toBe(true)
    expect(servesRegion(place, shipTo('US', 'CA'))).toBe(false)
    expect(servesRegion(place, shipTo('US', null, '07102'))).toBe(false)
  })

  it('serves postal codes by their beginning, with or without blanks', () => {
    const place = location({ country: 'GB', postalPrefixes: ['SW1', 'E1 6'] })
    expect(servesRegion(place, shipTo('GB', null, 'sw1a 1aa'))).toBe(true)
    expect(servesRegion(place, shipTo('GB', null, 'E16AN'))).toBe(true)
    expect(servesRegion(place, shipTo('GB', null, 'E2 8AA'))).toBe(false)
    expect(servesRegion(place, shipTo('GB'))).toBe(false)
  })

  it('takes either the region or the postal code when an area names both', () => {
    const place = location({ country: 'US', regions: ['NJ'], postalPrefixes: ['100'] })
    expect(servesRegion(place, shipTo('US', 'NJ', '07102'))).toBe(true)
    expect(servesRegion(place, shipTo('US', 'NY', '10001'))).toBe(true)
    expect(servesRegion(place, shipTo('US', 'NY', '14201'))).toBe(false)
  })

  it('serves several areas', () => {
    const place = location({ country: 'US', regions: ['NJ'] }, { country: 'CA' })
    expect(servesRegion(place, shipTo('CA'))).toBe(true)
    expect(servesRegion(place, shipTo('US', 'TX'))).toBe(false)
  })
})
