/** The top of the page: who owns the next action and why, the money, where it goes, how far it has come. */
import type { Address, CanonicalOrder } from '../../../domain/order/canonical-order.ts'
import type { OrderStage, OrderState } from '../../../domain/order/order-state.ts'
import type { NextActor } from '../../../domain/order/order-status.ts'
import { Chip } from '../design/chip.tsx'
import { Icon, type IconName } from '../design/icon.tsx'
import { Money } from '../design/money.tsx'
import { Time } from '../design/time.tsx'
import { words } from '../design/words.ts'
import { nextStepOf } from './next-step.ts'
import { accountName, type OrderView, orderPath } from './order-view.ts'

export const actorLooks = {
  crossdock: ['bolt', 'Crossdock'],
  channel: ['store', 'Channel'],
  erp: ['building', 'ERP'],
  warehouse: ['warehouse', 'Warehouse'],
  carrier: ['truck', 'Carrier'],
  operations: ['person', 'Operations'],
  supplier: ['box', 'Supplier'],
  nobody: ['check', 'Nobody'],
} as const satisfies Record<NextActor, readonly [IconName, string]>

export const OrderTop = ({ view }: { view: OrderView }) => (
  <section class="card" id="summary" aria-label="Summary" data-live="">
    <div class="order-top">
      <NextAction view={view} />
      <Totals order={view.state.order} />
      <ShipTo view={view} />
      <Placed view={view} />
    </div>
    <Steps state={view.state} />
  </section>
)

const NextAction = ({ view }: { view: OrderView }) => {
  const next = nextStepOf(view.state, view.nowMs)
  const [icon, name] = actorLooks[next.actor]
  return (
    <div class="next">
      <Icon name={icon} />
      <div>
        <h2>Next action belongs to</h2>
        <p class="who">{name}</p>
        <p class="soft wrap">{next.why}</p>
      </div>
    </div>
  )
}

const Totals = ({ order }: { order: CanonicalOrder }) => (
  <div>
    <h2>Total</h2>
    <p class="big">
      <Money amountMinor={order.totals.totalMinor} currency={order.currency} />
    </p>
    <p class="soft">
      {words(order.payment)}
      {order.presentment !== null && (
        <>
          {', buyer saw '}
          <Money amountMinor={order.presentment.totalMinor} currency={order.presentment.currency} />
        </>
      )}
    </p>
    <p class="faint">
      tax <Money amountMinor={order.totals.taxMinor} currency={order.currency} />
      {order.taxesIncluded ? ' included' : ''}
    </p>
  </div>
)

const ShipTo = ({ view }: { view: OrderView }) => (
  <div>
    <h2>Ship to</h2>
    {view.state.order.shipTo === null ? (
      <p class="soft">No address</p>
    ) : (
      <>
        <AddressText address={view.state.order.shipTo} shown={view.personalShown} />
        <RevealLink view={view} />
      </>
    )}
  </div>
)

const AddressText = ({ address, shown }: { address: Address; shown: boolean }) => {
  const { name, company, line1, line2, city, region, postalCode, country } = address
  const joined = (parts: readonly (string | null)[], by: string) => parts.filter((part) => part !== null).join(by)
  if (!shown) return <p class="wrap">{joined([region, country], ', ') || 'Country withheld'}</p>
  return (
    <>
      <p class="wrap">{joined([name, company, line1, line2], ', ')}</p>
      <p class="soft wrap">{joined([city, region, postalCode, country], ' ')}</p>
    </>
  )
}

export const RevealLink = ({ view }: { view: OrderView }) => (
  <a
    class="reveal"
    href={view.personalShown ? orderPath(view.state.orderId) : `${orderPath(view.state.orderId)}?personal=shown`}
    data-reveal=""
  >
    {view.personalShown ? 'Hide personal data' : 'Show personal data'}
  </a>
)

const Placed = ({ view: { state, nowMs, config } }: { view: OrderView }) => (
  <div>
    <h2>Placed</h2>
    <p>
      <Time atMs={state.order.placedAtMs} nowMs={nowMs} /> on {accountName(config, state.order.account)}
    </p>
    <p class="soft">
      captured <Time atMs={state.capturedAtMs} nowMs={nowMs} />
    </p>
    <p class="soft">
      changed <Time atMs={state.updatedAtMs} nowMs={nowMs} />
    </p>
  </div>
)

const path: readonly (readonly [OrderStage, string])[] = [
  ['captured', 'Captured'],
  ['validated', 'Validated'],
  ['planned', 'Planned'],
  ['reserved', 'Reserved'],
  ['posted', 'In ERP'],
  ['released', 'Released'],
  ['closed', 'Closed'],
]

/** How far along the path the stage is; a cancelled order shows no path of its own. */
const Steps = ({ state }: { state: OrderState }) => {
  if (state.stage === 'cancelled') {
    return (
      <div class="steps">
        <Chip
          tone="neutral"
          icon="x"
          text={state.cancellation?.reason ? `Cancelled: ${state.cancellation.reason}` : 'Cancelled'}
        />
      </div>
    )
  }
  const reached = path.findIndex(([stage]) => stage === state.stage)
  return (
    <ol class="steps" aria-label="Stages">
      {path.map(([stage, name], index) => (
        <Step
          name={name}
          done={index < reached || state.stage === 'closed'}
          now={stage === state.stage && stage !== 'closed'}
        />
      ))}
    </ol>
  )
}

const Step = ({ name, done, now }: { name: string; done: boolean; now: boolean }) => (
  <li class={done ? 'done' : now ? 'now' : undefined} aria-current={now ? 'step' : undefined}>
    <span class="mark">{done && <Icon name="check" />}</span>
    {name}
  </li>
)
