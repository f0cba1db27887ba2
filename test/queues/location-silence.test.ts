/** How long a location may be silent before plans go on without it. The locations themselves are played. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import { locationFacts } from '../../src/sourcing/location-facts.ts'
import { testConfig } from '../fixtures/config.ts'
import { testEnv } from '../fixtures/d1.ts'

const minuteMs = 60_000
const startMs = Date.UTC(2026, 2, 2, 15)
let locations = 0
let answers = true
const warnings: string[] = []
let nowMs = startMs
const view = async () => {
  if (!answers) throw new Error('overloaded')
  return null
}
// Cast justified: of the binding only these two members are called.
const played = { idFromName: (name: string) => name, get: () => ({ view }) } as unknown as DurableObjectNamespace
const env: Env = { ...testEnv, LOCATION: played }
const [first] = testConfig.locations
if (first === undefined) throw new Error('the test configuration has no location')
let location = first

beforeEach(() => {
  locations += 1
  location = { ...first, id: `silent-${locations}` as typeof first.id }
  answers = true
  nowMs = startMs
  warnings.length = 0
  vi.spyOn(console, 'warn').mockImplementation((line: string) => void warnings.push(line))
})
afterEach(() => vi.restoreAllMocks())

const ask = () => locationFacts(env, location, nowMs, true, nowMs)

it('throws while the silence is young, so that a moment of it changes no plan', async () => {
  answers = false
  await expect(ask()).rejects.toThrow('overloaded')
  nowMs += 29_000
  await expect(ask()).rejects.toThrow('overloaded')
})

it('says so once it lasts, with no word of what the location takes', async () => {
  answers = false
  await ask().catch(() => null)
  nowMs += 31_000
  expect(await ask()).toMatchObject({ isUp: true, isReached: false, capacity: null })
  expect(warnings.join()).toContain(`"event":"location_silent","location":"${location.id}"`)
})

it('is over with the first answer', async () => {
  answers = false
  await ask().catch(() => null)
  nowMs += 31_000
  answers = true
  expect(await ask()).not.toHaveProperty('isReached')
  answers = false
  nowMs += 31_000
  await expect(ask()).rejects.toThrow('overloaded')
})

it('begins anew when nobody has asked for long', async () => {
  answers = false
  await ask().catch(() => null)
  nowMs += 11 * minuteMs
  await expect(ask()).rejects.toThrow('overloaded')
})
