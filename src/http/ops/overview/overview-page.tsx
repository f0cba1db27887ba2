/** The first room: what moves, what waits for somebody, and how each partner does. */
import type { Child } from 'hono/jsx'

import type { OverviewCounts } from '../../../db/queries/counts-for-overview.ts'
import type { ExceptionCluster } from '../../../db/queries/exception-clusters.ts'
import type { DeliveryStatus } from '../../../domain/inbox/delivery.ts'
import type { OrderStatus } from '../../../domain/order/order-status.ts'
import { Card } from '../design/card.tsx'
import { deliveryLooks } from '../design/chip.tsx'
import { orderStatusLooks } from '../design/status-looks.ts'
import { count } from '../design/words.ts'
import { listHref } from '../list-query.ts'
import { OpenCauses } from './open-causes.tsx'
import { type PartnerHealth, Partners } from './partners.tsx'

export type OverviewView = {
  readonly counts: OverviewCounts
  readonly clusters: readonly ExceptionCluster[]
  readonly partners: readonly PartnerHealth[]
  /** Orders captured per slot of the window, oldest first. */
  readonly pulse: readonly number[]
  readonly window: WindowName
  readonly nowMs: number
}

export const windows = { '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000 } as const
export type WindowName = keyof typeof windows
const windowNames = { '1h': 'Last hour', '24h': 'Last 24 hours', '7d': 'Last 7 days' } as const

const moving: readonly OrderStatus[] = [
  'processing',
  'released',
  'partially_shipped',
  'shipped',
  'delivered',
  'closed',
  'cancelled',
]
const waiting: readonly OrderStatus[] = ['exception', 'on_hold', 'backordered']
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
      <Flow id="waiting" title="Orders that wait" tiles={waiting.map((status) => orderTile(view, status))} />
      <Flow id="deliveries" title="Deliveries" tiles={deliveryOrder.map((status) => deliveryTile(view, status))} />
    </div>
    <div class="cols roomy">
      <OpenCauses clusters={view.clusters} nowMs={view.nowMs} />
      <Partners partners={view.partners} nowMs={view.nowMs} />
    </div>
  </>
)

type Tile = { readonly tone: string; readonly name: string; readonly n: number; readonly href: string }

const orderTile = ({ counts }: OverviewView, status: OrderStatus): Tile => {
  const [tone, , name] = orderStatusLooks[status]
  return { tone, name, n: counts.orders[status], href: `/ops/orders?status=${status}` }
}

const deliveryTile = ({ counts }: OverviewView, status: DeliveryStatus): Tile => {
  const [tone, , name] = deliveryLooks[status]
  return { tone, name, n: counts.deliveries[status], href: `/ops/deliveries?status=${status}` }
}

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
          <span class={tile.n === 0 ? 'n zero' : 'n'}>{tile.n.toLocaleString('en-US')}</span>
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
