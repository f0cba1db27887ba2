import { beforeAll, describe, expect, it } from 'vitest'
import { onSchedule } from '../../queues/schedule.ts'
import { activeConfig, configAt, forgetConfig, sourcingPointerKey } from '../../src/config/active-config.ts'
import { openDb } from '../../src/db/database.ts'
import { recordShadow } from '../../src/db/sourcing/record-shadow.ts'
import { profileFor } from '../../src/domain/config/sourcing.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const reviewer = { authorization: 'Bearer reviewer-key-0123456789abcdefg' }
const reader = { authorization: 'Bearer reader-key-0123456789abcdefghi' }

const seed = () =>
  seedConfig((file) => ({
    ...file,
    apiKeys: [
      ...file.apiKeys,
      {
        id: 'reviewer',
        name: '',
        key: 'reviewer-key-0123456789abcdefg',
        scopes: ['configuration:read', 'configuration:write'],
      },
      { id: 'reader', name: '', key: 'reader-key-0123456789abcdefghi', scopes: ['configuration:read'] },
    ],
  }))
beforeAll(seed)

type Profile = { revision: number; status: string; active: { version: number } | null }
type Problem = { status: number; reason: string; revision?: number; errors?: { path: string }[] }
const bodyOf = async <T>(response: Response | Promise<Response>) => (await (await response).json()) as T

const profile = (id: string, name = 'First') => ({ id, name, strategies: [{ id: 's', weights: { split: 1 } }] })
const url = (id: string, verb = '') => `/v1/sourcing/profiles/${id}${verb}`
const create = (id: string) => post('/v1/sourcing/profiles', { profile: profile(id), comment: 'New' })
const step = (id: string, verb: string, expectedRevision: number, more: object = {}, headers = {}) =>
  post(url(id, verb), { expectedRevision, comment: 'Because', ...more }, headers)

/** For those that this file does not first run in shadow. */
const activate = (id: string, revision: number, more: object = {}) =>
  step(id, '/activate', revision, { withoutShadow: true, ...more })

/** Created, reviewed by another and activated: three revisions. */
async function activated(id: string, more: object = {}): Promise<Profile> {
  await create(id)
  await step(id, '/review', 1, {}, reviewer)
  return bodyOf<Profile>(activate(id, 2, more))
}

describe('the way of a profile into force', () => {
  it('goes from draft over review to every decision that follows', async () => {
    expect(await bodyOf(create('fast'))).toMatchObject({ id: 'fast', revision: 1, status: 'draft', active: null })
    expect(await bodyOf(step('fast', '/review', 1, {}, reviewer))).toMatchObject({ revision: 2, status: 'reviewed' })
    const active = await bodyOf<Profile>(activate('fast', 2, { channels: ['b2b'] }))
    expect(active).toMatchObject({ revision: 3, status: 'active', active: { version: 1, channels: ['b2b'] } })
    const config = await activeConfig(bindings, Date.now())
    expect(profileFor(config, 'b2b')).toMatchObject({ version: 1, profile: { id: 'fast' } })
    expect(profileFor(config, 'shopify-us').profile.id).toBe('fewest-splits')
    expect(config.version).toMatch(/^test-\w+\+\d+-\w+$/)
  })

  it('outlives a configuration file that is activated later, and explains what came before', async () => {
    await activated('lasting', { channels: ['b2b'] })
    const before = (await activeConfig(bindings, Date.now())).version
    await seed()
    expect(profileFor(await activeConfig(bindings, Date.now()), 'b2b').profile.id).toBe('lasting')
    await step('lasting', '/drafts', 3, { profile: profile('lasting', 'Second') })
    await step('lasting', '/review', 4, {}, reviewer)
    await activate('lasting', 5)
    expect(profileFor(await activeConfig(bindings, Date.now()), 'b2b')).toMatchObject({ version: 2 })
    forgetConfig()
    expect(profileFor(await configAt(bindings, before), 'b2b')).toMatchObject({ version: 1 })
  })

  it('is not reviewed by its author, nor activated unreviewed', async () => {
    await create('eager')
    expect(await bodyOf(step('eager', '/review', 1))).toMatchObject({ status: 409, reason: 'review_by_author' })
    expect(await bodyOf(step('eager', '/activate', 1))).toMatchObject({ status: 409, reason: 'not_reviewed' })
  })

  it('goes back to an earlier version, and tells its history and differences', async () => {
    await activated('undone')
    await step('undone', '/drafts', 3, { profile: profile('undone', 'Second') })
    await step('undone', '/review', 4, {}, reviewer)
    await activate('undone', 5)
    const differences = await bodyOf(get(`${url('undone', '/diff')}?from=1&to=4`))
    expect(differences).toEqual({ differences: [{ path: 'name', before: 'First', after: 'Second' }] })
    expect(await bodyOf(step('undone', '/rollback', 6, { version: 1 }))).toMatchObject({
      revision: 7,
      active: { version: 3, profile: { name: 'First' } },
    })
    const page = await bodyOf<{ entries: object[]; nextBeforeRevision: number }>(
      get(`${url('undone', '/history')}?limit=3`),
    )
    expect(page.entries).toMatchObject([
      { revision: 7, action: 'rolled_back', version: 3, author: 'test', comment: 'Because' },
      { revision: 6, action: 'activated', version: 2 },
      { revision: 5, action: 'reviewed', author: 'reviewer' },
    ])
    expect(await bodyOf(get(`${url('undone', '/history')}?beforeRevision=${page.nextBeforeRevision}`))).toMatchObject({
      entries: [{ revision: 4 }, { revision: 3 }, { revision: 2 }, { revision: 1, action: 'drafted' }],
    })
  })
})

describe('a channel that was given to another profile', () => {
  it('stays with it when the one before goes back, or is changed', async () => {
    await activated('first', { channels: ['b2b'], isDefault: true })
    await step('first', '/drafts', 3, { profile: profile('first', 'Second') })
    await step('first', '/review', 4, {}, reviewer)
    await activate('first', 5)
    await activated('second', { channels: ['b2b'], isDefault: true })
    const sourcedBy = async (channel: string) =>
      profileFor(await activeConfig(bindings, Date.now()), channel).profile.id
    expect(await bodyOf(step('first', '/rollback', 6, { version: 1 }))).toMatchObject({
      active: { version: 3, channels: [], isDefault: false },
    })
    expect([await sourcedBy('b2b'), await sourcedBy('shopify-us')]).toEqual(['second', 'second'])
    await step('first', '/review', 7, {}, reviewer)
    expect((await activate('first', 8)).status).toBe(200)
    expect(await sourcedBy('b2b')).toBe('second')
    expect((await activate('first', 9, { channels: ['b2b'] })).status).toBe(200)
    expect([await sourcedBy('b2b'), await sourcedBy('shopify-us')]).toEqual(['first', 'second'])
  })
})

describe('a profile in shadow', () => {
  type Report = { revision: number; endedAt: string | null; report: { orders: number; differing: number } }
  const reportOf = (id: string) => bodyOf<Report>(get(url(id, '/shadow')))
  const plan = { strategy: 's', costMinor: 500, splits: 0, onTime: 0.9, marginMinor: null, unplannedUnits: 0 }

  /** What scoring the shadow of an order leaves behind. */
  const compared = (profileId: string, revision: number) =>
    recordShadow(openDb(bindings.DB), [
      {
        ...{ profileId, revision, orderId: 'b2b:1', seq: 3, atMs: Date.now(), activeProfile: 'x', activeVersion: 1 },
        comparison: { currency: 'USD', samePlan: false, active: plan, shadow: { ...plan, costMinor: 400 } },
      },
    ])

  it('has a report that can be read after it was stopped, and is answered and kept with the activation', async () => {
    await create('shaded')
    await step('shaded', '/review', 1, {}, reviewer)
    await step('shaded', '/shadow', 2, { samplePercent: 50 })
    await compared('shaded', 1)
    expect(await reportOf('shaded')).toMatchObject({ endedAt: null, report: { orders: 1, differing: 1 } })
    await step('shaded', '/shadow', 3, { samplePercent: 0 })
    const over = await reportOf('shaded')
    expect(over).toMatchObject({ revision: 1, endedAt: expect.any(String), report: { orders: 1, differing: 1 } })
    const active = await bodyOf(step('shaded', '/activate', 4))
    expect(active).toMatchObject({ status: 'active', shadowReport: { orders: 1, differing: 1 } })
    const { entries } = await bodyOf<{ entries: object[] }>(get(`${url('shaded', '/history')}?limit=1`))
    expect(entries).toMatchObject([{ action: 'activated', shadowReport: { orders: 1 } }])
  })

  it('alone is activated without a word: a content that never ran has to be wanted all the same', async () => {
    await create('unshaded')
    await step('unshaded', '/review', 1, {}, reviewer)
    expect(await bodyOf(step('unshaded', '/activate', 2))).toMatchObject({ status: 409, reason: 'not_shadowed' })
    expect(await bodyOf(step('unshaded', '/activate', 2, { withoutShadow: true }))).toMatchObject({
      ...{ status: 'active', shadowReport: null },
    })
  })

  it('says nothing for a content that was drafted after it', async () => {
    await create('redrawn')
    await step('redrawn', '/shadow', 1, { samplePercent: 50 })
    await step('redrawn', '/drafts', 2, { profile: profile('redrawn', 'Second') })
    await step('redrawn', '/review', 3, {}, reviewer)
    expect(await bodyOf(step('redrawn', '/activate', 4))).toMatchObject({ reason: 'not_shadowed' })
    expect(await bodyOf(activate('redrawn', 4))).toMatchObject({ shadowReport: null })
  })
})

describe('two people at once', () => {
  it('lets one change a revision and tells the other which one there is', async () => {
    await create('shared')
    const edits = ['One', 'Two', 'Three'].map((name) =>
      step('shared', '/drafts', 1, { profile: profile('shared', name) }),
    )
    const answers = await Promise.all(edits)
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409])
    const refused = answers.find(({ status }) => status === 409)
    if (refused) expect(await bodyOf<Problem>(refused)).toMatchObject({ reason: 'revision_conflict', revision: 2 })
  })

  it('publishes both of two profiles that are activated at the same moment', async () => {
    for (const id of ['left', 'right']) {
      await create(id)
      await step(id, '/review', 1, {}, reviewer)
    }
    await Promise.all(['left', 'right'].map((id) => activate(id, 2)))
    const { activatedSourcing } = await activeConfig(bindings, Date.now())
    const ids = activatedSourcing?.profiles.map((each) => each.profile.id) ?? []
    expect(ids).toEqual(expect.arrayContaining(['left', 'right']))
  })

  it('creates a profile once', async () => {
    await create('once')
    expect(await bodyOf(create('once'))).toMatchObject({ status: 409, reason: 'revision_conflict', revision: 1 })
  })
})

describe('what is recorded and not published', () => {
  it('is published by the minute tick, and never replaced by less', async () => {
    const before = await bindings.CONFIG.get(sourcingPointerKey)
    await activated('late')
    const published = await bindings.CONFIG.get(sourcingPointerKey)
    await bindings.CONFIG.put(sourcingPointerKey, before ?? '')
    if (before === null) await bindings.CONFIG.delete(sourcingPointerKey)
    await onSchedule({ scheduledTime: Date.now(), cron: '* * * * *', noRetry() {} }, bindings)
    expect(await bindings.CONFIG.get(sourcingPointerKey)).toBe(published)
    await bindings.DB.prepare('DELETE FROM sourcing_history').run()
    await bindings.DB.prepare('DELETE FROM sourcing_profiles').run()
    await onSchedule({ scheduledTime: Date.now(), cron: '* * * * *', noRetry() {} }, bindings)
    expect(await bindings.CONFIG.get(sourcingPointerKey)).toBe(published)
  })
})

describe('what is refused', () => {
  it('is every error of a profile at once, with its path', async () => {
    const wrong = {
      id: 'wrong',
      strategies: [
        { id: 's', when: { channels: ['nobody'] }, constraints: { excludedLocations: ['nowhere'] } },
        { id: 't', when: { channels: ['b2b', 'tryton-main'] } },
      ],
    }
    const problem = await bodyOf<Problem>(post('/v1/sourcing/profiles', { profile: wrong, comment: 'x' }))
    expect(problem.errors?.map(({ path }) => path)).toEqual([
      'profile.strategies.0.when.channels.0',
      'profile.strategies.0.constraints.excludedLocations.0',
      'profile.strategies.1.when.channels.1',
    ])
    const shapeless = { profile: { id: 'wrong', strategies: [], other: 1 }, comment: '' }
    const errors = (await bodyOf<Problem>(post('/v1/sourcing/profiles', shapeless))).errors ?? []
    expect(errors.map(({ path }) => path)).toEqual(expect.arrayContaining(['profile.strategies', 'comment']))
  })

  it('is a channel that is none, another id than the path’s, a profile nobody knows', async () => {
    await create('strict')
    await step('strict', '/review', 1, {}, reviewer)
    expect(await bodyOf(step('strict', '/activate', 2, { channels: ['tryton-main'] }))).toMatchObject({ status: 422 })
    const other = step('strict', '/drafts', 2, { profile: profile('other') })
    expect(await bodyOf(other)).toMatchObject({ reason: 'invalid_body', errors: [{ path: 'profile.id' }] })
    expect(await bodyOf(get(url('nobody')))).toMatchObject({ status: 404, reason: 'profile_not_found' })
    expect(await bodyOf(step('nobody', '/review', 1))).toMatchObject({ status: 404, reason: 'profile_not_found' })
    expect(await bodyOf(get(url('strict', '/shadow')))).toMatchObject({ status: 404, reason: 'not_in_shadow' })
  })

  it('is a change by whoever may only read', async () => {
    expect((await get('/v1/sourcing/profiles', reader)).status).toBe(200)
    const refused = await bodyOf(post('/v1/sourcing/profiles', { profile: profile('no'), comment: 'x' }, reader))
    expect(refused).toMatchObject({ status: 403, reason: 'insufficient_scope', scope: 'configuration:write' })
  })
})
