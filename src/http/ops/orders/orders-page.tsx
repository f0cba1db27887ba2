/** The list of orders: found by any number, filtered, paged; rows open with the keyboard. */
import type { Page } from '../../../db/page.ts'
import type { Candidate } from '../../../db/queries/search-any-id.ts'
import type { OrderRow } from '../../../db/rows.ts'
import type { Config } from '../../../domain/config/config.ts'
import type { NextActor } from '../../../domain/order/order-status.ts'
import { orderStatuses } from '../../../domain/order/order-status.ts'
import { Card, Empty } from '../design/card.tsx'
import { OrderStatusChip, stageLooks, stageName } from '../design/chip.tsx'
import { Icon } from '../design/icon.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { FilterSelect, Filters, FilterText, Pager } from '../design/list-controls.tsx'
import { Money } from '../design/money.tsx'
import { orderStatusLooks } from '../design/status-looks.ts'
import { Time } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import type { ListQuery } from '../list-query.ts'
import { actorLooks } from '../order/order-header.tsx'
import { accountName, deliveryPath, orderPath } from '../order/order-view.ts'
import { windowOptions } from '../time-window.ts'
import { transferPath } from '../transfers/transfers-page.tsx'

export type OrdersView = {
  readonly page: Page<OrderRow>
  readonly query: ListQuery
  readonly firstPage: boolean
  /** What else the searched number could be. */
  readonly others: readonly Candidate[]
  readonly config: Config
  readonly nowMs: number
}

export const OrdersPage = ({ view }: { view: OrdersView }) => (
  <>
    <div class="page-head">
      <h1>Orders</h1>
    </div>
    <OrderFilters view={view} />
    <Others candidates={view.others} />
    <Card id="list" title="Newest first" note={`${count(view.page.rows.length, 'order')} on this page`} live>
      <OrderTable view={view} />
      <Pager path="/ops/orders" query={view.query} first={view.firstPage} nextCursor={view.page.nextCursor} />
    </Card>
  </>
)

const OrderFilters = ({ view: { query, config } }: { view: OrdersView }) => (
  <Filters action="/ops/orders" query={query}>
    <FilterText name="q" label="Number" hint="Any number of the order" query={query} />
    <FilterSelect
      name="channel"
      label="Channel"
      any="All channels"
      query={query}
      options={config.accounts
        .filter((account) => account.role === 'channel')
        .map((account) => ({ value: account.id, name: account.name || account.id }))}
    />
    <FilterSelect
      name="status"
      label="Status"
      any="Any status"
      query={query}
      options={orderStatuses.map((status) => ({ value: status, name: orderStatusLooks[status][2] }))}
    />
    <FilterSelect
      name="stage"
      label="Stage"
      any="Any stage"
      query={query}
      options={Object.entries(stageLooks).map(([value, look]) => ({ value, name: look[2] }))}
    />
    <FilterSelect
      name="waits"
      label="Waits for"
      any="Anything"
      query={query}
      options={[{ value: 'supply', name: 'Supply' }]}
    />
    <FilterSelect name="captured" label="Captured" any="Any time" query={query} options={windowOptions} />
  </Filters>
)

const Others = ({ candidates }: { candidates: readonly Candidate[] }) => {
  const deliveries = candidates.filter((candidate) => candidate.kind === 'delivery')
  const transfer = candidates.find((candidate) => candidate.kind === 'transfer')
  if (deliveries.length === 0 && transfer !== undefined) return <OtherTransfer id={transfer.id} />
  if (deliveries.length === 0) return null
  return (
    <div class="notice">
      <Icon name="inbox" />
      <span>
        That is a delivery:{' '}
        {deliveries.map((candidate) => (
          <a href={deliveryPath(candidate.id)}>
            {candidate.id} ({candidate.topic})
          </a>
        ))}
      </span>
    </div>
  )
}

const OtherTransfer = ({ id }: { id: string }) => (
  <div class="notice">
    <Icon name="truck" />
    <span>
      That is a transfer: <a href={transferPath(id)}>{id}</a>
    </span>
  </div>
)

const NoOrders = ({ query }: { query: ListQuery }) =>
  Object.keys(query).length === 0 ? (
    <Empty title="No orders yet">
      Orders appear here seconds after a channel sends them. Point a channel's webhook at /v1/webhooks/ and its account.
    </Empty>
  ) : (
    <Empty title="No order matches">
      Numbers match from their beginning. Try fewer characters, or <a href="/ops/orders">clear the filters</a>.
    </Empty>
  )

const OrderTable = ({ view }: { view: OrdersView }) => (
  <ItemTable
    look="list orders"
    opens
    items={view.page.rows}
    columns={columnsOf(view)}
    empty={<NoOrders query={view.query} />}
  />
)

const columnsOf = ({ config, nowMs }: OrdersView): readonly ItemColumn<OrderRow>[] => [
  { name: 'Order', cell: (row) => <Numbers row={row} /> },
  { name: 'Status', look: 'lead', cell: (row) => <Standing row={row} /> },
  { name: 'Channel', look: 'plain', cell: ({ account }) => accountName(config, account) },
  { name: 'Stage', look: 'spare', cell: ({ stage }) => <span class="soft">{stageName(stage)}</span> },
  { name: 'Next', look: 'plain', cell: ({ nextActor }) => <NextIcon actor={nextActor} /> },
  { name: 'Shipped', look: 'num', cell: (row) => <ShippedUnits row={row} /> },
  {
    name: 'Total',
    look: 'num plain',
    cell: ({ totalMinor, currency }) => <Money amountMinor={totalMinor} currency={currency} />,
  },
  { name: 'To', look: 'spare', cell: ({ shipToCountry }) => shipToCountry ?? <span class="faint">none</span> },
  { name: 'Captured', look: 'plain', cell: ({ capturedAtMs }) => <Time atMs={capturedAtMs} nowMs={nowMs} /> },
]

const Numbers = ({ row: { orderId, externalNumber, externalOrderId } }: { row: OrderRow }) => (
  <>
    <a data-open="" href={orderPath(orderId)}>
      {externalNumber ?? externalOrderId}
    </a>
    {externalNumber !== null && externalNumber !== externalOrderId && (
      <span class="faint mono id">{externalOrderId}</span>
    )}
  </>
)

/** Units that wait are said beside every status but the one that says so itself. */
const Standing = ({ row: { status, holds, unitsBackordered } }: { row: OrderRow }) => (
  <>
    <OrderStatusChip status={status} />
    {holds !== null && <span class="faint"> {words(holds.split(',').join(', '))}</span>}
    {unitsBackordered > 0 && status !== 'backordered' && <span class="warn-text"> {unitsBackordered} backordered</span>}
  </>
)

const ShippedUnits = ({ row: { unitsShipped, unitsOrdered } }: { row: OrderRow }) => (
  <>
    {unitsShipped}
    <span class="faint"> of {unitsOrdered}</span>
  </>
)

const NextIcon = ({ actor }: { actor: string }) => {
  const look = Object.hasOwn(actorLooks, actor) ? actorLooks[actor as NextActor] : (['question', actor] as const)
  return (
    <span class="with-icon soft">
      <Icon name={look[0]} />
      {look[1]}
    </span>
  )
}
