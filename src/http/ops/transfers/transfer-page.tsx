/** One transfer: how far each SKU has come, what was reported, what its positions have yet to be told. */
import type { AuditRow } from '../../../db/rows.ts'
import type { Config } from '../../../domain/config/config.ts'
import { inTransit, overOf, type Transfer, type TransferLine, totalOf } from '../../../domain/transfer/transfer.ts'
import { Card, Empty, Notice } from '../design/card.tsx'
import { TransferChip } from '../design/chip.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { Due, Time } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import { locationName } from '../order/order-view.ts'
import type { SortingOf } from '../sorting.ts'
import { skuPath } from '../stock/stock-page.tsx'
import { LostUnits } from './transfers-page.tsx'

export type TransferView = {
  readonly transfer: Transfer
  /** The oldest entries of its log, as they were published. */
  readonly history: readonly AuditRow[]
  readonly config: Config
  readonly sorting: SortingOf
  readonly nowMs: number
}

export const TransferPage = ({ view }: { view: TransferView }) => (
  <>
    <div class="page-head">
      <h1 class="mono">{view.transfer.transferId}</h1>
      <span id="chips" class="chips" data-live="">
        <TransferChip status={view.transfer.status} />
      </span>
      <span class="sub">
        {locationName(view.config, view.transfer.from)} to {locationName(view.config, view.transfer.to)}
      </span>
      <div class="right">
        <a href="/ops/transfers">All transfers</a>
      </div>
    </div>
    <Lost view={view} />
    <Facts view={view} />
    <Lines view={view} />
    <History view={view} />
  </>
)

const Lost = ({ view: { transfer, config } }: { view: TransferView }) => {
  const lost = totalOf(transfer, ({ writtenOff }) => writtenOff)
  if (lost === 0) return null
  return (
    <Notice tone="warn">
      {count(lost, 'unit')} left {locationName(config, transfer.from)} and never came to{' '}
      {locationName(config, transfer.to)}. What turns up later is a receipt at the place where it is found.
    </Notice>
  )
}

const Facts = ({ view: { transfer, nowMs } }: { view: TransferView }) => {
  const { status, dueAtMs, requestedAtMs, shipments, receipts, pending } = transfer
  const isMoving = status === 'requested' || status === 'reserved' || status === 'in_transit'
  return (
    <Card id="facts" title="Standing" live>
      <dl class="facts body">
        <dt>Due</dt>
        <dd>{isMoving ? <Due dueAtMs={dueAtMs} nowMs={nowMs} /> : <Time atMs={dueAtMs} nowMs={nowMs} />}</dd>
        <dt>Requested</dt>
        <dd>
          <Time atMs={requestedAtMs} nowMs={nowMs} />
        </dd>
        <dt>Shipments</dt>
        <dd class="mono wrap">{shipments.map(({ id }) => id).join(', ') || 'none'}</dd>
        <dt>Receipts</dt>
        <dd class="mono wrap">{receipts.map(({ id }) => id).join(', ') || 'none'}</dd>
        <dt>Booked at both ends</dt>
        <dd>{pending.length === 0 ? 'All of it' : `${count(pending.length, 'booking')} on the way`}</dd>
      </dl>
    </Card>
  )
}

const Lines = ({ view: { transfer, sorting } }: { view: TransferView }) => (
  <Card id="lines" title="By SKU" note={`${count(transfer.lines.length, 'SKU')}, base units`} live>
    <ItemTable items={transfer.lines} columns={lineColumns} sorting={sorting('lines')} />
  </Card>
)

const units = (name: string, of: (line: TransferLine) => number): ItemColumn<TransferLine> => ({
  ...{ name, look: 'num', sortBy: of, cell: (line) => of(line).toLocaleString('en-US') },
})

const lineColumns: readonly ItemColumn<TransferLine>[] = [
  {
    name: 'SKU',
    sortBy: ({ sku }) => sku,
    cell: ({ sku }) => (
      <a class="mono" href={skuPath(sku)}>
        {sku}
      </a>
    ),
  },
  units('Requested', ({ requested }) => requested),
  units('Reserved', ({ reserved }) => reserved),
  units('Shipped', ({ shipped }) => shipped),
  units('In transit', inTransit),
  units('Received', ({ received }) => received),
  units('Over', overOf),
  { ...units('Lost', ({ writtenOff }) => writtenOff), cell: ({ writtenOff }) => <LostUnits units={writtenOff} /> },
  {
    name: 'Remark',
    cell: ({ available }) => available !== null && <span class="warn-text">refused: {available} were available</span>,
  },
]

const spoken: Readonly<Record<string, string>> = {
  line_reserved: 'Units claimed',
  line_refused: 'Too few units to claim',
  effect_done: 'Booked at its position',
  lots_left_out: 'Booked without its lots: the position keeps no more',
}
const whatHappened = (type: string) => spoken[type] ?? words(type)

const History = ({ view: { history, nowMs } }: { view: TransferView }) => (
  <Card id="history" title="What happened" note={count(history.length, 'event')} live>
    <ItemTable
      items={history.toReversed()}
      columns={historyColumns(nowMs)}
      empty={<Empty title="Nothing is published yet">What happened seconds ago may not be listed yet.</Empty>}
    />
  </Card>
)

const historyColumns = (nowMs: number): readonly ItemColumn<AuditRow>[] => [
  { name: 'When', cell: ({ atMs }) => <Time atMs={atMs} nowMs={nowMs} /> },
  { name: 'What', look: 'plain', cell: ({ type }) => whatHappened(type) },
  { name: 'Of', look: 'wrap', cell: ({ subject }) => subject && <span class="mono">{subject}</span> },
  {
    name: 'By',
    look: 'wrap',
    cell: ({ causeKind, causeId }) =>
      causeKind === 'saga' ? (
        'Crossdock itself'
      ) : (
        <>
          {words(causeKind)} <span class="faint mono">{causeId}</span>
        </>
      ),
  },
]
