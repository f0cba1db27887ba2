/** A status as people read it: tone, icon and words together, so that colour never carries meaning alone. */
import type { DeliveryStatus } from '../../../domain/inbox/delivery.ts'
import type {
  FulfilmentOrderStatus,
  OrderReservation,
  OrderStage,
  TrackingStatus,
} from '../../../domain/order/order-state.ts'
import type { IntentStatus } from '../../../domain/outbox/intent.ts'
import type { TransferStatus } from '../../../domain/transfer/transfer.ts'
import { Icon, type IconName } from './icon.tsx'
import { orderStatusLooks } from './status-looks.ts'

export type Tone = 'neutral' | 'info' | 'work' | 'good' | 'warn' | 'bad'
type Look = readonly [Tone, IconName, string]

export const Chip = ({ tone, icon, text }: { tone: Tone; icon: IconName; text: string }) => (
  <span class={`chip ${tone}`}>
    <Icon name={icon} />
    {text}
  </span>
)

export const stageLooks = {
  captured: ['neutral', 'inbox', 'Captured'],
  validated: ['info', 'check', 'Validated'],
  planned: ['info', 'dot', 'Planned'],
  reserved: ['info', 'box', 'Reserved'],
  posted: ['work', 'building', 'In ERP'],
  released: ['work', 'warehouse', 'Released'],
  closed: ['good', 'check', 'Closed'],
  cancelled: ['neutral', 'x', 'Cancelled'],
} as const satisfies Record<OrderStage, Look>

export const deliveryLooks = {
  received: ['info', 'clock', 'In flight'],
  applied: ['good', 'check', 'Applied'],
  duplicate: ['neutral', 'copy', 'Duplicate'],
  rejected: ['bad', 'ban', 'Rejected'],
  dead_lettered: ['bad', 'triangle', 'Dead-lettered'],
} as const satisfies Record<DeliveryStatus, Look>

const intentLooks = {
  pending: ['info', 'clock', 'Waiting'],
  calling: ['work', 'bolt', 'Calling'],
  unknown: ['warn', 'question', 'Outcome unknown'],
  settled: ['good', 'check', 'Settled'],
  rejected: ['bad', 'ban', 'Rejected'],
  withdrawn: ['neutral', 'undo', 'Withdrawn'],
} as const satisfies Record<IntentStatus, Look>

const fulfilmentLooks = {
  open: ['info', 'clock', 'Open'],
  in_progress: ['work', 'bolt', 'In progress'],
  scheduled: ['info', 'clock', 'Scheduled'],
  on_hold: ['warn', 'pause', 'On hold'],
  incomplete: ['warn', 'triangle', 'Incomplete'],
  closed: ['good', 'check', 'Closed'],
  cancelled: ['neutral', 'x', 'Cancelled'],
} as const satisfies Record<FulfilmentOrderStatus, Look>

const trackingLooks = {
  unknown: ['neutral', 'question', 'Not seen yet'],
  label_created: ['info', 'dot', 'Label created'],
  picked_up: ['work', 'truck', 'Picked up'],
  in_transit: ['work', 'truck', 'In transit'],
  out_for_delivery: ['work', 'truck', 'Out for delivery'],
  available_for_pickup: ['info', 'store', 'Ready for pickup'],
  delivery_attempt_failed: ['warn', 'triangle', 'Attempt failed'],
  delivered: ['good', 'check', 'Delivered'],
  exception: ['bad', 'triangle', 'Carrier exception'],
  returned: ['neutral', 'undo', 'Returned'],
  cancelled: ['neutral', 'x', 'Cancelled'],
} as const satisfies Record<TrackingStatus, Look>

const reservationLooks = {
  held: ['info', 'clock', 'Held'],
  committed: ['work', 'check', 'Committed'],
  shipped: ['good', 'truck', 'Shipped'],
  released: ['neutral', 'undo', 'Released'],
} as const satisfies Record<OrderReservation['status'], Look>

export const transferLooks = {
  requested: ['info', 'clock', 'Requested'],
  refused: ['bad', 'ban', 'Refused'],
  reserved: ['info', 'box', 'Reserved'],
  in_transit: ['work', 'truck', 'In transit'],
  closed: ['good', 'check', 'Closed'],
  cancelled: ['neutral', 'x', 'Cancelled'],
} as const satisfies Record<TransferStatus, Look>

const chipOf = <Status extends string>(looks: Record<Status, Look>) =>
  function StatusChip({ status }: { status: string }) {
    // A row written by a newer version may carry a status that this one does not know: show it as it is.
    const look: Look = Object.hasOwn(looks, status) ? looks[status as Status] : ['neutral', 'dot', status]
    return <Chip tone={look[0]} icon={look[1]} text={look[2]} />
  }

export const stageName = (stage: string): string =>
  Object.hasOwn(stageLooks, stage) ? stageLooks[stage as OrderStage][2] : stage
export const DeliveryChip = chipOf(deliveryLooks)
export const IntentChip = chipOf(intentLooks)
export const FulfilmentChip = chipOf(fulfilmentLooks)
export const TrackingChip = chipOf(trackingLooks)
export const ReservationChip = chipOf(reservationLooks)
export const TransferChip = chipOf(transferLooks)
export const OrderStatusChip = chipOf(orderStatusLooks)
