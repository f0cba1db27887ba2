/** One SKU across the network: what there is where, how that came about, and what it was over time. */
import type { Step } from '../../../domain/atp/network-curve.ts'
import type { CatalogSku } from '../../../domain/catalog/listing.ts'
import type { Config } from '../../../domain/config/config.ts'
import type { Location } from '../../../domain/config/location.ts'
import type { InventoryStates, LedgerEntry, PositionView } from '../../../domain/stock/stock-command.ts'
import { Card, Empty } from '../design/card.tsx'
import { Chart } from '../design/chart.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { Time } from '../design/time.tsx'
import { count } from '../design/words.ts'
import { locationName } from '../order/order-view.ts'
import type { SortingOf } from '../sorting.ts'
import { availabilityHistory } from './availability-history.ts'
import type { NetworkAvailability } from './network-availability.ts'
import { SkuWaiting } from './sku-backorders.tsx'
import { SkuChannels } from './sku-channels.tsx'
import { SkuLedger } from './sku-ledger.tsx'
import { SkuLots, SkuSupply } from './sku-supply.tsx'
import { StateBar } from './state-bar.tsx'
import { skuPath } from './stock-page.tsx'

export type SkuPlace = {
  readonly location: Location
  readonly view: PositionView
  /** Newest first. */
  readonly ledger: readonly LedgerEntry[]
}
export type SkuView = {
  readonly entry: CatalogSku
  readonly places: readonly SkuPlace[]
  /** Null for a bundle: its stock is that of its components. */
  readonly network: NetworkAvailability | null
  readonly config: Config
  readonly sorting: SortingOf
  readonly nowMs: number
}

export const SkuPage = ({ view }: { view: SkuView }) => {
  const { entry, network, places, config, sorting, nowMs } = view
  const shared = { nameOf: (id: string) => locationName(config, id), sorting, nowMs }
  return (
    <>
      <div class="page-head">
        <h1>
          <span class="mono">{entry.sku}</span>
        </h1>
        <span class="soft">{entry.title}</span>
      </div>
      {entry.components.length > 0 && <Bundle view={view} />}
      <Totals view={view} />
      {network !== null && <SkuChannels channels={network.channels} {...shared} />}
      <History view={view} />
      <Places view={view} />
      {network !== null && <SkuSupply summaries={network.summaries} {...shared} />}
      {network !== null && <SkuWaiting backorders={network.backorders} {...shared} />}
      {network !== null && <SkuLots summaries={network.summaries} {...shared} />}
      <SkuLedger places={places} nowMs={nowMs} />
    </>
  )
}

const Bundle = ({ view: { entry } }: { view: SkuView }) => (
  <div class="notice">
    <span>
      A bundle: its stock is that of its components,{' '}
      {entry.components.map(({ sku, quantity }, at) => (
        <>
          {at > 0 && ', '}
          {quantity} × <a href={skuPath(sku)}>{sku}</a>
        </>
      ))}
      .
    </span>
  </div>
)

const tiles: readonly (readonly [keyof InventoryStates, string, string])[] = [
  ['available', 'Available', 'good'],
  ['reserved', 'Reserved', 'info'],
  ['committed', 'Committed', 'work'],
  ['onHand', 'On hand', 'neutral'],
  ['incoming', 'Incoming', 'info'],
  ['backordered', 'Backordered', 'warn'],
]

const Totals = ({ view }: { view: SkuView }) => (
  <Card id="totals" title="Across the network" note={count(view.places.length, 'location')} live>
    <div class="flow still">
      {tiles.map(([state, name, tone]) => {
        const units = view.places.reduce((sum, place) => sum + place.view.states[state], 0)
        return (
          <div>
            <div class={`n${units === 0 ? ' zero' : ''}`}>{units.toLocaleString('en-US')}</div>
            <div class={`what tone-${tone}`}>{name}</div>
          </div>
        )
      })}
    </div>
  </Card>
)

const History = ({ view: { places, network, nowMs } }: { view: SkuView }) => {
  const points = availabilityHistory(
    places.map((place) => place.ledger),
    nowMs,
  )
  const ahead = outlook(network?.curve ?? [], nowMs)
  return (
    <Card id="history" title="Availability over time" note="from the ledgers; dashed: what can be promised by date">
      {points.length + ahead.length < 2 ? (
        <Empty title="Nothing has moved yet" />
      ) : (
        <Chart
          id="history-chart"
          label="Available and on hand units over time, and units that can be promised by date"
          unit="units"
          timesMs={[...points, ...ahead].map((point) => point.atMs)}
          lines={[
            {
              name: 'Available',
              tone: 'good',
              values: [...points.map(({ available }) => available), ...nothing(ahead)],
            },
            { name: 'On hand', tone: 'neutral', values: [...points.map(({ onHand }) => onHand), ...nothing(ahead)] },
            {
              name: 'Promisable',
              tone: 'info',
              dashed: true,
              values: [...nothing(points), ...ahead.map(({ units }) => units)],
            },
          ]}
        />
      )}
    </Card>
  )
}

/** The last step goes on for ever: this much of it is drawn beyond the instant at which it begins. */
const outlookTailMs = 24 * 3_600_000

/** Empty while nothing is to come: a level line says nothing. */
function outlook(curve: readonly Step[], nowMs: number): readonly { readonly atMs: number; readonly units: number }[] {
  const last = curve.at(-1)
  if (last === undefined || curve.length < 2) return []
  const steps = curve.map(({ fromMs, units }) => ({ atMs: Math.max(fromMs, nowMs + 1), units }))
  return [...steps, { atMs: last.fromMs + outlookTailMs, units: last.units }]
}

const nothing = (points: readonly unknown[]): null[] => points.map(() => null)

const Places = ({ view }: { view: SkuView }) => (
  <Card id="places" title="By location" live>
    <ItemTable
      look=""
      items={view.places}
      columns={placeColumns(view.nowMs)}
      sorting={view.sorting('places')}
      empty={
        <Empty title="No location has reported this SKU">It shows here with the first snapshot or movement.</Empty>
      }
    />
  </Card>
)

const placeColumns = (nowMs: number): readonly ItemColumn<SkuPlace>[] => [
  {
    name: 'Location',
    sortBy: ({ location }) => location.name || location.id,
    cell: ({ location }) => (
      <>
        {location.name}
        <span class="faint mono id">{location.id}</span>
      </>
    ),
  },
  unitsColumn('Available', 'num strong', 'available'),
  unitsColumn('On hand', 'num', 'onHand'),
  {
    name: 'Where the units are',
    look: 'units whole',
    cell: ({ view: { states } }) => <WhereUnitsAre states={states} />,
  },
  unitsColumn('Incoming', 'num', 'incoming'),
  {
    name: 'Figure of',
    look: 'nowrap',
    sortBy: ({ view }) => view.snapshot?.asOfMs ?? null,
    cell: ({ view: { snapshot } }) =>
      snapshot === null ? (
        <span class="faint">movements only</span>
      ) : (
        <>
          <span class="mono">{snapshot.source}</span> <Time atMs={snapshot.asOfMs} nowMs={nowMs} />
        </>
      ),
  },
]

const unitsColumn = (name: string, look: string, state: keyof InventoryStates): ItemColumn<SkuPlace> => ({
  name,
  look,
  sortBy: ({ view }) => view.states[state],
  cell: ({ view }) => view.states[state].toLocaleString('en-US'),
})

const WhereUnitsAre = ({ states }: { states: InventoryStates }) => (
  <>
    <StateBar states={states} />
    {states.backordered > 0 && <span class="warn-text">{count(states.backordered, 'unit')} backordered</span>}
  </>
)
