/** The listings of one channel: found by SKU and state, each with what is wanted, sent, confirmed and seen. */
import type { Child } from 'hono/jsx'
import { versionText } from '../../../domain/catalog/product-content.ts'
import { pricedIn, publishesStock } from '../../../domain/config/channel-network.ts'
import { type FeedListing, type FeedState, feedStates } from '../../../domain/feed/feed-listing.ts'
import { Card, Empty } from '../design/card.tsx'
import { Chip, type Tone } from '../design/chip.tsx'
import type { IconName } from '../design/icon.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { FilterSelect, Filters, FilterText, Pager } from '../design/list-controls.tsx'
import { moneyText } from '../design/money-text.ts'
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
  <ItemTable items={view.page.listings} columns={columnsOf(view)} empty={<NoListings view={view} />} />
)

const columnsOf = (view: ChannelView): readonly ItemColumn<FeedListing>[] => {
  const figure = (listing: FeedListing, value: number) => <Figure listing={listing} value={value} view={view} />
  return [
    { name: 'SKU', cell: (listing) => <Listed listing={listing} /> },
    {
      name: 'Where',
      cell: ({ kind, place }) => (
        <span title={place}>{kind === 'stock' ? placeNames(place, view) || place : words(kind)}</span>
      ),
    },
    { name: 'State', look: 'lead', cell: ({ state }) => <StateChip state={state} /> },
    { name: 'Wanted', look: 'num strong', cell: (listing) => figure(listing, listing.desired) },
    { name: 'Sent', look: 'num', cell: (listing) => listing.sent && figure(listing, listing.sent.value) },
    {
      name: 'Confirmed',
      look: 'num',
      cell: (listing) =>
        listing.acknowledged && (
          <span title={`${spanText(view.nowMs - listing.acknowledged.atMs)} ago`}>
            {figure(listing, listing.acknowledged.value)}
          </span>
        ),
    },
    { name: 'Seen', look: 'num', cell: (listing) => listing.observed && figure(listing, listing.observed.value) },
    { name: 'Remarks', look: 'wrap', cell: (listing) => remarksOn(listing, figure, view.nowMs) },
  ]
}

const StateChip = ({ state }: { state: FeedState }) => {
  const [tone, icon, text] = stateLooks[state]
  return <Chip tone={tone} icon={icon} text={text} />
}

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

const Listed = ({ listing: { kind, sku, item } }: { listing: FeedListing }) => (
  <>
    {kind === 'content' ? (
      'The product'
    ) : (
      <a class="mono" href={skuPath(sku)}>
        {sku}
      </a>
    )}
    <span class="faint mono id">{item}</span>
  </>
)

type FigureProps = { readonly listing: FeedListing; readonly value: number; readonly view: ChannelView }

const Figure = ({ listing: { kind }, value, view: { account } }: FigureProps) => {
  // Long enough to tell two versions of one document apart.
  if (kind === 'content') {
    return (
      <span class="mono" title="Version of what the product says">
        {versionText(value).slice(0, 7)}
      </span>
    )
  }
  const currency = kind === 'price' ? pricedIn(account) : null
  return <>{currency === null ? value.toLocaleString('en-US') : moneyText(value, currency)}</>
}

/** Null where there is nothing to say, so that the cell stays empty. */
function remarksOn(listing: FeedListing, figure: (listing: FeedListing, value: number) => Child, nowMs: number): Child {
  const { drift, keptBack = 0, attempts, lastError } = listing
  if (drift === null && keptBack === 0 && attempts === 0 && lastError === null) return null
  return (
    <>
      {drift !== null && (
        <span class="warn-text">
          shows {figure(listing, drift.found)} instead of {figure(listing, drift.expected)}, since{' '}
          <Time atMs={drift.openedAtMs} nowMs={nowMs} />.{' '}
        </span>
      )}
      {keptBack > 0 && <span class="faint">{keptBack.toLocaleString('en-US')} kept back. </span>}
      {attempts > 0 && <span class="faint">{count(attempts, 'failed try', 'failed tries')}. </span>}
      {lastError}
    </>
  )
}
