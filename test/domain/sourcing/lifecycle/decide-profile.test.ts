import { describe, expect, it } from 'vitest'
import { activatedSourcingSchema, shadowsMax } from '../../../../src/domain/config/sourcing.ts'
import {
  decideProfile,
  type ProfileCommand,
  type ProfileCommandBody,
} from '../../../../src/domain/sourcing/lifecycle/decide-profile.ts'
import { profileDiff } from '../../../../src/domain/sourcing/lifecycle/profile-diff.ts'
import {
  activatedSourcing,
  type ProfileEntry,
  type ProfileHead,
} from '../../../../src/domain/sourcing/lifecycle/profile-head.ts'
import { profileSchema } from '../../../../src/domain/sourcing/profile.ts'

const content = (name: string, id = 'fast') => profileSchema.parse({ id, name, strategies: [{ id: 's', weights: {} }] })
/** What is to come into force without having run in shadow. */
const activate = { type: 'activate', withoutShadow: true } as const
const draft = (name: string): ProfileCommandBody => ({ type: 'draft', profile: content(name), hash: `#${name}` })

/** A profile with its history in memory; every command names the newest revision unless told otherwise. */
class Desk {
  head: ProfileHead | null = null
  readonly history: ProfileEntry[] = []
  /** Where other profiles stand. */
  others: ProfileHead[] = []

  do(author: string | null, body: ProfileCommandBody, expectedRevision = this.head?.revision ?? null) {
    const command: ProfileCommand = { ...body, profileId: 'fast', expectedRevision, author, comment: 'because' }
    const version = body.type === 'roll_back' ? body.version : null
    const former = this.history.find((entry) => version !== null && entry.version === version) ?? null
    const heads = [...(this.head === null ? [] : [this.head]), ...this.others]
    const inForce = activatedSourcing(heads, 0)
    const decided = decideProfile(command, { head: this.head, former, inForce, nowMs: this.history.length })
    if (!decided.ok) return decided.error.reason
    this.head = decided.value.head
    this.history.push(decided.value.entry)
    return decided.value.entry.action
  }
}

function desk(...names: readonly string[]): Desk {
  const made = new Desk()
  for (const name of names) {
    made.do('ann', draft(name))
    made.do('ben', { type: 'review' })
    made.do('ann', activate)
  }
  return made
}

const head = (id: string, atMs: number, channels: readonly string[], isDefault = false): ProfileHead => ({
  profileId: id,
  revision: 1,
  draft: null,
  review: null,
  active: { version: 1, hash: id, atMs, profile: content('', id), channels, isDefault },
  versions: 1,
  shadow: null,
})

describe('a profile on its way into force', () => {
  it('is drafted, reviewed and activated, each step a revision', () => {
    const { head, history } = desk('one')
    expect(history.map(({ revision, action, version }) => [revision, action, version])).toEqual([
      [1, 'drafted', null],
      [2, 'reviewed', null],
      [3, 'activated', 1],
    ])
    expect(head).toMatchObject({ revision: 3, active: { version: 1, hash: '#one' } })
  })

  it('is not activated without review, nor with a content that was changed after it', () => {
    const made = new Desk()
    expect(made.do('ann', activate)).toBe('no_draft')
    made.do('ann', draft('one'))
    expect(made.do('ann', activate)).toBe('not_reviewed')
    made.do('ben', { type: 'review' })
    made.do('ann', draft('two'))
    expect(made.do('ann', activate)).toBe('not_reviewed')
    made.do('ann', draft('one'))
    expect(made.do('ann', activate)).toBe('activated')
  })

  it('is reviewed by somebody else than the author of its last content, when both are known', () => {
    const made = new Desk()
    made.do('ann', draft('one'))
    expect(made.do('ann', { type: 'review' })).toBe('review_by_author')
    made.do('ben', draft('two'))
    expect(made.do('ben', { type: 'review' })).toBe('review_by_author')
    expect(made.do('ann', { type: 'review' })).toBe('reviewed')
    made.do(null, draft('three'))
    expect(made.do(null, { type: 'review' })).toBe('reviewed')
  })

  it('refuses whoever has not seen its newest revision', () => {
    const made = desk('one')
    expect(made.do('ben', draft('two'), 2)).toBe('revision_conflict')
    expect(made.do('ben', draft('two'), null)).toBe('revision_conflict')
    expect(made.do('ben', draft('two'), 3)).toBe('drafted')
    expect(new Desk().do('ben', draft('two'), 1)).toBe('profile_not_found')
  })

  it('goes back to an earlier content as a new version, without another review', () => {
    const made = desk('one', 'two')
    expect(made.do('ben', { type: 'roll_back', version: 1 })).toBe('rolled_back')
    expect(made.head).toMatchObject({ active: { version: 3, hash: '#one' }, draft: { hash: '#two' } })
    expect(made.do('ben', { type: 'roll_back', version: 3 })).toBe('already_active')
    expect(made.do('ben', { type: 'roll_back', version: 9 })).toBe('version_not_found')
  })

  it('activates the same content again only to change whose orders go by it', () => {
    const made = desk('one')
    expect(made.do('ann', activate)).toBe('already_active')
    expect(made.do('ann', { ...activate, channels: ['b2b'] })).toBe('activated')
    made.do('ben', draft('two'))
    made.do('ann', { type: 'review' })
    made.do('ann', activate)
    expect(made.head?.active).toMatchObject({ version: 3, channels: ['b2b'], isDefault: false })
  })

  it('goes into shadow with the draft as it is, and out of it', () => {
    const made = desk('one')
    made.do('ann', draft('two'))
    expect(made.do('ann', { type: 'stop_shadow' })).toBe('not_in_shadow')
    expect(made.do('ann', { type: 'start_shadow', samplePercent: 20 })).toBe('shadow_started')
    made.do('ann', draft('three'))
    expect(made.head?.shadow).toMatchObject({ revision: 4, samplePercent: 20, profile: { name: 'two' } })
    expect(made.do('ann', { type: 'stop_shadow' })).toBe('shadow_stopped')
    expect(made.head).toMatchObject({ shadow: null, shadowed: { revision: 4, endedAtMs: 6 } })
    // What ran is what history tells, not what was drafted meanwhile.
    expect(made.history.at(-1)).toMatchObject({ action: 'shadow_stopped', hash: '#two', profile: { name: 'two' } })
  })

  it('takes nothing back from a profile that was given its channels since', () => {
    const made = desk('one')
    made.do('ann', { ...activate, channels: ['b2b', 'shop'], isDefault: true })
    made.others = [head('other', 99, ['shop'], true)]
    expect(made.do('ben', { type: 'roll_back', version: 1 })).toBe('rolled_back')
    expect(made.head?.active).toMatchObject({ channels: ['b2b'], isDefault: false })
    made.do('ben', draft('two'))
    made.do('ann', { type: 'review' })
    made.do('ann', activate)
    expect(made.head?.active).toMatchObject({ channels: ['b2b'], isDefault: false })
    made.do('ann', { ...activate, channels: ['shop'], isDefault: true })
    expect(made.head?.active).toMatchObject({ channels: ['shop'], isDefault: true })
  })

  it('does not go into shadow beside as many as there can be, and what is published never is too many', () => {
    const inShadow = (id: string): ProfileHead => ({
      ...head(id, 0, []),
      shadow: { revision: 1, samplePercent: 1, startedAtMs: 5, profile: content('', id) },
    })
    const made = desk('one')
    made.others = Array.from({ length: shadowsMax }, (_, at) => inShadow(`other-${at}`))
    expect(made.do('ann', { type: 'start_shadow', samplePercent: 1 })).toBe('too_many_shadows')
    const published = activatedSourcing([...made.others, inShadow('late'), inShadow('later')], 1)
    expect(activatedSourcingSchema.safeParse({ version: '1-x', ...published }).error).toBeUndefined()
  })

  it('comes into force unshadowed only for who says so, and needs no word for what ran or is in force already', () => {
    const made = desk('one')
    made.do('ann', draft('two'))
    made.do('ben', { type: 'review' })
    expect(made.do('ann', { type: 'activate' })).toBe('not_shadowed')
    made.do('ann', { type: 'start_shadow', samplePercent: 20 })
    made.do('ann', { type: 'stop_shadow' })
    expect(made.do('ann', { type: 'activate' })).toBe('activated')
    expect(made.do('ann', { type: 'activate', isDefault: true })).toBe('activated')
    made.do('ann', draft('three'))
    made.do('ben', { type: 'review' })
    expect(made.do('ann', { type: 'activate' })).toBe('not_shadowed')
  })
})

describe('what is in force', () => {
  it('gives a channel the profile that was activated for it last', () => {
    const heads = [head('a', 2, ['b2b', 'shop']), head('b', 1, ['b2b'], true), head('c', 3, ['shop'])]
    expect(activatedSourcing(heads, 7)).toMatchObject({
      sequence: 7,
      channelProfiles: { b2b: 'a', shop: 'c' },
      defaultProfile: 'b',
      shadows: [],
    })
  })

  it('leaves out what is only a draft', () => {
    expect(activatedSourcing([{ ...head('a', 1, []), active: null }], 0).profiles).toEqual([])
  })
})

describe('the difference of two contents', () => {
  const strategies = (...list: readonly object[]) => profileSchema.parse({ id: 'fast', strategies: list })

  it('names members by their path and strategies by their id', () => {
    const before = strategies({ id: 'a', weights: { sla: 1 } }, { id: 'b' })
    const after = strategies({ id: 'a', weights: { sla: 2 }, constraints: { maxSplits: 1 } }, { id: 'b' })
    expect(profileDiff(before, after)).toEqual([
      { path: 'strategies.a.constraints.maxSplits', before: null, after: 1 },
      { path: 'strategies.a.weights.sla', before: 1, after: 2 },
    ])
  })

  it('says that strategies came, went or changed places', () => {
    const before = strategies({ id: 'a' }, { id: 'b' })
    expect(profileDiff(before, strategies({ id: 'b' }, { id: 'a' }))).toEqual([
      { path: 'strategies', before: ['a', 'b'], after: ['b', 'a'] },
    ])
    const paths = profileDiff(before, strategies({ id: 'a' }, { id: 'c' })).map(({ path }) => path)
    expect(paths).toEqual(['strategies', 'strategies.b', 'strategies.c'])
    expect(profileDiff(before, before)).toEqual([])
  })
})
