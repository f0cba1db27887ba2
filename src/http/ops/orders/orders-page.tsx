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
import { FilterSelect, Filters, FilterText, Pager } from '../design/list-controls.tsx'
import { Money } from '../design/money.tsx'
import { orderStatusLooks } from '../design/status-looks.ts'
import { num, Table } from '../design/table.tsx'
import { Time } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import type { ListQuery } from '../list-query.ts'
import { actorLooks } from '../order/order-header.tsx'
import { accountName, deliveryPath, orderPath } from '../order/order-view.ts'
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
  <Table
    look="list orders"
    columns={['Order', 'Status', 'Channel', 'Stage', 'Next', num('Shipped'), num('Total'), 'To', 'Captured']}
    rows={view.page.rows.map((row) => <OrderListRow row={row} view={view} />)}
    empty={<NoOrders query={view.query} />}
  />
)

const OrderListRow = ({ row, view }: { row: OrderRow; view: OrdersView }) => (
  <tr data-row="">
    <th scope="row">
      <a data-open="" href={orderPath(row.orderId)}>
        {row.externalNumber ?? row.externalOrderId}
      </a>
      {row.externalNumber !== null && row.externalNumber !== row.externalOrderId && (
        <span class="faint mono id">{row.externalOrderId}</span>
      )}
    </th>
    <td>
      <OrderStatusChip status={row.status} />
      {row.holds !== null && <span class="faint"> {words(row.holds.split(',').join(', '))}</span>}
    </td>
    <td>{accountName(view.config, row.account)}</td>
    <td>
      <span class="soft">{stageName(row.stage)}</span>
    </td>
    <td>
      <NextIcon actor={row.nextActor} />
    </td>
    <td class="num">
      {row.unitsShipped}
      <span class="faint"> of {row.unitsOrdered}</span>
    </td>
    <td class="num">
      <Money amountMinor={row.totalMinor} currency={row.currency} />
    </td>
    <td>{row.shipToCountry ?? <span class="faint">none</span>}</td>
    <td>
      <Time atMs={row.capturedAtMs} nowMs={view.nowMs} />
    </td>
  </tr>
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
