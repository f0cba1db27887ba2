/**
 * What the sandbox store knows: orders, the fulfilment orders Shopify makes of them, fulfilments and inventory levels,
 * with Shopify's own rules about changing them. No HTTP and no GraphQL here.
 */
import { inventoryItemIdOf, productIdOf, variantIdOf } from './shopify-orders.ts'
import { freshProduct, type StoreProduct } from './shopify-products.ts'
import { type WireFulfilment, type WireLine, type WireOrder, wireTime } from './shopify-wire.ts'

export type StoreFulfilmentOrder = {
  readonly id: number
  readonly orderId: number
  readonly locationId: number
  status: 'OPEN' | 'IN_PROGRESS' | 'ON_HOLD' | 'SCHEDULED' | 'CLOSED' | 'CANCELLED'
  /** False where another fulfilment service owns the location. */
  mayFulfil: boolean
  readonly lines: { readonly id: number; readonly lineId: number; readonly total: number; remaining: number }[]
}
export type FulfilmentInput = {
  readonly lineItemsByFulfillmentOrder: readonly {
    readonly fulfillmentOrderId: string
    readonly fulfillmentOrderLineItems?: readonly { readonly id: string; readonly quantity: number }[] | null
  }[]
  readonly trackingInfo?: { readonly company?: string; readonly number?: string; readonly url?: string } | null
}
type Refused = { readonly field: readonly string[]; readonly message: string }

export type StoreRecords = {
  readonly orders: Map<number, WireOrder>
  readonly fulfilmentOrders: Map<number, StoreFulfilmentOrder>
  readonly locations: readonly number[]
  readonly skus: readonly string[]
  /** `<inventory item>@<location>` to available. */
  readonly inventory: Map<string, number>
  /** By variant: its product and its price. */
  readonly prices: Map<number, { readonly product: number; readonly price: string }>
  readonly products: Map<number, StoreProduct>
  /** Records the order and makes its fulfilment orders; `locationOf` says which location Shopify assigns a line to. */
  readonly addOrder: (order: WireOrder, locationOf?: (line: WireLine, index: number) => number) => void
  /** Replaces an order, moving its version clock on. */
  readonly changeOrder: (id: number, change: Partial<WireOrder>) => WireOrder
  readonly createFulfilment: (input: FulfilmentInput) => WireFulfilment | Refused
}

export const storeLocations = [71_000_000_001, 71_000_000_002] as const

export function storeRecords(options: {
  readonly skus: readonly string[]
  readonly nowMs: () => number
}): StoreRecords {
  const orders = new Map<number, WireOrder>()
  const fulfilmentOrders = new Map<number, StoreFulfilmentOrder>()
  const inventory = new Map<string, number>()
  const prices: StoreRecords['prices'] = new Map()
  const products: StoreRecords['products'] = new Map()
  for (const sku of options.skus) {
    prices.set(variantIdOf(sku), { product: productIdOf(sku), price: '0.00' })
    products.set(productIdOf(sku), freshProduct(sku))
    for (const location of storeLocations) inventory.set(`${inventoryItemIdOf(sku)}@${location}`, 0)
  }
  let lastId = 9_000_000_000_000
  const nextId = () => ++lastId
  const addOrder: StoreRecords['addOrder'] = (order, locationOf = () => storeLocations[0]) => {
    orders.set(order.id, order)
    for (const made of fulfilmentOrdersOf(order, locationOf, nextId)) fulfilmentOrders.set(made.id, made)
  }
  const changeOrder: StoreRecords['changeOrder'] = (id, change) => {
    const order = orders.get(id)
    if (!order) throw new Error(`the store has no order ${id}`)
    // The clock counts in seconds, and a change is always a newer version.
    const updatedAtMs = Math.max(options.nowMs(), Date.parse(order.updated_at) + 1_000)
    const changed = { ...order, updated_at: wireTime(updatedAtMs), ...change }
    orders.set(id, changed)
    return changed
  }
  const createFulfilment: StoreRecords['createFulfilment'] = (input) => {
    const chosen = chooseLines(input, fulfilmentOrders)
    if ('message' in chosen) return chosen
    const [first] = chosen.fulfilmentOrders
    const order = first ? orders.get(first.orderId) : undefined
    if (!first || !order) return { field: ['fulfillment'], message: 'There are no line items to fulfill.' }
    for (const { line, quantity } of chosen.lines) line.remaining -= quantity
    for (const each of chosen.fulfilmentOrders) {
      each.status = each.lines.every((line) => line.remaining === 0) ? 'CLOSED' : 'IN_PROGRESS'
    }
    const fulfilment = wireFulfilment(nextId(), order, first.locationId, input, chosen.lines, options.nowMs())
    recordFulfilment(order, fulfilment, changeOrder)
    return fulfilment
  }
  return {
    orders,
    fulfilmentOrders,
    locations: storeLocations,
    skus: options.skus,
    inventory,
    prices,
    products,
    addOrder,
    changeOrder,
    createFulfilment,
  }
}

function fulfilmentOrdersOf(
  order: WireOrder,
  locationOf: (line: WireLine, index: number) => number,
  nextId: () => number,
): readonly StoreFulfilmentOrder[] {
  const byLocation = new Map<number, StoreFulfilmentOrder>()
  order.line_items.forEach((line, index) => {
    // Shopify fulfils gift cards itself, by mail.
    if (line.gift_card) return
    const locationId = locationOf(line, index)
    const made = byLocation.get(locationId) ?? {
      id: nextId(),
      orderId: order.id,
      locationId,
      status: 'OPEN',
      mayFulfil: true,
      lines: [],
    }
    byLocation.set(locationId, made)
    made.lines.push({ id: nextId(), lineId: line.id, total: line.quantity, remaining: line.quantity })
  })
  return [...byLocation.values()]
}

type Chosen = {
  readonly fulfilmentOrders: readonly StoreFulfilmentOrder[]
  readonly lines: readonly { readonly line: StoreFulfilmentOrder['lines'][number]; readonly quantity: number }[]
}

const numberOfGid = (gid: string) => Number(gid.split('/').at(-1))

/** All fulfilment orders of one call must be open, of one order and at one location; nothing beyond what remains. */
function chooseLines(input: FulfilmentInput, known: ReadonlyMap<number, StoreFulfilmentOrder>): Chosen | Refused {
  const chosen: StoreFulfilmentOrder[] = []
  const lines: Chosen['lines'][number][] = []
  for (const [at, entry] of input.lineItemsByFulfillmentOrder.entries()) {
    const field = ['fulfillment', 'lineItemsByFulfillmentOrder', String(at)]
    const found = known.get(numberOfGid(entry.fulfillmentOrderId))
    if (!found) return { field, message: 'Fulfillment order does not exist.' }
    if (!found.mayFulfil || (found.status !== 'OPEN' && found.status !== 'IN_PROGRESS')) {
      return {
        field,
        message: `Fulfillment order ${found.id} has an unfulfillable status= ${found.status.toLowerCase()}.`,
      }
    }
    chosen.push(found)
    const wanted =
      entry.fulfillmentOrderLineItems ?? found.lines.map((line) => ({ id: `/${line.id}`, quantity: line.remaining }))
    for (const want of wanted) {
      const line = found.lines.find((each) => each.id === numberOfGid(want.id))
      if (!line) return { field, message: 'Fulfillment order line item does not exist.' }
      const already = lines.filter((each) => each.line === line).reduce((sum, each) => sum + each.quantity, 0)
      if (want.quantity < 1 || want.quantity + already > line.remaining) {
        return { field, message: 'Invalid fulfillment order line item quantity requested.' }
      }
      lines.push({ line, quantity: want.quantity })
    }
  }
  if (new Set(chosen.map((each) => `${each.orderId}@${each.locationId}`)).size > 1) {
    return {
      field: ['fulfillment'],
      message: 'All fulfillment orders must be of one order and assigned to one location.',
    }
  }
  return { fulfilmentOrders: chosen, lines }
}

function wireFulfilment(
  id: number,
  order: WireOrder,
  locationId: number,
  input: FulfilmentInput,
  lines: Chosen['lines'],
  nowMs: number,
): WireFulfilment {
  const { number, company, url } = input.trackingInfo ?? {}
  return {
    id,
    admin_graphql_api_id: `gid://shopify/Fulfillment/${id}`,
    order_id: order.id,
    name: `${order.name}-F${order.fulfillments.length + 1}`,
    status: 'success',
    shipment_status: null,
    service: 'manual',
    location_id: locationId,
    created_at: wireTime(nowMs),
    updated_at: wireTime(nowMs),
    tracking_company: company ?? null,
    tracking_number: number ?? null,
    tracking_numbers: number === undefined ? [] : [number],
    tracking_url: url ?? null,
    tracking_urls: url === undefined ? [] : [url],
    line_items: lines.flatMap(({ line, quantity }) => {
      const placed = order.line_items.find((each) => each.id === line.lineId)
      return placed ? [{ ...placed, quantity }] : []
    }),
  }
}

function recordFulfilment(order: WireOrder, fulfilment: WireFulfilment, change: StoreRecords['changeOrder']): void {
  const fulfilled = (line: WireLine) =>
    fulfilment.line_items.filter((each) => each.id === line.id).reduce((sum, each) => sum + each.quantity, 0)
  const lines = order.line_items.map((line) => {
    const left = line.fulfillable_quantity - fulfilled(line)
    const status = left === 0 ? 'fulfilled' : left < line.quantity ? 'partial' : line.fulfillment_status
    return { ...line, fulfillable_quantity: left, fulfillment_status: status }
  })
  change(order.id, {
    fulfillments: [...order.fulfillments, fulfilment],
    line_items: lines,
    fulfillment_status: lines.every((line) => line.gift_card || line.fulfillable_quantity === 0)
      ? 'fulfilled'
      : 'partial',
  })
}
