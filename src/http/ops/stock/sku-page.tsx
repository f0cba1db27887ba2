/** One SKU across the network: what there is where, how that came about, and what it was over time. */
import type { CatalogSku } from '../../../domain/catalog/listing.ts'
import type { Location } from '../../../domain/config/location.ts'
import type { InventoryStates, LedgerEntry, PositionView } from '../../../domain/stock/stock-command.ts'
import { Card, Empty } from '../design/card.tsx'
import { Chart } from '../design/chart.tsx'
import { Time } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import { availabilityHistory } from './availability-history.ts'
import { StateBar } from './state-bar.tsx'

export type SkuPlace = {
  readonly location: Location
  readonly view: PositionView
  /** Newest first. */
  readonly ledger: readonly LedgerEntry[]
}
export type SkuView = {
  readonly entry: CatalogSku
  readonly places: readonly SkuPlace[]
  readonly nowMs: number
}

export const SkuPage = ({ view }: { view: SkuView }) => (
  <>
    <div class="page-head">
      <h1>
        <span class="mono">{view.entry.sku}</span>
      </h1>
      <span class="soft">{view.entry.title}</span>
    </div>
    <Totals view={view} />
    <History view={view} />
    <Places view={view} />
    <Ledger view={view} />
  </>
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

const History = ({ view: { places, nowMs } }: { view: SkuView }) => {
  const points = availabilityHistory(
    places.map((place) => place.ledger),
    nowMs,
  )
  return (
    <Card id="history" title="Availability over time" note="summed over the locations, from their ledgers">
      {points.length < 2 ? (
        <Empty title="Nothing has moved yet" />
      ) : (
        <Chart
          id="history-chart"
          label="Available and on hand units over time"
          unit="units"
          timesMs={points.map((point) => point.atMs)}
          lines={[
            { name: 'Available', tone: 'good', values: points.map((point) => point.available) },
            { name: 'On hand', tone: 'neutral', values: points.map((point) => point.onHand) },
          ]}
        />
      )}
    </Card>
  )
}

const Places = ({ view }: { view: SkuView }) => (
  <Card id="places" title="By location" live>
    {view.places.length === 0 ? (
      <Empty title="No location has reported this SKU">It shows here with the first snapshot or movement.</Empty>
    ) : (
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Location</th>
              <th scope="col" class="num">
                Available
              </th>
              <th scope="col" class="num">
                On hand
              </th>
              <th scope="col">Where the units are</th>
              <th scope="col" class="num">
                Incoming
              </th>
              <th scope="col">Figure of</th>
            </tr>
          </thead>
          <tbody>
            {view.places.map((place) => (
              <PlaceRow place={place} nowMs={view.nowMs} />
            ))}
          </tbody>
        </table>
      </div>
    )}
  </Card>
)

const PlaceRow = ({ place: { location, view }, nowMs }: { place: SkuPlace; nowMs: number }) => (
  <tr>
    <th scope="row">
      {location.name}
      <span class="faint mono id">{location.id}</span>
    </th>
    <td class="num strong">{view.states.available.toLocaleString('en-US')}</td>
    <td class="num">{view.states.onHand.toLocaleString('en-US')}</td>
    <td class="units">
      <StateBar states={view.states} />
      {view.states.backordered > 0 && (
        <span class="warn-text">{count(view.states.backordered, 'unit')} backordered</span>
      )}
    </td>
    <td class="num">{view.states.incoming.toLocaleString('en-US')}</td>
    <td>
      {view.snapshot === null ? (
        <span class="faint">movements only</span>
      ) : (
        <>
          <span class="mono">{view.snapshot.source}</span> <Time atMs={view.snapshot.asOfMs} nowMs={nowMs} />
        </>
      )}
    </td>
  </tr>
)

const ledgerRowsMax = 60

const Ledger = ({ view }: { view: SkuView }) => {
  const rows = view.places
    .flatMap((place) => place.ledger.map((entry) => ({ place, entry })))
    .toSorted((left, right) => right.entry.atMs - left.entry.atMs || right.entry.seq - left.entry.seq)
    .slice(0, ledgerRowsMax)
  return (
    <Card id="ledger" title="Ledger" note="newest first" live>
      {rows.length === 0 ? (
        <Empty title="Nothing has moved yet" />
      ) : (
        <div class="scroll">
          <table class="list">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Location</th>
                <th scope="col">What</th>
                <th scope="col" class="num">
                  Units
                </th>
                <th scope="col">Reference</th>
                <th scope="col" class="num">
                  On hand after
                </th>
                <th scope="col" class="num">
                  Available after
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ place, entry }) => (
                <tr>
                  <td>
                    <Time atMs={entry.atMs} nowMs={view.nowMs} />
                  </td>
                  <td>{place.location.id}</td>
                  <td>{words(entry.type)}</td>
                  <td class="num">{entry.quantity.toLocaleString('en-US')}</td>
                  <td class="mono wrap">{entry.reference ?? ''}</td>
                  <td class="num">{entry.onHandAfter.toLocaleString('en-US')}</td>
                  <td class="num">{entry.availableAfter.toLocaleString('en-US')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  )
}
