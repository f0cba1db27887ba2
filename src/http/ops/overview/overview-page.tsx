/** The first room: what moves, what waits for somebody, and how each partner does. */

import type { OverviewCounts } from '../../../db/queries/counts-for-overview.ts'
import type { ExceptionCluster } from '../../../db/queries/exception-clusters.ts'
import type { DeliveryStatus } from '../../../domain/inbox/delivery.ts'
import type { OrderStatus } from '../../../domain/order/order-status.ts'
import { Card, Empty } from '../design/card.tsx'
import { deliveryLooks } from '../design/chip.tsx'
import { Money } from '../design/money.tsx'
import { orderStatusLooks } from '../design/status-looks.ts'
import { Time } from '../design/time.tsx'
import { words } from '../design/words.ts'
import { listHref } from '../list-query.ts'
import { type PartnerHealth, Partners } from './partners.tsx'

export type OverviewView = {
  readonly counts: OverviewCounts
  readonly clusters: readonly ExceptionCluster[]
  readonly partners: readonly PartnerHealth[]
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
    <Flow id="moving" title="Orders on their way" tiles={moving.map((status) => orderTile(view, status))} />
    <div class="cols">
      <Flow id="waiting" title="Orders that wait" tiles={waiting.map((status) => orderTile(view, status))} />
      <Flow id="deliveries" title="Deliveries" tiles={deliveryOrder.map((status) => deliveryTile(view, status))} />
    </div>
    <div class="cols">
      <Cases view={view} />
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

const Flow = ({ id, title, tiles }: { id: string; title: string; tiles: readonly Tile[] }) => (
  <Card id={id} title={title} live>
    <div class="flow">
      {tiles.map((tile) => (
        <a href={tile.href}>
          <span class={tile.n === 0 ? 'n zero' : 'n'}>{tile.n.toLocaleString('en-US')}</span>
          <span class={`what tone-${tile.tone}`}>{tile.name}</span>
        </a>
      ))}
    </div>
  </Card>
)

const casesShown = 10

const Cases = ({ view }: { view: OverviewView }) => (
  <Card id="cases" title="Open exceptions" right={<a href="/ops/exceptions">All exceptions</a>} live>
    {view.clusters.length === 0 ? (
      <Empty title="No open exceptions">Cases that need a person appear here by cause.</Empty>
    ) : (
      <div class="scroll">
        <table class="list">
          <thead>
            <tr>
              <th scope="col">Cause</th>
              <th scope="col">Team</th>
              <th scope="col" class="num">
                Cases
              </th>
              <th scope="col" class="num">
                At risk
              </th>
              <th scope="col">First due</th>
            </tr>
          </thead>
          <tbody>
            {view.clusters.slice(0, casesShown).map((cluster) => (
              <ClusterRow cluster={cluster} nowMs={view.nowMs} />
            ))}
          </tbody>
        </table>
      </div>
    )}
  </Card>
)

const ClusterRow = ({ cluster, nowMs }: { cluster: ExceptionCluster; nowMs: number }) => (
  <tr data-row="">
    <th scope="row">
      <a data-open="" href={listHref('/ops/exceptions', { fingerprint: cluster.fingerprint })}>
        {words(cluster.category)}
      </a>
      <div class="faint message">{cluster.message}</div>
    </th>
    <td>{words(cluster.team)}</td>
    <td class="num strong">{cluster.cases}</td>
    <td class="num">
      {cluster.currency !== null && cluster.moneyAtRiskMinor > 0 && (
        <Money amountMinor={cluster.moneyAtRiskMinor} currency={cluster.currency} />
      )}
    </td>
    <td class={cluster.firstDueAtMs < nowMs ? 'late' : undefined}>
      <Time atMs={cluster.firstDueAtMs} nowMs={nowMs} />
    </td>
  </tr>
)
