/** The list of transfers: by status, place, and whether units were lost; rows open with the keyboard. */
import type { Page } from '../../../db/page.ts'
import type { TransferRow } from '../../../db/rows.ts'
import type { Config } from '../../../domain/config/config.ts'
import { transferStatuses } from '../../../domain/transfer/transfer.ts'
import { Card, Empty } from '../design/card.tsx'
import { TransferChip, transferLooks } from '../design/chip.tsx'
import { FilterSelect, Filters, Pager } from '../design/list-controls.tsx'
import { num, Table } from '../design/table.tsx'
import { Due, Time } from '../design/time.tsx'
import { count } from '../design/words.ts'
import type { ListQuery } from '../list-query.ts'
import { locationName } from '../order/order-view.ts'

export type TransfersView = {
  readonly page: Page<TransferRow>
  readonly query: ListQuery
  readonly firstPage: boolean
  readonly config: Config
  readonly nowMs: number
}

export const transferPath = (transferId: string): string => `/ops/transfers/${encodeURIComponent(transferId)}`

export const TransfersPage = ({ view }: { view: TransfersView }) => (
  <>
    <div class="page-head">
      <h1>Transfers</h1>
      <div class="right">
        <a href="/ops/stock">Stock by SKU</a>
      </div>
    </div>
    <TransferFilters view={view} />
    <Card id="list" title="Newest first" note={`${count(view.page.rows.length, 'transfer')} on this page`} live>
      <TransferTable view={view} />
      <Pager path="/ops/transfers" query={view.query} first={view.firstPage} nextCursor={view.page.nextCursor} />
    </Card>
  </>
)

const TransferFilters = ({ view: { query, config } }: { view: TransfersView }) => (
  <Filters action="/ops/transfers" query={query}>
    <FilterSelect
      name="status"
      label="Status"
      any="Any status"
      query={query}
      options={transferStatuses.map((status) => ({ value: status, name: transferLooks[status][2] }))}
    />
    <FilterSelect
      name="location"
      label="From or to"
      any="Anywhere"
      query={query}
      options={config.locations.map(({ id, name }) => ({ value: id, name: name || id }))}
    />
    <FilterSelect
      name="short"
      label="Arrival"
      any="Any"
      query={query}
      options={[{ value: 'true', name: 'Units were lost' }]}
    />
  </Filters>
)

const NoTransfers = ({ query }: { query: ListQuery }) =>
  Object.keys(query).length === 0 ? (
    <Empty title="No transfers yet">
      They appear here moments after they are requested. Request one with POST /v1/transfers.
    </Empty>
  ) : (
    <Empty title="No transfer matches">
      Choose less, or <a href="/ops/transfers">clear the filters</a>.
    </Empty>
  )

const TransferTable = ({ view }: { view: TransfersView }) => (
  <Table
    look="list"
    columns={[
      'Transfer',
      'Status',
      'From',
      'To',
      num('SKUs'),
      num('Requested'),
      num('Shipped'),
      num('Received'),
      num('Lost'),
      'Due',
      'Requested at',
    ]}
    rows={view.page.rows.map((row) => <TransferListRow row={row} view={view} />)}
    empty={<NoTransfers query={view.query} />}
  />
)

const isMoving = (status: string) => status === 'requested' || status === 'reserved' || status === 'in_transit'

const TransferListRow = ({ row, view: { config, nowMs } }: { row: TransferRow; view: TransfersView }) => (
  <tr data-row="">
    <th scope="row">
      <a data-open="" class="mono" href={transferPath(row.transferId)}>
        {row.transferId}
      </a>
    </th>
    <td>
      <TransferChip status={row.status} />
    </td>
    <td>{locationName(config, row.fromLocation)}</td>
    <td>{locationName(config, row.toLocation)}</td>
    <td class="num">{row.skus}</td>
    <td class="num">{row.unitsRequested.toLocaleString('en-US')}</td>
    <td class="num">{row.unitsShipped.toLocaleString('en-US')}</td>
    <td class="num">{row.unitsReceived.toLocaleString('en-US')}</td>
    <td class="num">
      <LostUnits units={row.unitsWrittenOff} />
    </td>
    <td>
      {isMoving(row.status) ? <Due dueAtMs={row.dueAtMs} nowMs={nowMs} /> : <Time atMs={row.dueAtMs} nowMs={nowMs} />}
    </td>
    <td>
      <Time atMs={row.requestedAtMs} nowMs={nowMs} />
    </td>
  </tr>
)

export const LostUnits = ({ units }: { units: number }) =>
  units === 0 ? <span class="faint">0</span> : <strong class="warn-text">{units.toLocaleString('en-US')}</strong>
