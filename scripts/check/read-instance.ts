/** Reads everything that the checker judges from a running instance, over its API like any other caller. */
import type { ApiClient } from '../client/api-client.ts'
import type {
  DeliveryView,
  OrderSummary,
  OrderView,
  PositionView,
  TimelineEntry,
  TransferSummary,
  TransferView,
} from './instance-views.ts'

export type Place = { readonly sku: string; readonly location: string }
export type InstanceOrder = { readonly document: OrderView; readonly timeline: readonly TimelineEntry[] }
export type Instance = {
  readonly list: readonly OrderSummary[]
  readonly orders: ReadonlyMap<string, InstanceOrder>
  /** Ids that the list or the caller names and that answer nothing. */
  readonly missing: readonly string[]
  readonly positions: ReadonlyMap<string, PositionView>
  readonly deliveries: readonly DeliveryView[]
  readonly transfers: readonly { readonly listed: TransferSummary; readonly transfer: TransferView }[]
}

const pageSize = 100
/** Enough to keep a local runtime busy, few enough that nothing waits for its timeout. */
const parallelReads = 12
/** The list follows the orders by a second or two. */
const [agreeTriesMax, agreePauseMs] = [6, 500]

export async function readInstance(
  api: ApiClient,
  acknowledged: readonly string[],
  places: readonly Place[],
): Promise<Instance> {
  const { list, orders, missing } = await readOrders(api, acknowledged)
  const positions = await readPositions(api, places)
  const deliveries = await readAll<DeliveryView>(api, '/v1/deliveries', 'deliveries')
  const transfers: { listed: TransferSummary; transfer: TransferView }[] = []
  await eachOf(await readAll<TransferSummary>(api, '/v1/transfers', 'transfers'), async (listed) => {
    transfers.push({ listed, transfer: await readOne<TransferView>(api, `/v1/transfers/${listed.transferId}`) })
  })
  return { list, orders, missing, positions, deliveries, transfers }
}

/**
 * An order that is held looks again every now and then, and among many there is always one that has just moved on since
 * the list was read. List and order are read again until they are of one moment, or seem never to be.
 */
async function readOrders(
  api: ApiClient,
  acknowledged: readonly string[],
): Promise<Pick<Instance, 'list' | 'orders' | 'missing'>> {
  const orders = new Map<string, InstanceOrder>()
  const readThese = (ids: readonly string[]) =>
    eachOf(ids, async (id) => {
      const found = await readOrder(api, id)
      if (found !== null) orders.set(id, found)
    })
  const readList = () => readAll<OrderSummary>(api, '/v1/orders', 'orders')
  let list = await readList()
  const ids = new Set([...list.map((order) => order.orderId), ...acknowledged])
  await readThese([...ids])
  for (let tries = 0; tries < agreeTriesMax; tries += 1) {
    const torn = list.filter((row) => isTorn(row, orders.get(row.orderId))).map(({ orderId }) => orderId)
    if (torn.length === 0) break
    await new Promise((resolve) => setTimeout(resolve, agreePauseMs))
    list = await readList()
    await readThese(torn)
  }
  return { list, orders, missing: [...ids].filter((id) => !orders.has(id)) }
}

const isTorn = ({ version }: OrderSummary, found: InstanceOrder | undefined): boolean =>
  found !== undefined && (found.document.version !== version || found.timeline.length !== version)

/** By `<sku>@<location>`. */
export async function readPositions(api: ApiClient, places: readonly Place[]): Promise<Instance['positions']> {
  const positions = new Map<string, PositionView>()
  await eachOf(places, async ({ sku, location }) => {
    positions.set(`${sku}@${location}`, await readOne<PositionView>(api, `/v1/inventory/${sku}/${location}`))
  })
  return positions
}

async function readOrder(api: ApiClient, id: string): Promise<InstanceOrder | null> {
  const path = `/v1/orders/${encodeURIComponent(id)}`
  const answer = await api.get<OrderView>(path)
  if (answer.status === 404) return null
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`)
  const timeline: TimelineEntry[] = []
  for (let afterSeq: number | null = 0; afterSeq !== null; ) {
    const page: { readonly entries: readonly TimelineEntry[]; readonly nextSeq: number | null } = await readOne(
      api,
      `${path}/timeline?afterSeq=${afterSeq}`,
    )
    timeline.push(...page.entries)
    afterSeq = page.nextSeq
  }
  return { document: answer.body, timeline }
}

export async function readOne<T>(api: ApiClient, path: string): Promise<T> {
  const answer = await api.get<T>(path)
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** Every page of a list. */
export async function readAll<Row>(api: ApiClient, path: string, member: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  let cursor: string | null = null
  do {
    const join = path.includes('?') ? '&' : '?'
    const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: Record<string, unknown> = await readOne(api, `${path}${join}limit=${pageSize}${after}`)
    rows.push(...(page[member] as readonly Row[]))
    cursor = page.nextCursor as string | null
  } while (cursor !== null)
  return rows
}

export async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values()
  const takeNext = async () => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(parallelReads, items.length) }, takeNext))
}
