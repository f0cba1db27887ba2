import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { changeProfile, contentHash } from '../../src/http/change-profile.ts'
import { demoConfig } from '../fixtures/console/demo-config.ts'
import { demoProfile } from '../fixtures/console/demo-sourcing.ts'
import { demoWorld } from '../fixtures/console/demo-world.ts'
import { demoNowMs, textOf, Visitor } from './ops-visitor.ts'
import { bindings, seedConfig } from './seed-config.ts'

const world = demoWorld(demoNowMs())
let visitor: Visitor

const path = '/ops/sourcing/balanced'
const revisionIn = (html: string) => /name="revision" value="(\d+)"/.exec(html)?.[1] ?? ''

beforeAll(async () => {
  await seedConfig(demoConfig)
  const draft = { type: 'draft', profile: demoProfile, hash: contentHash(demoProfile) } as const
  const by = { profileId: 'balanced', expectedRevision: null, author: 'ada', comment: 'On time first.' }
  expect(await changeProfile(bindings, { ...draft, ...by }, Date.now())).toMatchObject({ ok: true })
})
beforeEach(async () => {
  visitor = await Visitor.signedIn(world)
})

const step = async (name: string, comment: string) => {
  const revision = revisionIn(await visitor.page(path))
  return (await visitor.post(path, { step: name, revision, comment })).headers.get('location')
}

describe('the sourcing room', () => {
  it('lists profiles with where they stand', async () => {
    expect(textOf(await visitor.page('/ops/sourcing'))).toMatch(/On time first, then cheap balanced Draft/)
  })

  it('brings a draft into force by shadow, review and activation, each with its reason', async () => {
    expect(await step('start_shadow', 'Compare for a day.')).toBe(`${path}?notice=shadow_started`)
    const drafted = textOf(await visitor.page(path))
    expect(drafted).toContain('Nothing compared yet')
    expect(drafted).toContain('All of it: nothing is in force yet')
    expect(await step('review', '')).toBe(`${path}?notice=reason_missing`)
    expect(await step('review', 'Read it with the warehouse.')).toBe(`${path}?notice=profile_reviewed`)
    expect(await step('activate', 'Agreed on Monday.')).toBe(`${path}?notice=profile_activated`)
    const text = textOf(await visitor.page(path))
    expect(text).toMatch(/Activated as version 1 .* Agreed on Monday\. .* Reviewed .* Drafted ada On time first\./)
    expect(text).toContain('The draft is what is in force')
    expect(text).toMatch(/express tagged express dispatched within 12 hours On time × 1 balanced any/)
  })

  it('shows what a new draft changes, by path', async () => {
    const [first, ...others] = demoProfile.strategies
    if (first === undefined) throw new Error('the demo has strategies')
    const profile = { ...demoProfile, strategies: [{ ...first, weights: { ...first.weights, sla: 5 } }, ...others] }
    const draft = { type: 'draft', profile, hash: contentHash(profile) } as const
    const expectedRevision = Number(revisionIn(await visitor.page(path)))
    const by = { profileId: 'balanced', expectedRevision, author: 'ada', comment: 'Faster.' }
    expect(await changeProfile(bindings, { ...draft, ...by }, Date.now())).toMatchObject({ ok: true })
    expect(textOf(await visitor.page(path))).toMatch(/strategies\.express\.weights\.sla 1 5/)
  })

  it('shows the report of a shadow that is over, and asks before what never ran comes into force', async () => {
    expect(await step('review', 'Read.')).toBe(`${path}?notice=profile_reviewed`)
    const page = await visitor.page(path)
    expect(textOf(page)).toMatch(/Shadow .*compared/)
    expect(page).toMatch(/<input type="checkbox" name="without_shadow" value="yes" required/)
    expect(await step('activate', 'Now.')).toBe(`${path}?notice=not_shadowed`)
    await step('start_shadow', 'A moment.')
    await step('stop_shadow', 'Enough.')
    const over = await visitor.page(path)
    expect(textOf(over)).toContain('No order was planned while it ran.')
    expect(over).not.toContain('without_shadow')
  })

  it('changes nothing for who has not seen the newest revision, or sends a form of another site', async () => {
    const stale = await visitor.post(path, { step: 'review', revision: '1', comment: 'Late.' })
    expect(stale.headers.get('location')).toBe(`${path}?notice=revision_conflict`)
    expect((await visitor.post(path, { form_token: 'x', step: 'review' })).status).toBe(403)
  })

  it('knows no profile that is none', async () => {
    expect((await visitor.send('/ops/sourcing/none')).status).toBe(404)
  })
})
