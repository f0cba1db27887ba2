/** The listings of one channel: found by SKU and state, each with what is wanted, sent, confirmed and seen. */
import { versionText } from '../../../domain/catalog/product-content.ts'
import { pricedIn, publishesStock } from '../../../domain/config/channel-network.ts'
import { type FeedListing, type FeedState, feedStates } from '../../../domain/feed/feed-listing.ts'
import { Card, Empty } from '../design/card.tsx'
import { Chip, type Tone } from '../design/chip.tsx'
import type { IconName } from '../design/icon.tsx'
import { FilterSelect, Filters, FilterText, Pager } from '../design/list-controls.tsx'
import { moneyText } from '../design/money.tsx'
import { num, Table } from '../design/table.tsx'
import { spanText, Time } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import { skuPath } from '../stock/stock-page.tsx'
import type { ChannelView } from './channel-page.tsx'
import { channelPath } from './channels-page.tsx'

export const stateLooks = {
  settled: ['good', 'check', 'Settled'],
  ready: ['info', 'clock', 'Ready'],
  sending: ['work', 'bolt', 'Sending'],
  doubtful: ['warn', 'question', 'In doubt'],
  reading: ['work', 'eye', 'Looking'],
  refused: ['bad', 'ban', 'Refused'],
} as const satisfies Record<FeedState, readonly [Tone, IconName, string]>

export const Listings = ({ view }: { view: ChannelView }) => (
  <>
    {publishesStock(view.account) && (
      <Filters action={channelPath(view.account.id)} query={view.query}>
        <FilterText name="sku" label="SKU" hint="All of it, such as ROPE-10" query={view.query} />
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
    )}
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

const NoListings = ({ view: { account, query } }: { view: ChannelView }) => {
  if (!publishesStock(account)) {
    return (
      <Empty title="This channel is told by somebody else">
        Its figures come from here once <code>publishStock</code> is set in its settings.
      </Empty>
    )
  }
  if (Object.keys(query).length === 0) {
    return (
      <Empty title="Nothing is listed yet">
        A listing shows here once its SKU has stock news and the channel has told its item id.
      </Empty>
    )
  }
  return (
    <Empty title="No listing is like that">
      SKUs must be whole here. <a href={channelPath(account.id)}>Clear the filters</a> to see all.
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
    if (kind === 'content')
      return (
        <span class="mono" title="Version of what the product says">
          {versionText(value).slice(0, 7)}
        </span>
      )
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
