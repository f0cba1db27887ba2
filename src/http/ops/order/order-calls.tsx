/** Every effect wanted at a partner, and how far the call has come. */
import type { Intent } from '../../../domain/outbox/intent.ts'
import { Card, Empty } from '../design/card.tsx'
import { IntentChip } from '../design/chip.tsx'
import { intentNames } from '../design/intent-names.ts'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { Time } from '../design/time.tsx'
import { count } from '../design/words.ts'
import { accountName, type OrderView } from './order-view.ts'

export const OrderCalls = ({ view }: { view: OrderView }) => (
  <Card id="calls" title="Partner calls" note={count(view.state.intents.length, 'call')} live>
    <ItemTable
      look=""
      items={view.state.intents}
      columns={columnsOf(view)}
      empty={<Empty title="No partner has been called yet" />}
    />
  </Card>
)

const isOpen = (intent: Intent): boolean => intent.status === 'pending' || intent.status === 'unknown'

const columnsOf = ({ config, nowMs }: OrderView): readonly ItemColumn<Intent>[] => [
  { name: 'Effect', look: 'third clip', cell: (intent) => <Effect intent={intent} /> },
  { name: 'Partner', look: 'nowrap', cell: ({ account }) => accountName(config, account) },
  { name: 'State', look: 'lead', cell: ({ status }) => <IntentChip status={status} /> },
  { name: 'Attempts', look: 'num', cell: ({ attempts }) => attempts },
  {
    name: 'Their number',
    look: 'nowrap',
    cell: ({ reference }) =>
      reference === null ? <span class="faint">none yet</span> : <span class="mono">{reference}</span>,
  },
  {
    name: 'Since',
    cell: (intent) => (
      <>
        <Time atMs={intent.createdAtMs} nowMs={nowMs} />
        {isOpen(intent) && intent.notBeforeMs > nowMs && (
          <div class="faint">
            next <Time atMs={intent.notBeforeMs} nowMs={nowMs} />
          </div>
        )}
      </>
    ),
  },
]

const Effect = ({ intent: { kind, externalId, lastError, status } }: { intent: Intent }) => (
  <>
    {intentNames[kind]}
    <div class="faint mono clip-line" title={`Our id at the partner: ${externalId}`}>
      {externalId}
    </div>
    {lastError !== null && status !== 'settled' && <div class="soft wrap">Last answer: {lastError}</div>}
  </>
)
