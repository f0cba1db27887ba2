/** The list of SKUs with what the network has of each; rows open with the keyboard. */
import type { SkuTotals } from '../../../db/queries/stock-by-sku.ts'
import { Card, Empty } from '../design/card.tsx'
import { Filters, FilterText, Pager } from '../design/list-controls.tsx'
import { num, Table } from '../design/table.tsx'
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
  <Table
    look="list"
    columns={[
      'SKU',
      num('Available'),
      num('On hand'),
      'Where the units are',
      num('Incoming'),
      num('Backordered'),
      num('Locations'),
      'Changed',
    ]}
    rows={view.rows.map((row) => <StockRow row={row} nowMs={view.nowMs} />)}
    empty={<NoStock query={view.query} />}
  />
)

const StockRow = ({ row, nowMs }: { row: SkuTotals; nowMs: number }) => (
  <tr data-row="">
    <th scope="row">
      <a data-open="" class="mono" href={skuPath(row.sku)}>
        {row.sku}
      </a>
    </th>
    <td class={`num strong${row.available === 0 ? ' faint' : ''}`}>{row.available.toLocaleString('en-US')}</td>
    <td class="num">{row.onHand.toLocaleString('en-US')}</td>
    <td class="units">
      <StateBar states={row} />
    </td>
    <td class="num">{row.incoming.toLocaleString('en-US')}</td>
    <td class="num">{row.backordered > 0 ? <strong>{row.backordered.toLocaleString('en-US')}</strong> : '0'}</td>
    <td class="num">{row.locations}</td>
    <td>
      <Time atMs={row.updatedAtMs} nowMs={nowMs} />
    </td>
  </tr>
)
