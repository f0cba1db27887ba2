/** Orders of one shop as its webhooks carry them, signed over the raw bytes: one basket of three lines, ever new ids. */
import { createHmac, randomUUID } from 'node:crypto'
import { orderFactory } from '../sandbox/shopify-orders.ts'
import { shop } from './bench-config.ts'
import type { BenchRequest } from './drive.ts'

export type SignedOrder = { readonly orderId: string; readonly request: BenchRequest }

const lines = 3

export function signedOrders(skus: readonly string[]): () => SignedOrder {
  const catalog = skus.map((sku, index) => ({ sku, title: `Item ${index + 1}`, priceMinor: 1_000 + index }))
  const factory = orderFactory({ seed: 1, catalog })
  let count = 0
  return () => {
    count += 1
    const basket = Array.from({ length: lines }, (_, line) => skus[(count * lines + line) % skus.length] ?? '')
    const wanted = basket.map((sku) => ({ sku, quantity: 1 }))
    const order = factory.next('multi_line', Date.now(), wanted)
    return { orderId: `${shop.account}:${order.id}`, request: signed(JSON.stringify(order)) }
  }
}

function signed(body: string): BenchRequest {
  return {
    method: 'POST',
    path: `/v1/webhooks/${shop.account}`,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': shop.domain,
      'x-shopify-api-version': '2026-10',
      'x-shopify-event-id': randomUUID(),
      'x-shopify-hmac-sha256': createHmac('sha256', shop.secret).update(body).digest('base64'),
    },
    body,
  }
}
