/** What happened, newest first: each event with its time, its cause, and the thread that ties it to a delivery. */
import type { LogEntry } from '../../../domain/order/order-command.ts'
import type { OrderEventType } from '../../../domain/order/order-event.ts'
import type { Cause } from '../../../domain/shared/cause.ts'
import { Card } from '../design/card.tsx'
import { intentNames } from '../design/intent-names.ts'
import { Time } from '../design/time.tsx'
import { count } from '../design/words.ts'
import { describeEvent } from './describe-event.ts'
import { deliveryPath, locationName, type OrderView, orderPath } from './order-view.ts'

/** Bookkeeping between the milestones: left out at first, one click away. */
const bookkeeping: ReadonlySet<string> = new Set<OrderEventType>([
  'intent_opened',
  'intent_begun',
  'intent_deferred',
  'stock_effect_done',
  'holds_extended',
  'waiting_registered',
  'waiting_ended',
  'validation_deferred',
])

export const OrderTimeline = ({ view }: { view: OrderView }) => {
  const shown = view.allEvents ? view.entries : view.entries.filter((entry) => !bookkeeping.has(entry.type))
  const hidden = view.state.version - shown.length
  return (
    <Card id="timeline" title="Timeline" note={count(view.state.version, 'event')} live>
      <ol class="timeline">
        {[...shown].reverse().map((entry) => (
          <Entry entry={entry} view={view} />
        ))}
      </ol>
      {hidden > 0 && (
        <p class="pager">
          {view.allEvents ? (
            `${count(hidden, 'earlier event')} in the audit log`
          ) : (
            <a href={`${orderPath(view.state.orderId)}?events=all#timeline`}>Show {count(hidden, 'more event')}</a>
          )}
        </p>
      )}
    </Card>
  )
}

/** The order's own thread is in its lineage, a delivery's on the delivery's page; any other is named here. */
const Entry = ({ entry, view: { state, config, nowMs } }: { entry: LogEntry; view: OrderView }) => {
  const { tone, text } = describeEvent(entry, (id) => locationName(config, id))
  // Logs and partners know locations by their ids: the same sentence with those is on hover.
  const byIds = describeEvent(entry).text
  return (
    <li>
      <span class={`pin tone-${tone}`} />
      <span class="wrap" title={byIds === text ? undefined : byIds}>
        {text}
      </span>
      <Time atMs={entry.atMs} nowMs={nowMs} />
      <span class="why">
        <Why cause={entry.cause} />
        {entry.cause.kind !== 'delivery' && entry.cause.correlationId !== state.correlationId && (
          <span title="Correlation id"> · {entry.cause.correlationId}</span>
        )}
      </span>
    </li>
  )
}

const causeWords = {
  delivery: 'delivery',
  api: 'API key',
  saga: 'Crossdock itself',
  timer: 'its timer',
  partner: 'partner',
  operator: 'operator',
} as const satisfies Record<Cause['kind'], string>

/** What only the code calls something is shown on hover: a step of the saga, a timer, the id of a call. */
const Why = ({ cause: { kind, id } }: { cause: Cause }) => {
  const word = causeWords[kind] ?? kind
  if (kind === 'saga' || kind === 'timer') return <span title={id}>{word}</span>
  if (kind === 'partner') return <span title={id}>{callName(id)}</span>
  return (
    <>
      {word} {kind === 'delivery' ? <a href={deliveryPath(id)}>{id}</a> : id}
    </>
  )
}

/** Ids of calls begin with what is wanted: `erp_record_shipment/S1`. */
function callName(id: string): string {
  const [kind = '', of = ''] = id.split('/')
  const name = Object.hasOwn(intentNames, kind) ? intentNames[kind as keyof typeof intentNames] : null
  return name === null ? `partner ${id}` : `call: ${name.toLowerCase()}${/^\d*$/.test(of) ? '' : ` ${of}`}`
}
