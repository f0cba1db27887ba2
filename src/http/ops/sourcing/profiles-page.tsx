/** Every sourcing profile, and where it stands between its draft and what is in force. */
import type { ProfileHead } from '../../../domain/sourcing/lifecycle/profile-head.ts'
import { Card, Empty } from '../design/card.tsx'
import { Chip } from '../design/chip.tsx'
import { type ItemColumn, ItemTable, type Sorting } from '../design/item-table.tsx'
import { Time } from '../design/time.tsx'

export const profilePath = (id: string): string => `/ops/sourcing/${encodeURIComponent(id)}`

type Props = { readonly heads: readonly ProfileHead[]; readonly sorting: Sorting; readonly nowMs: number }

export const ProfilesPage = ({ heads, sorting, nowMs }: Props) => (
  <>
    <div class="page-head">
      <h1>Sourcing</h1>
    </div>
    <Card id="list" title="Profiles" note="how orders find their locations" live>
      <ItemTable
        opens
        items={heads}
        columns={columnsOf(nowMs)}
        sorting={sorting}
        empty={
          <Empty title="No profile yet">
            Orders go to as few locations as possible. Draft a profile with POST /v1/sourcing/profiles to say otherwise.
          </Empty>
        }
      />
    </Card>
  </>
)

const columnsOf = (nowMs: number): readonly ItemColumn<ProfileHead>[] => [
  {
    name: 'Profile',
    sortBy: nameOf,
    cell: (head) => (
      <>
        <a data-open="" href={profilePath(head.profileId)}>
          {nameOf(head)}
        </a>
        <span class="faint mono id">{head.profileId}</span>
      </>
    ),
  },
  { name: 'Stands', look: 'lead', cell: (head) => <Standing head={head} /> },
  { name: 'In force for', cell: (head) => scopeOf(head) || <span class="faint">no channel yet</span> },
  {
    name: 'Version',
    look: 'num',
    sortBy: ({ active }) => active?.version ?? null,
    cell: ({ active }) => active?.version ?? <span class="faint">none</span>,
  },
  {
    name: 'Since',
    sortBy: ({ active }) => active?.atMs ?? null,
    cell: ({ active }) =>
      active === null ? <span class="faint">never</span> : <Time atMs={active.atMs} nowMs={nowMs} />,
  },
]

const nameOf = ({ active, draft, profileId }: ProfileHead): string => (active ?? draft)?.profile.name || profileId

export const Standing = ({ head }: { head: ProfileHead }) => (
  <span class="chips">
    {head.active !== null && <Chip tone="good" icon="check" text="In force" />}
    {isAhead(head) && <Chip tone="info" icon="dot" text={isReviewed(head) ? 'Draft, reviewed' : 'Draft'} />}
    {head.shadow !== null && <Chip tone="work" icon="eye" text={`In shadow, ${head.shadow.samplePercent} %`} />}
  </span>
)

/** The draft says something else than what is in force. */
export const isAhead = ({ draft, active }: ProfileHead): boolean => draft !== null && draft.hash !== active?.hash
export const isReviewed = ({ draft, review }: ProfileHead): boolean => draft !== null && review?.hash === draft.hash

export function scopeOf({ active }: ProfileHead): string {
  if (active === null) return ''
  const channels = active.channels.join(', ')
  return active.isDefault ? [channels, 'every other channel'].filter((part) => part !== '').join(', ') : channels
}
