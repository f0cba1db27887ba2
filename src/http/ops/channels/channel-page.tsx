/** One channel's feed: its lanes, its lag, and its listings with what is wanted, sent, confirmed and seen. */

import { publishesStock } from '../../../domain/config/channel-network.ts'
import type { Account, Config } from '../../../domain/config/config.ts'
import type { FeedFilter, FeedPage, FeedStatus } from '../../../domain/feed/feed-contract.ts'
import { type FeedLane, feedLanes, feedStates } from '../../../domain/feed/feed-listing.ts'
import { Card } from '../design/card.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { NoticeOf } from '../design/notices.tsx'
import { Confirm } from '../design/post-form.tsx'
import { spanText } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import type { ListQuery } from '../list-query.ts'
import type { SortingOf } from '../sorting.ts'
import { Listings, stateLooks } from './channel-listings.tsx'
import { channelPath, FeedChip, lagText } from './channels-page.tsx'

export type ChannelView = {
  readonly account: Account
  readonly config: Config
  readonly status: FeedStatus
  readonly page: FeedPage
  readonly filter: FeedFilter | null
  readonly query: ListQuery
  readonly sorting: SortingOf
  readonly firstPage: boolean
  readonly notice: string | undefined
  readonly formToken: string
  readonly nowMs: number
}

export const ChannelPage = ({ view }: { view: ChannelView }) => (
  <>
    <div class="page-head">
      <h1>{view.account.name || view.account.id}</h1>
      <span id="chips" class="chips" data-live="">
        <FeedChip status={publishesStock(view.account) ? view.status : null} />
      </span>
      <span class="sub mono">{view.account.id}</span>
      {publishesStock(view.account) && (
        <div class="right">
          <Resend view={view} />
        </div>
      )}
    </div>
    <NoticeOf code={view.notice} />
    {publishesStock(view.account) && (
      <div class="cols uneven">
        <Lanes view={view} />
        <States view={view} />
      </div>
    )}
    <Listings view={view} />
  </>
)

const Resend = ({ view }: { view: ChannelView }) => (
  <Confirm
    id="resend"
    open="Send again…"
    title="Send figures again"
    action={`${channelPath(view.account.id)}/resend`}
    token={view.formToken}
    confirm="Send again"
  >
    <input type="hidden" name="state" value={view.filter ?? ''} />
    <p>
      {view.filter === null ? 'Every listing' : `Every listing that is ${words(view.filter).toLowerCase()}`} is sent
      again, whatever the channel is believed to show. Stop-sells still go first.
    </p>
  </Confirm>
)

const States = ({ view: { status, account } }: { view: ChannelView }) => (
  <Card id="states" title="Listings" note={count(status.listings, 'listing')} live>
    <div class="flow four">
      {[...feedStates, 'drifted' as const].map((state) => {
        const n = state === 'drifted' ? status.drifted : status.states[state]
        const [tone, , name] = state === 'drifted' ? (['bad', '', 'Drifted'] as const) : stateLooks[state]
        return (
          <a href={`${channelPath(account.id)}?state=${state}`}>
            <span class={`n${n === 0 ? ' zero' : ''}`}>{n.toLocaleString('en-US')}</span>
            <span class={`what tone-${tone}`}>{name}</span>
          </a>
        )
      })}
    </div>
    <p class="pad soft">
      From a fall of the stock to the channel's word: {lagText(status.lag.p50Ms) || 'not measured yet'}
      {status.lag.p95Ms !== null && `, 95 in 100 within ${lagText(status.lag.p95Ms)}`} (
      {count(status.lag.measured, 'measurement')}).
    </p>
  </Card>
)

const laneNames = {
  stop_sell: 'Stop-sell and thresholds',
  fast: 'Fast movers',
  rest: 'The rest',
  price: 'Prices',
  content: 'Content',
  check: 'Looking in',
} as const satisfies Record<FeedLane, string>

const Lanes = ({ view: { status, sorting, nowMs } }: { view: ChannelView }) => (
  <Card id="lanes" title="Lanes" note="in order of urgency" live>
    <ItemTable look="" items={feedLanes} columns={laneColumns(status, nowMs)} sorting={sorting('lanes')} />
    <p class="pad soft">
      {count(status.inFlight.length, 'call')} under way, {count(status.skusChanged, 'SKU')} being worked out.
    </p>
  </Card>
)

const laneColumns = ({ waiting, waitingSinceMs }: FeedStatus, nowMs: number): readonly ItemColumn<FeedLane>[] => {
  const waitsMs = (lane: FeedLane) => {
    const sinceMs = waitingSinceMs[lane]
    return sinceMs === undefined ? null : nowMs - sinceMs
  }
  return [
    { name: 'Lane', cell: (lane) => laneNames[lane] },
    {
      name: 'Waiting',
      look: 'num',
      sortBy: (lane) => waiting[lane],
      cell: (lane) => waiting[lane].toLocaleString('en-US'),
    },
    {
      name: 'Longest',
      look: 'num',
      sortBy: waitsMs,
      cell: (lane) => {
        const forMs = waitsMs(lane)
        return forMs === null ? <span class="faint">nothing</span> : spanText(forMs)
      },
    },
  ]
}
