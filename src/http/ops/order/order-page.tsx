/** One order, from its next action down to the raw message it came as. */

import { statusOf } from '../../../domain/order/order-status.ts'
import { OrderStatusChip } from '../design/chip.tsx'
import { NoticeOf } from '../design/notices.tsx'
import { OrderActions } from './order-actions.tsx'
import { OrderCalls } from './order-calls.tsx'
import { OrderCases } from './order-cases.tsx'
import { OrderFulfilment, OrderPlan } from './order-fulfilment.tsx'
import { OrderTop } from './order-header.tsx'
import { OrderLineage } from './order-lineage.tsx'
import { OrderLines } from './order-lines.tsx'
import { OrderPayloads } from './order-payloads.tsx'
import { OrderTimeline } from './order-timeline.tsx'
import { accountName, type OrderView } from './order-view.ts'

/** What stops an order comes before everything that is to be said of it otherwise. */
const needsSomebody = ({ state: { holds, exceptions } }: OrderView): boolean =>
  holds.some(({ releasedAtMs }) => releasedAtMs === null) ||
  exceptions.some(({ resolvedAtMs }) => resolvedAtMs === null)

export const OrderPage = ({ view, notice }: { view: OrderView; notice: string | undefined }) => (
  <>
    <div class="page-head">
      <h1>{view.state.order.externalNumber ?? view.state.order.externalOrderId}</h1>
      <span id="chips" class="chips" data-live="">
        <OrderStatusChip status={statusOf(view.state)} />
      </span>
      <span class="sub">
        {accountName(view.config, view.state.order.account)} <span class="mono">{view.state.orderId}</span>
      </span>
      <OrderActions view={view} />
    </div>
    <NoticeOf code={notice} />
    <OrderTop view={view} />
    {needsSomebody(view) && <OrderCases view={view} />}
    <div class="cols order">
      <div class="stack">
        <OrderLines view={view} />
        <OrderFulfilment view={view} />
        <OrderPlan view={view} />
        <OrderCalls view={view} />
        <OrderLineage view={view} />
      </div>
      <div class="stack">
        {!needsSomebody(view) && <OrderCases view={view} />}
        <OrderTimeline view={view} />
      </div>
    </div>
    <OrderPayloads view={view} />
  </>
)
