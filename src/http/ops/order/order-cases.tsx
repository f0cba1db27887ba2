/** What stops the order or needs a person: holds and exceptions, each with what to do about it. */
import type { ExceptionRow } from '../../../db/rows.ts'
import type { OrderException } from '../../../domain/exceptions/order-exception.ts'
import type { Hold } from '../../../domain/order/order-state.ts'
import { Card, Empty } from '../design/card.tsx'
import { Chip } from '../design/chip.tsx'
import { Money } from '../design/money.tsx'
import { Confirm } from '../design/post-form.tsx'
import { Due, Time } from '../design/time.tsx'
import { words } from '../design/words.ts'
import { type OrderView, orderPath } from './order-view.ts'

export const OrderCases = ({ view }: { view: OrderView }) => {
  const { holds, exceptions } = view.state
  const openFirst = [...exceptions].sort((a, b) => Number(a.resolvedAtMs !== null) - Number(b.resolvedAtMs !== null))
  return (
    <Card id="cases" title="Holds and exceptions" live>
      {holds.map((hold) => (
        <HoldCase hold={hold} view={view} />
      ))}
      {openFirst.map((entry) => (
        <ExceptionCase entry={entry} row={rowOf(view.cases, entry)} view={view} />
      ))}
      {holds.length + exceptions.length === 0 && <Empty title="Nothing stands in the way" />}
    </Card>
  )
}

/** D1 names a case by its source as well, so that it is unique over all orders. */
const rowOf = (rows: readonly ExceptionRow[], entry: OrderException): ExceptionRow | undefined =>
  rows.find((row) => row.exceptionId === entry.exceptionId || row.exceptionId.endsWith(`/${entry.exceptionId}`))

const HoldCase = ({ hold, view }: { hold: Hold; view: OrderView }) => {
  const active = hold.releasedAtMs === null
  return (
    <div class={active ? 'case' : 'case done'}>
      <div class="top">
        <Chip
          tone={active ? 'warn' : 'neutral'}
          icon={active ? 'pause' : 'check'}
          text={active ? 'On hold' : 'Released'}
        />
        <span class="strong">{words(hold.kind)}</span>
        <span class="right faint">
          <Time atMs={hold.releasedAtMs ?? hold.placedAtMs} nowMs={view.nowMs} />
        </span>
      </div>
      <p class="wrap">{hold.reason}</p>
      <p class="faint">
        {hold.placedBy === 'system'
          ? 'Placed by the system, which lifts it once its cause is gone.'
          : 'Placed by a person.'}
      </p>
      {active && <ReleaseHold hold={hold} view={view} />}
    </div>
  )
}

const ReleaseHold = ({ hold, view }: { hold: Hold; view: OrderView }) => (
  <div class="actions">
    <Confirm
      id={`release-${view.state.holds.indexOf(hold)}`}
      open="Release…"
      title="Release this hold"
      action={`${orderPath(view.state.orderId)}/release-hold`}
      token={view.formToken}
      confirm="Release hold"
      small
    >
      <input type="hidden" name="command" value={view.commandId} data-volatile="" />
      <input type="hidden" name="hold" value={hold.holdId} />
      <p>The order goes on from where it stood.</p>
      <p class="soft wrap">{hold.reason}</p>
    </Confirm>
  </div>
)

type CaseProps = { readonly entry: OrderException; readonly row: ExceptionRow | undefined; readonly view: OrderView }

const ExceptionCase = ({ entry, row, view }: CaseProps) => {
  const open = entry.resolvedAtMs === null
  return (
    <div class={open ? 'case' : 'case done'}>
      <div class="top">
        <Chip tone={open ? 'bad' : 'neutral'} icon={open ? 'triangle' : 'check'} text={open ? 'Open' : 'Resolved'} />
        <span class="strong">{words(entry.category)}</span>
        <span class="right faint">
          <Time atMs={entry.resolvedAtMs ?? entry.openedAtMs} nowMs={view.nowMs} />
        </span>
      </div>
      <p class="wrap">{entry.message}</p>
      {open && <p class="soft wrap">{entry.remediation}</p>}
      {open && <Stakes entry={entry} row={row} view={view} />}
    </div>
  )
}

/** Whose it is, until when, and what it may cost. */
const Stakes = ({ entry, row, view }: CaseProps) => (
  <div class="top faint">
    {row && (
      <span>
        {words(row.team)}, {row.dueAtMs >= view.nowMs && 'due '}
        <Due dueAtMs={row.dueAtMs} nowMs={view.nowMs} />
      </span>
    )}
    {entry.moneyAtRiskMinor > 0 && (
      <span class="right">
        <Money amountMinor={entry.moneyAtRiskMinor} currency={view.state.order.currency} /> at risk
      </span>
    )}
  </div>
)
