/** One profile: what its draft changes, how it does in shadow, and the steps that bring it into force. */
import type { Child } from 'hono/jsx'
import type { Config } from '../../../domain/config/config.ts'
import type { Difference } from '../../../domain/sourcing/lifecycle/profile-diff.ts'
import type { ProfileEntry, ProfileHead } from '../../../domain/sourcing/lifecycle/profile-head.ts'
import type { Strategy } from '../../../domain/sourcing/profile.ts'
import type { ShadowReport } from '../../../domain/sourcing/shadow-report.ts'
import { Card, Empty } from '../design/card.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { NoticeOf } from '../design/notices.tsx'
import { Confirm } from '../design/post-form.tsx'
import { Time } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import { locationName } from '../order/order-view.ts'
import type { NamePlace } from '../routing/line-names.ts'
import { isAhead, isReviewed, profilePath, Standing, scopeOf } from './profiles-page.tsx'
import { ShadowCard } from './shadow-card.tsx'
import { conditionWords, constraintWords, preferenceWords } from './strategy-words.ts'

export type ProfileView = {
  readonly head: ProfileHead
  readonly differences: readonly Difference[]
  /** Of the newest run in shadow, also when it is over; null: there was none. */
  readonly report: ShadowReport | null
  /** Exactly the draft has run. */
  readonly ranInShadow: boolean
  readonly history: readonly ProfileEntry[]
  readonly config: Config
  readonly notice: string | undefined
  readonly formToken: string
  readonly nowMs: number
}

export const ProfilePage = ({ view }: { view: ProfileView }) => {
  const { head } = view
  return (
    <>
      <div class="page-head">
        <h1>{(head.active ?? head.draft)?.profile.name || head.profileId}</h1>
        <Standing head={head} />
        <span class="sub mono">{head.profileId}</span>
        <div class="right">
          <Steps view={view} />
        </div>
      </div>
      <NoticeOf code={view.notice} />
      <Differences view={view} />
      {view.report !== null && <ShadowCard report={view.report} isOver={head.shadow === null} />}
      <Content view={view} />
      <History view={view} />
    </>
  )
}

const Steps = ({ view: { head, formToken, report, ranInShadow } }: { view: ProfileView }) => {
  const step = { head, formToken }
  return (
    <>
      {head.shadow === null && isAhead(head) && (
        <Step
          {...step}
          verb="start_shadow"
          open="Run in shadow…"
          title="Run the draft in shadow"
          confirm="Run in shadow"
        >
          <p>Live orders are scored with the draft as well. Nothing about them changes.</p>
        </Step>
      )}
      {head.shadow !== null && (
        <Step {...step} verb="stop_shadow" open="Stop shadow…" title="Stop the shadow" confirm="Stop shadow">
          <p>What was compared so far can still be read here, and is kept with the activation.</p>
        </Step>
      )}
      {isAhead(head) && !isReviewed(head) && (
        <Step {...step} verb="review" open="Mark reviewed…" title="Mark the draft reviewed" confirm="Mark reviewed">
          <p>Exactly this content may then be activated. Its author cannot review it.</p>
        </Step>
      )}
      {isAhead(head) && isReviewed(head) && (
        <Step {...step} verb="activate" open="Activate…" title="Activate the draft" confirm="Activate">
          <p>
            It decides about orders planned from now on
            {report === null || !ranInShadow
              ? '. It has not run in shadow.'
              : `. In shadow ${report.differing} of ${report.orders} orders would have gone elsewhere.`}
          </p>
          {!ranInShadow && (
            <label>
              <input type="checkbox" name="without_shadow" value="yes" required /> I know, and want it in force all the
              same
            </label>
          )}
        </Step>
      )}
    </>
  )
}

type StepProps = {
  readonly head: ProfileHead
  readonly formToken: string
  readonly verb: string
  readonly open: string
  readonly title: string
  readonly confirm: string
  readonly children: Child
}

const Step = ({ head, formToken, verb, open, title, confirm, children }: StepProps) => (
  <Confirm
    id={`step-${verb}`}
    open={open}
    title={title}
    action={profilePath(head.profileId)}
    token={formToken}
    confirm={confirm}
  >
    {children}
    <input type="hidden" name="step" value={verb} />
    <input type="hidden" name="revision" value={String(head.revision)} />
    <label class="field">
      <span>Why</span>
      <input name="comment" required maxlength={1000} autocomplete="off" />
    </label>
  </Confirm>
)

const Differences = ({ view: { head, differences } }: { view: ProfileView }) => (
  <Card
    id="diff"
    title="What the draft changes"
    note={head.active === null ? undefined : count(differences.length, 'difference')}
    live
  >
    <ItemTable items={differences} columns={differenceColumns} empty={<Empty title={sameness(head)} />} />
  </Card>
)

const differenceColumns: readonly ItemColumn<Difference>[] = [
  { name: 'Where', look: 'mono wrap', cell: ({ path }) => path },
  { name: 'In force', look: 'mono wrap', cell: ({ before }) => textOf(before) },
  { name: 'Draft', look: 'mono wrap', cell: ({ after }) => textOf(after) },
]

function sameness({ draft, active }: ProfileHead): string {
  if (draft === null) return 'There is no draft'
  return active === null ? 'All of it: nothing is in force yet' : 'The draft is what is in force'
}

const textOf = (value: unknown): string => (value === undefined || value === null ? '–' : JSON.stringify(value))

const Content = ({ view: { head, config } }: { view: ProfileView }) => {
  const shown = head.active ?? head.draft
  if (shown === null) return null
  return (
    <Card id="content" title={head.active === null ? 'The draft' : 'What is in force'} note={scopeOf(head)}>
      <ItemTable items={shown.profile.strategies} columns={strategyColumns((id) => locationName(config, id))} />
      <details class="pad">
        <summary>The same as it is stored</summary>
        <pre data-json="">{JSON.stringify(shown.profile, null, 2)}</pre>
      </details>
    </Card>
  )
}

/** Primary first: a later one is tried where those before it find no plan. */
const strategyColumns = (namePlace: NamePlace): readonly ItemColumn<Strategy>[] => [
  { name: 'Strategy', look: 'mono', cell: ({ id }) => id },
  { name: 'Orders', look: 'wrap', cell: (each) => <Phrases of={conditionWords(each)} none="any" /> },
  {
    name: 'Insists on',
    look: 'wrap',
    cell: (each) => <Phrases of={constraintWords(each, namePlace)} none="nothing more" />,
  },
  {
    name: 'Prefers, by weight',
    look: 'wrap',
    cell: (each) => preferenceWords(each).join(', ') || <span class="faint">nothing</span>,
  },
]

const Phrases = ({ of: phrases, none }: { of: readonly string[]; none: string }) =>
  phrases.length === 0 ? (
    <span class="faint">{none}</span>
  ) : (
    <ul class="plain-list">
      {phrases.map((phrase) => (
        <li>{phrase}</li>
      ))}
    </ul>
  )

const History = ({ view: { history, nowMs } }: { view: ProfileView }) => (
  <Card id="history" title="History" note="newest first" live>
    <ItemTable items={history} columns={historyColumns(nowMs)} />
  </Card>
)

const historyColumns = (nowMs: number): readonly ItemColumn<ProfileEntry>[] => [
  { name: 'When', cell: ({ atMs }) => <Time atMs={atMs} nowMs={nowMs} /> },
  {
    name: 'What',
    look: 'plain',
    cell: ({ action, version }) => `${words(action)}${version === null ? '' : ` as version ${version}`}`,
  },
  { name: 'Who', cell: ({ author }) => author ?? <span class="faint">not known</span> },
  { name: 'Why', look: 'wrap', cell: ({ comment }) => comment },
  { name: 'Content', look: 'faint', cell: ({ hash }) => <span class="mono">{hash}</span> },
]
