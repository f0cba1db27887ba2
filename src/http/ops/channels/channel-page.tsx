/** One channel's feed: its lanes, its lag, and its listings with what is wanted, sent, confirmed and seen. */

import { versionText } from '../../../domain/catalog/product-content.ts'
import { pricedIn, publishesStock } from '../../../domain/config/channel-network.ts'
import type { Account, Config } from '../../../domain/config/config.ts'
import type { FeedFilter, FeedPage, FeedStatus } from '../../../domain/feed/feed-contract.ts'
import {
  type FeedLane,
  type FeedListing,
  type FeedState,
  feedLanes,
  feedStates,
} from '../../../domain/feed/feed-listing.ts'
import { Card, Empty } from '../design/card.tsx'
import { Chip, type Tone } from '../design/chip.tsx'
import type { IconName } from '../design/icon.tsx'
import { FilterSelect, Filters, Pager } from '../design/list-controls.tsx'
import { moneyText } from '../design/money.tsx'
import { NoticeOf } from '../design/notices.tsx'
import { Confirm } from '../design/post-form.tsx'
import { num, Table } from '../design/table.tsx'
import { spanText, Time } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import type { ListQuery } from '../list-query.ts'
import { skuPath } from '../stock/stock-page.tsx'
import { channelPath, FeedChip, lagText } from './channels-page.tsx'

export type ChannelView = {
  readonly account: Account
  readonly config: Config
  readonly status: FeedStatus
  readonly page: FeedPage
  readonly filter: FeedFilter | null
  readonly query: ListQuery
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
      <div class="right">
        <Resend view={view} />
      </div>
    </div>
    <NoticeOf code={view.notice} />
    <div class="cols uneven">
      <Lanes view={view} />
      <States view={view} />
    </div>
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

const stateLooks = {
  settled: ['good', 'check', 'Settled'],
  ready: ['info', 'clock', 'Ready'],
  sending: ['work', 'bolt', 'Sending'],
  doubtful: ['warn', 'question', 'In doubt'],
  reading: ['work', 'eye', 'Looking'],
  refused: ['bad', 'ban', 'Refused'],
} as const satisfies Record<FeedState, readonly [Tone, IconName, string]>

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

const Lanes = ({ view: { status, nowMs } }: { view: ChannelView }) => (
  <Card id="lanes" title="Lanes" note="in order of urgency" live>
    <Table
      columns={['Lane', num('Waiting'), 'Longest']}
      rows={feedLanes.map((lane) => {
        const sinceMs = status.waitingSinceMs[lane]
        return (
          <tr>
            <th scope="row">{laneNames[lane]}</th>
            <td class="num">{status.waiting[lane].toLocaleString('en-US')}</td>
            <td>{sinceMs === undefined ? <span class="faint">nothing</span> : spanText(nowMs - sinceMs)}</td>
          </tr>
        )
      })}
    />
    <p class="pad soft">
      {count(status.inFlight.length, 'call')} under way, {count(status.skusChanged, 'SKU')} being worked out.
    </p>
  </Card>
)

const Listings = ({ view }: { view: ChannelView }) => (
  <>
    <Filters action={channelPath(view.account.id)} query={view.query}>
      <FilterSelect
        name="state"
        label="State"
        any="Any state"
        query={view.query}
        options={[
          { value: 'drifted', name: 'Drifted' },
          ...feedStates.map((state) => ({ value: state, name: stateLooks[state][2] })),
        ]}
      />
    </Filters>
    <Card id="listings" title="What the channel shows" note="wanted, sent, confirmed and seen" live>
      <ListingTable view={view} />
      <Pager
        path={channelPath(view.account.id)}
        query={view.query}
        first={view.firstPage}
        nextCursor={view.page.nextCursor}
      />
    </Card>
  </>
)

const ListingTable = ({ view }: { view: ChannelView }) => (
  <Table
    look="list"
    columns={['SKU', 'Where', 'State', ...['Wanted', 'Sent', 'Confirmed', 'Seen'].map(num), 'Remarks']}
    rows={view.page.listings.map((listing) => <ListingRow listing={listing} view={view} />)}
    empty={<NoListings view={view} />}
  />
)

const NoListings = ({ view: { account, filter } }: { view: ChannelView }) => {
  if (!publishesStock(account)) {
    return (
      <Empty title="This channel is told by somebody else">
        Its figures come from here once <code>publishStock</code> is set in its settings.
      </Empty>
    )
  }
  if (filter === null) {
    return (
      <Empty title="Nothing is listed yet">
        A listing shows here once its SKU has stock news and the channel has told its item id.
      </Empty>
    )
  }
  return (
    <Empty title="No listing is like that">
      <a href={channelPath(account.id)}>Clear the filter</a> to see all.
    </Empty>
  )
}

/** Our names for one of the channel's places; it may stand for several of our locations. */
function placeNames(place: string, { account, config }: ChannelView): string {
  const mapped = Object.entries(account.settings.locations ?? {}).filter(([, external]) => external === place)
  const names = mapped.map(([id]) => config.locations.find((location) => location.id === id)?.name || id)
  return names.join(', ')
}

const ListingRow = ({ listing, view }: { listing: FeedListing; view: ChannelView }) => {
  const { account, nowMs } = view
  const { kind, sent, acknowledged, observed, drift, keptBack = 0 } = listing
  const currency = kind === 'price' ? pricedIn(account) : null
  const figure = (value: number) => {
    // Long enough to tell two versions of one document apart.
    if (kind === 'content') return <span class="mono">{versionText(value).slice(0, 7)}</span>
    return currency === null ? value.toLocaleString('en-US') : moneyText(value, currency)
  }
  const look = stateLooks[listing.state]
  return (
    <tr>
      <th scope="row">
        {kind === 'content' ? (
          'The product'
        ) : (
          <a class="mono" href={skuPath(listing.sku)}>
            {listing.sku}
          </a>
        )}
        <span class="faint mono id">{listing.item}</span>
      </th>
      <td title={listing.place}>{kind === 'stock' ? placeNames(listing.place, view) || listing.place : words(kind)}</td>
      <td>
        <Chip tone={look[0]} icon={look[1]} text={look[2]} />
      </td>
      <td class="num strong">{figure(listing.desired)}</td>
      <td class="num">{sent && figure(sent.value)}</td>
      <td class="num" title={acknowledged === null ? undefined : spanText(nowMs - acknowledged.atMs)}>
        {acknowledged && figure(acknowledged.value)}
      </td>
      <td class="num">{observed && figure(observed.value)}</td>
      <td class="wrap">
        {drift !== null && (
          <span class="warn-text">
            shows {figure(drift.found)} instead of {figure(drift.expected)}, since{' '}
            <Time atMs={drift.openedAtMs} nowMs={nowMs} />.{' '}
          </span>
        )}
        {keptBack > 0 && <span class="faint">{keptBack.toLocaleString('en-US')} kept back. </span>}
        {listing.attempts > 0 && <span class="faint">{count(listing.attempts, 'failed try', 'failed tries')}. </span>}
        {listing.lastError}
      </td>
    </tr>
  )
}
