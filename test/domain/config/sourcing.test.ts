import { describe, expect, it } from 'vitest'
import {
  activatedSourcingSchema,
  profileCalled,
  profileFor,
  sourcingSchema,
} from '../../../src/domain/config/sourcing.ts'
import { fewestSplits, profileSchema } from '../../../src/domain/sourcing/profile.ts'

const profile = (id: string, name = '') => profileSchema.parse({ id, name, strategies: [{ id: 's', weights: {} }] })
const activated = (members: object) =>
  activatedSourcingSchema.parse({
    version: 'v1',
    sequence: 1,
    profiles: [],
    channelProfiles: {},
    defaultProfile: null,
    shadows: [],
    ...members,
  })
const config = (file: object, active: object | null = null) => ({
  sourcing: sourcingSchema.parse(file),
  activatedSourcing: active === null ? null : activated(active),
})

describe('the profile of a channel', () => {
  it('is the built-in one where nothing is configured, and where a name means nothing', () => {
    expect(profileFor(config({}), 'b2b')).toEqual({ profile: fewestSplits, version: null })
    expect(profileFor(config({ defaultProfile: 'gone' }), 'b2b').profile).toBe(fewestSplits)
    expect(profileCalled(config({}), 'gone')).toBeNull()
  })

  it('is the one that the file names for the channel, else its default', () => {
    const file = {
      profiles: [profile('fast'), profile('cheap')],
      channelProfiles: { b2b: 'fast' },
      defaultProfile: 'cheap',
    }
    expect(profileFor(config(file), 'b2b').profile.id).toBe('fast')
    expect(profileFor(config(file), 'shop').profile.id).toBe('cheap')
  })

  it('is the activated version where there is one of that name', () => {
    const file = { profiles: [profile('fast', 'of the file')], channelProfiles: { b2b: 'fast' } }
    const active = { profiles: [{ version: 3, profile: profile('fast', 'activated') }] }
    expect(profileFor(config(file, active), 'b2b')).toEqual({ version: 3, profile: profile('fast', 'activated') })
  })

  it('follows what was activated for the channel before what the file says', () => {
    const file = { profiles: [profile('fast')], channelProfiles: { b2b: 'fast' }, defaultProfile: 'fast' }
    const profiles = [{ version: 1, profile: profile('green') }]
    expect(profileFor(config(file, { profiles, channelProfiles: { b2b: 'green' } }), 'b2b').version).toBe(1)
    expect(profileFor(config(file, { profiles, channelProfiles: { b2b: 'green' } }), 'shop').profile.id).toBe('fast')
    expect(profileFor(config(file, { profiles, defaultProfile: 'green' }), 'shop').profile.id).toBe('green')
    expect(profileFor(config(file, { profiles, defaultProfile: 'green' }), 'b2b').profile.id).toBe('fast')
  })
})
