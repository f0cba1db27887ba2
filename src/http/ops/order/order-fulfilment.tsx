/** Where the units come from and how they travel: the plan, the releases to warehouses, the shipments. */
import type { FulfilmentOrder, OrderReservation, Shipment } from '../../../domain/order/order-state.ts'
import { Card, Empty } from '../design/card.tsx'
import { FulfilmentChip, ReservationChip, TrackingChip } from '../design/chip.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { Time } from '../design/time.tsx'
import { count } from '../design/words.ts'
import { accountName, locationName, type OrderView, orderPath } from './order-view.ts'

export const OrderPlan = ({ view }: { view: OrderView }) => {
  const { plan, reservations } = view.state
  return (
    <Card
      id="plan"
      title="Plan and stock"
      note={plan ? `attempt ${plan.attempt}` : undefined}
      right={plan === null ? undefined : <a href={`${orderPath(view.state.orderId)}/routing`}>Why there?</a>}
      live
    >
      {plan === null && reservations.length === 0 ? (
        <Empty title="No plan yet">Lines are assigned to locations once they are mapped and no hold is left.</Empty>
      ) : (
        <PlanTable view={view} />
      )}
    </Card>
  )
}

/** A claim, or units that no location has. */
type Planned = { readonly sku: string; readonly quantity: number; readonly claim: OrderReservation | null }

const PlanTable = ({ view: { state, config } }: { view: OrderView }) => {
  const skuOf = (id: string) => state.lines.find(({ lineId }) => lineId === id)?.sku ?? id
  const claims = state.reservations.map((claim): Planned => ({ sku: claim.sku, quantity: claim.quantity, claim }))
  const rest = state.plan?.unplanned ?? []
  const uncovered = rest.map(({ lineId, quantity }): Planned => ({ sku: skuOf(lineId), quantity, claim: null }))
  return <ItemTable look="" items={[...claims, ...uncovered]} columns={plannedColumns(config)} />
}

const plannedColumns = (config: OrderView['config']): readonly ItemColumn<Planned>[] => [
  { name: 'SKU', cell: ({ sku }) => <span class="mono">{sku}</span> },
  {
    name: 'Location',
    cell: ({ claim }) =>
      claim === null ? (
        <span class="faint">no location has them</span>
      ) : (
        <>
          {locationName(config, claim.location)} <span class="faint mono">{claim.location}</span>
        </>
      ),
  },
  { name: 'Units', look: 'num', cell: ({ quantity }) => quantity },
  {
    name: 'Stock',
    look: 'lead',
    cell: ({ claim }) =>
      claim === null ? <span class="faint">not covered</span> : <ReservationChip status={claim.status} />,
  },
]

export const OrderFulfilment = ({ view }: { view: OrderView }) => {
  const { fulfilmentOrders, shipments } = view.state
  return (
    <Card id="fulfilment" title="Fulfilment" note={count(shipments.length, 'shipment')} live>
      {fulfilmentOrders.length === 0 && (
        <Empty title="Nothing released yet">
          A warehouse is asked once stock is committed and the ERP has the order.
        </Empty>
      )}
      {fulfilmentOrders.map((release) => (
        <Release
          release={release}
          shipments={shipments.filter((shipment) => shipment.fulfilmentOrderId === release.fulfilmentOrderId)}
          view={view}
        />
      ))}
    </Card>
  )
}

type ReleaseProps = {
  readonly release: FulfilmentOrder
  readonly shipments: readonly Shipment[]
  readonly view: OrderView
}

const Release = ({ release, shipments, view }: ReleaseProps) => (
  <div class="case">
    <div class="top">
      <FulfilmentChip status={release.status} />
      <span class="strong">{locationName(view.config, release.location)}</span>
      <span class="mono faint">{shortId(release.fulfilmentOrderId)}</span>
      <span class="faint">{release.byHand ? 'shipped by hand' : accountName(view.config, release.account)}</span>
      {release.reference !== null && <span class="faint">their number {release.reference}</span>}
      <span class="right faint">
        {release.releasedAtMs === null ? 'not released' : <Time atMs={release.releasedAtMs} nowMs={view.nowMs} />}
      </span>
    </div>
    <p class="soft">{release.lines.map(unitsText).join('; ')}</p>
    {release.rejection !== null && <p class="wrap">Rejected: {release.rejection}</p>}
    {release.recallRefused !== null && <p class="wrap">Could not be called back: {release.recallRefused}</p>}
    {shipments.map((shipment) => (
      <Parcel shipment={shipment} nowMs={view.nowMs} />
    ))}
  </div>
)

const unitsText = (line: FulfilmentOrder['lines'][number]): string => {
  const cancelled = line.cancelled > 0 ? `, ${line.cancelled} cancelled` : ''
  return `${line.sku}: ${line.shipped} of ${line.quantity} shipped${cancelled}`
}

const Parcel = ({ shipment, nowMs }: { shipment: Shipment; nowMs: number }) => (
  <div class="top parcel">
    <TrackingChip status={shipment.tracking?.status ?? 'unknown'} />
    <span class="wrap">
      {[shipment.carrier, shipment.service].filter((part) => part !== null).join(' ') || 'Carrier not named'}
    </span>
    <Tracking shipment={shipment} />
    <span class="right faint">
      shipped <Time atMs={shipment.shippedAtMs} nowMs={nowMs} />
    </span>
  </div>
)

/** A partner wrote the address: only web addresses become links, and none learns where the click came from. */
const Tracking = ({ shipment: { trackingNumber, trackingUrl } }: { shipment: Shipment }) => {
  if (trackingNumber === null) return <span class="faint">no tracking number</span>
  const web = trackingUrl !== null && /^https?:\/\//i.test(trackingUrl) && URL.canParse(trackingUrl)
  if (!web) return <span class="mono wrap">{trackingNumber}</span>
  return (
    <a class="mono wrap" href={trackingUrl} rel="noopener noreferrer" target="_blank">
      {trackingNumber}
    </a>
  )
}

const shortId = (id: string): string => id.slice(id.lastIndexOf('/') + 1)
