/** Every channel that sells: whether it shows our figures, how late it is told, and what is wrong with what it shows. */

import type { Account } from '../../../domain/config/config.ts'
import type { FeedStatus } from '../../../domain/feed/feed-contract.ts'
import { Card, Empty } from '../design/card.tsx'
import { Chip } from '../design/chip.tsx'
import { type ItemColumn, ItemTable, type Sorting } from '../design/item-table.tsx'
import { spanText } from '../design/time.tsx'

export type ChannelState = {
  readonly account: Account
  /** Null: our figures are not shown there. */
  readonly status: FeedStatus | null
}
export const channelPath = (id: string): string => `/ops/channels/${encodeURIComponent(id)}`

type Props = { readonly channels: readonly ChannelState[]; readonly sorting: Sorting }

export const ChannelsPage = ({ channels, sorting }: Props) => (
  <>
    <div class="page-head">
      <h1>Channels</h1>
    </div>
    <Card id="list" title="Feeds" note="what each channel shows, and how soon after the stock fell it is told" live>
      <ItemTable
        opens
        items={channels}
        columns={columns}
        sorting={sorting}
        empty={<Empty title="No channel sells yet">Channels are accounts of the configuration.</Empty>}
      />
    </Card>
  </>
)

const figure = (
  name: string,
  of: (status: FeedStatus) => number | null,
  told: (figure: number) => string,
): ItemColumn<ChannelState> => {
  const knownOf = ({ status }: ChannelState) => (status === null ? null : of(status))
  return {
    ...{ name, look: 'num', sortBy: knownOf },
    cell: (channel) => {
      const value = knownOf(channel)
      return value === null ? <span class="faint">none</span> : told(value)
    },
  }
}
const units = (quantity: number) => quantity.toLocaleString('en-US')

const columns: readonly ItemColumn<ChannelState>[] = [
  {
    name: 'Channel',
    sortBy: ({ account }) => account.name || account.id,
    cell: ({ account }) => (
      <>
        <a data-open="" href={channelPath(account.id)}>
          {account.name || account.id}
        </a>
        <span class="faint id">{account.partner}</span>
      </>
    ),
  },
  { name: 'Feed', look: 'lead', cell: ({ status }) => <FeedChip status={status} /> },
  figure('Listings', ({ listings }) => listings, units),
  figure('Waiting', (status) => waitingOf(status), units),
  figure('Drifted', ({ drifted }) => drifted, units),
  figure('Half told within', ({ lag }) => lag.p50Ms ?? null, lagText),
  figure('95 in 100 within', ({ lag }) => lag.p95Ms ?? null, lagText),
]

export const FeedChip = ({ status }: { status: FeedStatus | null }) => {
  if (status === null) return <Chip tone="neutral" icon="dot" text="Not published" />
  if (status.listings + status.skusChanged === 0) return <Chip tone="neutral" icon="dot" text="Nothing listed yet" />
  if (status.drifted > 0) return <Chip tone="bad" icon="triangle" text="Shows other figures" />
  if (status.states.refused > 0) return <Chip tone="warn" icon="ban" text="Refuses listings" />
  if (waitingOf(status) + status.skusChanged > 0) return <Chip tone="work" icon="bolt" text="Telling" />
  return <Chip tone="good" icon="check" text="Shows ours" />
}

export const waitingOf = ({ waiting }: FeedStatus): number => Object.values(waiting).reduce((sum, n) => sum + n, 0)

export function lagText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return ''
  return ms < 1_000 ? `${Math.round(ms)} ms` : spanText(ms)
}
