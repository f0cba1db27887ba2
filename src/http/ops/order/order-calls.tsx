/** Every effect wanted at a partner, and how far the call has come. */
import type { Intent } from '../../../domain/outbox/intent.ts'
import { Card, Empty } from '../design/card.tsx'
import { IntentChip } from '../design/chip.tsx'
import { intentNames } from '../design/intent-names.ts'
import { num, Table } from '../design/table.tsx'
import { Time } from '../design/time.tsx'
import { count } from '../design/words.ts'
import { accountName, type OrderView } from './order-view.ts'

export const OrderCalls = ({ view }: { view: OrderView }) => (
  <Card id="calls" title="Partner calls" note={count(view.state.intents.length, 'call')} live>
    <Table
      columns={[['Effect', 'third'], 'Partner', 'State', num('Attempts'), 'Their number', 'Since']}
      rows={view.state.intents.map((intent) => <CallRow intent={intent} view={view} />)}
      empty={<Empty title="No partner has been called yet" />}
    />
  </Card>
)

const isOpen = (intent: Intent): boolean => intent.status === 'pending' || intent.status === 'unknown'

const CallRow = ({ intent, view }: { intent: Intent; view: OrderView }) => (
  <>
    <tr>
      <th scope="row" class="clip">
        {intentNames[intent.kind]}
        <div class="faint mono clip-line" title={`Our id at the partner: ${intent.externalId}`}>
          {intent.externalId}
        </div>
      </th>
      <td class="nowrap">{accountName(view.config, intent.account)}</td>
      <td>
        <IntentChip status={intent.status} />
      </td>
      <td class="num">{intent.attempts}</td>
      <td class="mono nowrap">{intent.reference ?? <span class="faint">none yet</span>}</td>
      <td>
        <Time atMs={intent.createdAtMs} nowMs={view.nowMs} />
        {isOpen(intent) && intent.notBeforeMs > view.nowMs && (
          <div class="faint">
            next <Time atMs={intent.notBeforeMs} nowMs={view.nowMs} />
          </div>
        )}
      </td>
    </tr>
    {intent.lastError !== null && intent.status !== 'settled' && (
      <tr class="detail">
        <td colspan={6} class="wrap soft">
          Last answer: {intent.lastError}
        </td>
      </tr>
    )}
  </>
)
