/** Webhooks of one shop, signed over the raw bytes, each with ids of its own. */
import { createHmac, randomUUID } from 'node:crypto'
import { orderFactory } from '../sandbox/shopify-orders.ts'
import { shop } from './bench-config.ts'
import type { BenchRequest } from './drive.ts'

export type SignedOrder = { readonly orderId: string; readonly request: BenchRequest }

const linesPerOrder = 3
const variantsPerProduct = 5

/** One basket after the other, three lines each. */
export function signedOrders(skus: readonly string[]): () => SignedOrder {
  const catalog = skus.map((sku, index) => ({ sku, title: `Item ${index + 1}`, priceMinor: 1_000 + index }))
  const factory = orderFactory({ seed: 1, catalog })
  let count = 0
  return () => {
    count += 1
    const first = count * linesPerOrder
    const basket = Array.from({ length: linesPerOrder }, (_, line) => skus[(first + line) % skus.length] ?? '')
    const wanted = basket.map((sku) => ({ sku, quantity: 1 }))
    const order = factory.next('multi_line', Date.now(), wanted)
    return { orderId: `${shop.account}:${order.id}`, request: signed('orders/create', order) }
  }
}

/** Products of somebody else's: there is next to nothing to do once they are in. */
export function signedProducts(): () => BenchRequest {
  let count = 0
  return () => {
    count += 1
    const id = 8_000_000_000_000 + count
    const variants = Array.from({ length: variantsPerProduct }, (_, index) => ({
      id: id * 10 + index,
      title: `Size ${index + 1}`,
      sku: null,
      barcode: null,
      inventory_item_id: id * 10 + index,
    }))
    return signed('products/update', { id, title: `Cleat ${count}`, updated_at: new Date().toISOString(), variants })
  }
}

function signed(topic: string, content: object): BenchRequest {
  const body = JSON.stringify(content)
  return {
    method: 'POST',
    path: `/v1/webhooks/${shop.account}`,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-shop-domain': shop.domain,
      'x-shopify-api-version': '2026-10',
      'x-shopify-event-id': randomUUID(),
      'x-shopify-hmac-sha256': createHmac('sha256', shop.secret).update(body).digest('base64'),
    },
    body,
  }
}
