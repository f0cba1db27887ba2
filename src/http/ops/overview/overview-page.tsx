/** The first room: what moves, what waits for somebody, and how each partner does. */
import type { Child } from 'hono/jsx'

import type { OverviewCounts } from '../../../db/queries/counts-for-overview.ts'
import type { ExceptionCluster } from '../../../db/queries/exception-clusters.ts'
import { type WaitingOrders, waitingOrdersMax } from '../../../db/queries/waiting-orders.ts'
import type { DeliveryStatus } from '../../../domain/inbox/delivery.ts'
import type { OrderStatus } from '../../../domain/order/order-status.ts'
import { Card } from '../design/card.tsx'
import { deliveryLooks } from '../design/chip.tsx'
import { orderStatusLooks } from '../design/status-looks.ts'
import { count } from '../design/words.ts'
import { listHref } from '../list-query.ts'
import type { SortingOf } from '../sorting.ts'
import { type WindowName, windowNames } from '../time-window.ts'
import { OpenCauses } from './open-causes.tsx'
import { type PartnerHealth, Partners } from './partners.tsx'

export type OverviewView = {
  readonly counts: OverviewCounts
  readonly waiting: WaitingOrders
  readonly clusters: readonly ExceptionCluster[]
  readonly partners: readonly PartnerHealth[]
  /** Orders captured per slot of the window, oldest first. */
  readonly pulse: readonly number[]
  readonly window: WindowName
  readonly sorting: SortingOf
  readonly nowMs: number
}

const moving: readonly OrderStatus[] = [
  'processing',
  'released',
  'partially_shipped',
  'shipped',
  'delivered',
  'closed',
  'cancelled',
]
const deliveryOrder: readonly DeliveryStatus[] = ['received', 'applied', 'duplicate', 'rejected', 'dead_lettered']

export const OverviewPage = ({ view }: { view: OverviewView }) => (
  <>
    <div class="page-head">
      <h1>Overview</h1>
      <nav class="right segments" aria-label="Window">
        {Object.entries(windowNames).map(([name, text]) => (
          <a
            href={listHref('/ops', name === '24h' ? {} : { window: name })}
            aria-current={name === view.window ? 'true' : undefined}
          >
            {text}
          </a>
        ))}
      </nav>
    </div>
    <Flow
      id="moving"
      title="Orders on their way"
      note={`captured in the ${windowNames[view.window].toLowerCase()}`}
      tiles={moving.map((status) => orderTile(view, status))}
    >
      <Pulse pulse={view.pulse} />
    </Flow>
    <div class="cols uneven">
      <Flow id="waiting" title="Orders that wait" note="of any age" tiles={waitingTiles(view.waiting)} />
      <Flow
        id="deliveries"
        title="Deliveries"
        note={`received in the ${windowNames[view.window].toLowerCase()}`}
        tiles={deliveryOrder.map((status) => deliveryTile(view, status))}
      />
    </div>
    <div class="cols roomy">
      <OpenCauses clusters={view.clusters} nowMs={view.nowMs} />
      <Partners partners={view.partners} sorting={view.sorting('partners')} nowMs={view.nowMs} />
    </div>
  </>
)

type Tile = {
  readonly tone: string
  readonly name: string
  readonly n: number
  /** As it is told, where that is not the figure itself. */
  readonly told?: string
  readonly href: string
}

/** Each leads to the list of exactly what it counts. */
const orderTile = ({ counts, window }: OverviewView, status: OrderStatus): Tile => {
  const [tone, , name] = orderStatusLooks[status]
  return { tone, name, n: counts.orders[status], href: listHref('/ops/orders', { status, captured: window }) }
}

const deliveryTile = ({ counts, window }: OverviewView, status: DeliveryStatus): Tile => {
  const [tone, , name] = deliveryLooks[status]
  return { tone, name, n: counts.deliveries[status], href: listHref('/ops/deliveries', { status, received: window }) }
}

const waitingTiles = ({ exception, onHold, supply }: WaitingOrders): readonly Tile[] => [
  { tone: 'bad', name: 'Exception', ...upToMax(exception), href: listHref('/ops/orders', { status: 'exception' }) },
  { tone: 'warn', name: 'On hold', ...upToMax(onHold), href: listHref('/ops/orders', { status: 'on_hold' }) },
  { tone: 'warn', name: 'Waiting for supply', ...upToMax(supply), href: listHref('/ops/orders', { waits: 'supply' }) },
]

const upToMax = (n: number) => (n < waitingOrdersMax ? { n } : { n, told: `${waitingOrdersMax - 1}+` })

type FlowProps = {
  readonly id: string
  readonly title: string
  readonly note?: string
  readonly tiles: readonly Tile[]
  readonly children?: Child
}

const Flow = ({ id, title, note, tiles, children }: FlowProps) => (
  <Card id={id} title={title} note={note} live>
    <div class="flow">
      {tiles.map((tile) => (
        <a href={tile.href}>
          <span class={tile.n === 0 ? 'n zero' : 'n'}>{tile.told ?? tile.n.toLocaleString('en-US')}</span>
          <span class={`what tone-${tile.tone}`}>{tile.name}</span>
        </a>
      ))}
    </div>
    {children}
  </Card>
)

const barHeight = 40

/** A bar for each slot of the window; its figure is said on hover and summed up for those who cannot see it. */
const Pulse = ({ pulse }: { pulse: readonly number[] }) => {
  const most = Math.max(...pulse, 1)
  const total = pulse.reduce((sum, captured) => sum + captured, 0)
  const label = `${count(total, 'order')} captured, at most ${most} in one slot`
  return (
    <svg
      class="pulse"
      viewBox={`0 0 ${pulse.length * 10} ${barHeight}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {pulse.map((captured, index) => {
        const height = captured === 0 ? 1 : Math.max(3, Math.round((captured / most) * barHeight))
        return (
          <rect
            class={captured === 0 ? 'none' : undefined}
            x={index * 10 + 1}
            y={barHeight - height}
            width="8"
            height={height}
          >
            <title>{count(captured, 'order')}</title>
          </rect>
        )
      })}
    </svg>
  )
}
