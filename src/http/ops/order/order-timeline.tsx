/** What happened, newest first: each event with its time, its cause, and the thread that ties it to a delivery. */
import type { LogEntry } from '../../../domain/order/order-command.ts'
import type { Cause } from '../../../domain/shared/cause.ts'
import { Card, Empty } from '../design/card.tsx'
import { Time } from '../design/time.tsx'
import { describeEvent } from './describe-event.ts'
import { deliveryPath, type OrderView, orderPath } from './order-view.ts'

export const OrderTimeline = ({ view }: { view: OrderView }) => (
  <Card
    id="timeline"
    title="Timeline"
    note={
      <>
        version {view.state.version}, correlation <span class="mono">{view.state.correlationId}</span>
      </>
    }
    live
  >
    {view.entries.length === 0 ? (
      <Empty title="No events" />
    ) : (
      <ol class="timeline">
        {[...view.entries].reverse().map((entry) => (
          <Entry entry={entry} thread={view.state.correlationId} nowMs={view.nowMs} />
        ))}
      </ol>
    )}
    {view.earlierEntries > 0 && (
      <p class="pager">
        <a href={`${orderPath(view.state.orderId)}?events=all`}>{view.earlierEntries} earlier events</a>
      </p>
    )}
  </Card>
)

/** The order's own thread is in the card's head; another one is named where it comes in. */
const Entry = ({ entry, thread, nowMs }: { entry: LogEntry; thread: string; nowMs: number }) => {
  const { tone, text } = describeEvent(entry)
  return (
    <li>
      <span class={`pin tone-${tone}`} />
      <span class="wrap">{text}</span>
      <Time atMs={entry.atMs} nowMs={nowMs} />
      <span class="why">
        <Why cause={entry.cause} />
        {entry.cause.correlationId !== thread && <span title="Correlation id"> · {entry.cause.correlationId}</span>}
      </span>
    </li>
  )
}

const causeWords = {
  delivery: 'delivery',
  api: 'API key',
  saga: 'saga',
  timer: 'timer',
  partner: 'call',
  operator: 'operator',
} as const satisfies Record<Cause['kind'], string>

const Why = ({ cause }: { cause: Cause }) => (
  <>
    {causeWords[cause.kind] ?? cause.kind}{' '}
    {cause.kind === 'delivery' ? <a href={deliveryPath(cause.id)}>{cause.id}</a> : cause.id}
  </>
)
