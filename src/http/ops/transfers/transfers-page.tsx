/** The list of transfers: by status, place, and whether units were lost; rows open with the keyboard. */
import type { Page } from '../../../db/page.ts'
import type { TransferRow } from '../../../db/rows.ts'
import type { Config } from '../../../domain/config/config.ts'
import { transferStatuses } from '../../../domain/transfer/transfer.ts'
import { Card, Empty } from '../design/card.tsx'
import { TransferChip, transferLooks } from '../design/chip.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { FilterSelect, Filters, Pager } from '../design/list-controls.tsx'
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
  <ItemTable opens items={view.page.rows} columns={columnsOf(view)} empty={<NoTransfers query={view.query} />} />
)

const isMoving = (status: string) => status === 'requested' || status === 'reserved' || status === 'in_transit'

const columnsOf = ({ config, nowMs }: TransfersView): readonly ItemColumn<TransferRow>[] => {
  const units = (name: string, of: (row: TransferRow) => number): ItemColumn<TransferRow> => ({
    ...{ name, look: 'num', cell: (row) => of(row).toLocaleString('en-US') },
  })
  return [
    {
      name: 'Transfer',
      cell: ({ transferId }) => (
        <a data-open="" class="mono" href={transferPath(transferId)}>
          {transferId}
        </a>
      ),
    },
    { name: 'Status', look: 'lead', cell: ({ status }) => <TransferChip status={status} /> },
    { name: 'From', cell: ({ fromLocation }) => locationName(config, fromLocation) },
    { name: 'To', cell: ({ toLocation }) => locationName(config, toLocation) },
    units('SKUs', ({ skus }) => skus),
    units('Requested', ({ unitsRequested }) => unitsRequested),
    units('Shipped', ({ unitsShipped }) => unitsShipped),
    units('Received', ({ unitsReceived }) => unitsReceived),
    { name: 'Lost', look: 'num', cell: ({ unitsWrittenOff }) => <LostUnits units={unitsWrittenOff} /> },
    {
      name: 'Due',
      cell: ({ status, dueAtMs }) =>
        isMoving(status) ? <Due dueAtMs={dueAtMs} nowMs={nowMs} /> : <Time atMs={dueAtMs} nowMs={nowMs} />,
    },
    { name: 'Requested at', cell: ({ requestedAtMs }) => <Time atMs={requestedAtMs} nowMs={nowMs} /> },
  ]
}

export const LostUnits = ({ units }: { units: number }) =>
  units === 0 ? <span class="faint">0</span> : <strong class="warn-text">{units.toLocaleString('en-US')}</strong>
