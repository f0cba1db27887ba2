/** The list of inbound messages and what became of each. */
import type { Page } from '../../../db/page.ts'
import type { DeliveryRow } from '../../../db/rows.ts'
import type { Config } from '../../../domain/config/config.ts'
import { Card, Empty } from '../design/card.tsx'
import { DeliveryChip, deliveryLooks } from '../design/chip.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { FilterSelect, Filters, FilterText, Pager } from '../design/list-controls.tsx'
import { Time } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import type { ListQuery } from '../list-query.ts'
import { accountName, deliveryPath } from '../order/order-view.ts'
import { windowOptions } from '../time-window.ts'

export type DeliveriesView = {
  readonly page: Page<DeliveryRow>
  readonly query: ListQuery
  readonly firstPage: boolean
  readonly config: Config
  readonly nowMs: number
}

export const DeliveriesPage = ({ view }: { view: DeliveriesView }) => (
  <>
    <div class="page-head">
      <h1>Deliveries</h1>
    </div>
    <Filters action="/ops/deliveries" query={view.query}>
      <FilterText name="q" label="Number" hint="Delivery, correlation or order id" query={view.query} />
      <FilterSelect
        name="account"
        label="Account"
        any="All accounts"
        query={view.query}
        options={view.config.accounts.map((account) => ({ value: account.id, name: account.name || account.id }))}
      />
      <FilterSelect
        name="status"
        label="Outcome"
        any="Any outcome"
        query={view.query}
        options={Object.entries(deliveryLooks).map(([value, look]) => ({ value, name: look[2] }))}
      />
      <FilterSelect name="received" label="Received" any="Any time" query={view.query} options={windowOptions} />
      <FilterText name="topic" label="Topic" hint="Exactly, such as orders/create" query={view.query} />
    </Filters>
    <Card
      id="list"
      title="Newest first"
      note={`${count(view.page.rows.length, 'delivery', 'deliveries')} on this page`}
      live
    >
      <DeliveryTable view={view} />
      <Pager path="/ops/deliveries" query={view.query} first={view.firstPage} nextCursor={view.page.nextCursor} />
    </Card>
  </>
)

const NoDeliveries = ({ query }: { query: ListQuery }) =>
  Object.keys(query).length === 0 ? (
    <Empty title="No deliveries yet">
      Every message that passes its signature check is listed here, whatever became of it.
    </Empty>
  ) : (
    <Empty title="No delivery matches">
      {(query.q ?? query.topic) !== undefined && 'Numbers and topics must be whole here. '}
      <a href="/ops/deliveries">Clear the filters</a> to see all.
    </Empty>
  )

const DeliveryTable = ({ view }: { view: DeliveriesView }) => (
  <ItemTable opens items={view.page.rows} columns={columnsOf(view)} empty={<NoDeliveries query={view.query} />} />
)

const columnsOf = ({ config, nowMs }: DeliveriesView): readonly ItemColumn<DeliveryRow>[] => [
  {
    name: 'Delivery',
    cell: ({ deliveryId }) => (
      <a data-open="" class="mono" href={deliveryPath(deliveryId)}>
        {deliveryId}
      </a>
    ),
  },
  { name: 'Account', look: 'plain', cell: ({ account }) => accountName(config, account) },
  { name: 'Topic', look: 'plain', cell: ({ topic }) => <span class="mono">{topic}</span> },
  { name: 'Outcome', look: 'lead', cell: ({ status }) => <DeliveryChip status={status} /> },
  { name: 'Why', look: 'clip soft third', cell: (row) => (row.reason ?? row.message) && <Why row={row} /> },
  { name: 'Attempts', look: 'num', cell: ({ attempts }) => attempts },
  { name: 'Received', look: 'plain', cell: ({ receivedAtMs }) => <Time atMs={receivedAtMs} nowMs={nowMs} /> },
]

const Why = ({ row: { reason, message } }: { row: DeliveryRow }) => (
  <span title={message ?? undefined}>
    {reason === null ? '' : words(reason)}
    {message !== null && <span class="faint"> {message}</span>}
  </span>
)
