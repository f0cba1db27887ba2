/** The chain of numbers: from the message that brought the order to the parcels that left. */
import type { Child } from 'hono/jsx'
import type { LineageChain } from '../../../domain/lineage/lineage.ts'
import { Card, Empty } from '../design/card.tsx'
import { deliveryPath, type OrderView } from './order-view.ts'

const deliveriesShown = 8

export const OrderLineage = ({ view }: { view: OrderView }) => (
  <Card id="lineage" title="Lineage" live>
    {view.chain === null ? (
      <Empty title="Not indexed yet">The chain appears within a few seconds of the order.</Empty>
    ) : (
      <Chain chain={view.chain} orderId={view.state.orderId} thread={view.state.correlationId} />
    )}
  </Card>
)

type ChainProps = { readonly chain: LineageChain; readonly orderId: string; readonly thread: string }

const Chain = ({ chain, orderId, thread }: ChainProps) => (
  <ol class="chain body">
    <Link kind="Deliveries" ids={deliveryLinks(chain, orderId)} />
    <Link kind="Order" ids={[orderId, ...plain(chain.order?.externalNumber)]} />
    <Link kind="Reservations" ids={[...new Set(chain.reservations.map((entry) => entry.reservationId))]} />
    <Link kind="ERP order" ids={plain(chain.order?.erpReference)} />
    <Link
      kind="Fulfilment"
      ids={chain.fulfilmentOrders.flatMap((entry) => [entry.fulfilmentOrderId, ...plain(entry.reference)])}
    />
    <Link kind="Tracking" ids={chain.shipments.flatMap((entry) => plain(entry.trackingNumber))} />
    <Link kind="Correlation" ids={[thread]} />
    <Link kind="Refunds" ids={chain.refunds.map((entry) => entry.externalRefundId)} />
  </ol>
)

const plain = (value: string | null | undefined): string[] => (value ? [value] : [])

function deliveryLinks(chain: LineageChain, orderId: string): Child[] {
  const links = chain.deliveries.slice(0, deliveriesShown).map((entry) => (
    <a href={deliveryPath(entry.deliveryId)} title={`${entry.topic}, ${entry.status}`}>
      {entry.deliveryId}
    </a>
  ))
  const rest = chain.deliveries.length - deliveriesShown
  if (rest <= 0) return links
  return [...links, <a href={`/ops/deliveries?q=${encodeURIComponent(orderId)}`}>and {rest} more</a>]
}

const Link = ({ kind, ids }: { kind: string; ids: readonly Child[] }) => (
  <li>
    <span class="kind">{kind}</span>
    <span class="ids mono">
      {ids.length === 0 ? <span class="faint">none</span> : ids.map((id) => <span>{id}</span>)}
    </span>
  </li>
)
