/** `GET /ops/sourcing`, `GET /ops/sourcing/:id`, and the steps of a profile from draft to force. */
import { openDb } from '../../../db/database.ts'
import { newestShadowResults } from '../../../db/queries/shadow-results.ts'
import { profileHead, profileHeads, profileHistory } from '../../../db/queries/sourcing-profiles.ts'
import type { ProfileCommandBody } from '../../../domain/sourcing/lifecycle/decide-profile.ts'
import { profileDiff } from '../../../domain/sourcing/lifecycle/profile-diff.ts'
import { type ProfileHead, ranInShadow, shadowRunOf } from '../../../domain/sourcing/lifecycle/profile-head.ts'
import { shadowReport } from '../../../domain/sourcing/shadow-report.ts'
import { changeProfile } from '../../change-profile.ts'
import { isNotice, type NoticeCode } from '../design/notices.tsx'
import { readForm } from '../form-token.ts'
import type { OpsContext } from '../ops-context.ts'
import { foreignForm, notFound } from '../refusals.tsx'
import { renderPage } from '../render-page.tsx'
import { readSorting } from '../sorting.ts'
import { ProfilePage } from './profile-page.tsx'
import { ProfilesPage, profilePath } from './profiles-page.tsx'

const historyShown = 50
/** Of the orders planned while a profile is put in shadow from here. */
const shadowSamplePercent = 100
const commentCharactersMax = 1_000

export async function profilesRoute(c: OpsContext): Promise<Response> {
  const heads = await profileHeads(openDb(c.env.DB))
  return renderPage(c, {
    title: 'Sourcing',
    room: 'sourcing',
    body: <ProfilesPage heads={heads} sorting={readSorting(c.req.url, ['list'])('list')} nowMs={Date.now()} />,
  })
}

export async function profileRoute(c: OpsContext): Promise<Response> {
  const db = openDb(c.env.DB)
  const head = await profileHead(db, c.req.param('id') ?? '')
  if (head === null) return notFound(c, 'sourcing', 'There is no such profile')
  const { profileId } = head
  const run = shadowRunOf(head)
  const [history, results] = await Promise.all([
    profileHistory(db, profileId, historyShown),
    run === null ? null : newestShadowResults(db, { profileId, revision: run.revision }),
  ])
  const view = {
    ...{ head, history, differences: differencesOf(head), notice: c.req.query('notice') },
    report: results === null ? null : shadowReport(results),
    ranInShadow: ranInShadow(head),
    config: c.var.config,
    formToken: c.var.formToken,
    nowMs: Date.now(),
  }
  return renderPage(c, { title: profileId, room: 'sourcing', body: <ProfilePage view={view} /> })
}

/** A first draft changes nothing that was there: it is shown whole. */
function differencesOf({ active, draft }: ProfileHead) {
  return active === null || draft === null ? [] : profileDiff(active.profile, draft.profile)
}

const steps: Readonly<Record<string, { readonly body: ProfileCommandBody; readonly done: NoticeCode }>> = {
  review: { body: { type: 'review' }, done: 'profile_reviewed' },
  activate: { body: { type: 'activate' }, done: 'profile_activated' },
  start_shadow: { body: { type: 'start_shadow', samplePercent: shadowSamplePercent }, done: 'shadow_started' },
  stop_shadow: { body: { type: 'stop_shadow' }, done: 'shadow_stopped' },
}

export async function profileStepRoute(c: OpsContext): Promise<Response> {
  const form = await readForm(c)
  if (form === null) return foreignForm(c)
  const profileId = c.req.param('id') ?? ''
  const step = Object.hasOwn(steps, form.step ?? '') ? steps[form.step ?? ''] : undefined
  if (step === undefined) return notFound(c, 'sourcing', 'There is no such step')
  const comment = (form.comment ?? '').trim().slice(0, commentCharactersMax)
  const back = (notice: NoticeCode) => c.redirect(`${profilePath(profileId)}?notice=${notice}`, 303)
  if (comment === '') return back('reason_missing')
  const expectedRevision = Number(form.revision)
  const acknowledged = form.without_shadow === 'yes' ? { withoutShadow: true } : {}
  const command = { ...step.body, ...acknowledged, profileId, expectedRevision, author: authorOf(c), comment }
  const changed = await changeProfile(c.env, command, Date.now())
  if (changed.ok) return back(step.done)
  return back(isNotice(changed.error.reason) ? changed.error.reason : 'profile_refused')
}

/** With the local token nobody knows who it is, so nobody can be kept from reviewing their own. */
function authorOf(c: OpsContext): string | null {
  const { subject } = c.var.operator
  return subject === 'local' ? null : subject
}
