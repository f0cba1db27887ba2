/** Every channel that sells: whether it shows our figures, how late it is told, and what is wrong with what it shows. */

import type { Account } from '../../../domain/config/config.ts'
import type { FeedStatus } from '../../../domain/feed/feed-contract.ts'
import { Card, Empty } from '../design/card.tsx'
import { Chip } from '../design/chip.tsx'
import { num, Table } from '../design/table.tsx'
import { spanText } from '../design/time.tsx'

export type ChannelState = {
  readonly account: Account
  /** Null: our figures are not shown there. */
  readonly status: FeedStatus | null
}
export const channelPath = (id: string): string => `/ops/channels/${encodeURIComponent(id)}`

export const ChannelsPage = ({ channels }: { channels: readonly ChannelState[] }) => (
  <>
    <div class="page-head">
      <h1>Channels</h1>
    </div>
    <Card id="list" title="Feeds" note="what each channel shows, and how soon after the stock fell it is told" live>
      <Table
        look="list"
        columns={[
          ...['Channel', 'Feed'],
          ...['Listings', 'Waiting', 'Drifted', 'Half told within', '95 in 100 within'].map(num),
        ]}
        rows={channels.map((channel) => <ChannelRow channel={channel} />)}
        empty={<Empty title="No channel sells yet">Channels are accounts of the configuration.</Empty>}
      />
    </Card>
  </>
)

const ChannelRow = ({ channel: { account, status } }: { channel: ChannelState }) => (
  <tr data-row="">
    <th scope="row">
      <a data-open="" href={channelPath(account.id)}>
        {account.name || account.id}
      </a>
      <span class="faint id">{account.partner}</span>
    </th>
    <td>
      <FeedChip status={status} />
    </td>
    {figuresOf(status).map((figure) => (
      <td class="num">{figure || <span class="faint">none</span>}</td>
    ))}
  </tr>
)

function figuresOf(status: FeedStatus | null): readonly string[] {
  if (status === null) return ['', '', '', '', '']
  const counts = [status.listings, waitingOf(status), status.drifted].map((n) => n.toLocaleString('en-US'))
  return [...counts, lagText(status.lag.p50Ms), lagText(status.lag.p95Ms)]
}

export const FeedChip = ({ status }: { status: FeedStatus | null }) => {
  if (status === null) return <Chip tone="neutral" icon="dot" text="Not published" />
  if (status.listings + status.skusChanged === 0) return <Chip tone="neutral" icon="dot" text="Nothing listed yet" />
  if (status.drifted > 0) return <Chip tone="bad" icon="triangle" text="Shows other figures" />
  if (status.states.refused > 0) return <Chip tone="warn" icon="ban" text="Refuses listings" />
  if (waitingOf(status) + status.skusChanged > 0) return <Chip tone="work" icon="bolt" text="Telling" />
  return <Chip tone="good" icon="check" text="Shows ours" />
}

export const waitingOf = ({ waiting }: FeedStatus): number => Object.values(waiting).reduce((sum, n) => sum + n, 0)

export const lagText = (ms: number | null | undefined): string => {
  if (ms === null || ms === undefined) return ''
  return ms < 1_000 ? `${Math.round(ms)} ms` : spanText(ms)
}
