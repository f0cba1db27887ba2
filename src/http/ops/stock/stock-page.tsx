/** The list of SKUs with what the network has of each; rows open with the keyboard. */
import type { SkuTotals } from '../../../db/queries/stock-by-sku.ts'
import { Card, Empty } from '../design/card.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { Filters, FilterText, Pager } from '../design/list-controls.tsx'
import { Time } from '../design/time.tsx'
import { count } from '../design/words.ts'
import type { ListQuery } from '../list-query.ts'
import { StateBar } from './state-bar.tsx'

export type StockView = {
  readonly rows: readonly SkuTotals[]
  readonly query: ListQuery
  readonly firstPage: boolean
  readonly nextCursor: string | null
  readonly nowMs: number
}

export const skuPath = (sku: string): string => `/ops/stock/${encodeURIComponent(sku)}`

export const StockPage = ({ view }: { view: StockView }) => (
  <>
    <div class="page-head">
      <h1>Stock</h1>
      <div class="right">
        <a href="/ops/transfers">Transfers</a>
      </div>
    </div>
    <Filters action="/ops/stock" query={view.query}>
      <FilterText name="sku" label="SKU" hint="Its beginning" query={view.query} />
    </Filters>
    <Card id="list" title="By SKU" note={`${count(view.rows.length, 'SKU')} on this page`} live>
      <StockTable view={view} />
      <Pager path="/ops/stock" query={view.query} first={view.firstPage} nextCursor={view.nextCursor} />
    </Card>
  </>
)

const NoStock = ({ query }: { query: ListQuery }) =>
  Object.keys(query).length === 0 ? (
    <Empty title="No stock yet">
      Positions appear here once a warehouse or an ERP reports what it has. Send a snapshot to /v1/inventory/snapshots.
    </Empty>
  ) : (
    <Empty title="No SKU begins like that">
      Upper and lower case count. Try fewer characters, or <a href="/ops/stock">clear the filter</a>.
    </Empty>
  )

const StockTable = ({ view }: { view: StockView }) => (
  <ItemTable opens items={view.rows} columns={columnsOf(view)} empty={<NoStock query={view.query} />} />
)

const columnsOf = ({ nowMs }: StockView): readonly ItemColumn<SkuTotals>[] => [
  {
    name: 'SKU',
    cell: ({ sku }) => (
      <a data-open="" class="mono" href={skuPath(sku)}>
        {sku}
      </a>
    ),
  },
  {
    name: 'Available',
    look: 'num strong',
    cell: ({ available }) => <span class={available === 0 ? 'faint' : undefined}>{units(available)}</span>,
  },
  { name: 'On hand', look: 'num', cell: ({ onHand }) => units(onHand) },
  { name: 'Where the units are', look: 'units whole', cell: (row) => <StateBar states={row} /> },
  { name: 'Incoming', look: 'num', cell: ({ incoming }) => units(incoming) },
  {
    name: 'Backordered',
    look: 'num',
    cell: ({ backordered }) => (backordered > 0 ? <strong>{units(backordered)}</strong> : '0'),
  },
  { name: 'Locations', look: 'num', cell: ({ locations }) => locations },
  { name: 'Changed', cell: ({ updatedAtMs }) => <Time atMs={updatedAtMs} nowMs={nowMs} /> },
]

const units = (quantity: number) => quantity.toLocaleString('en-US')
