/**
 * Which topics we take, which queue each goes to, and what its deliveries are sharded by.
 *
 * Fulfilments and refunds travel with the orders, not with the warehouses' shipments: they speak of one order, are
 * sharded by its id, and so reach its actor from the same inbox shard and the same queue as its updates do.
 */
import type { InboundDomain } from '../../domain/inbox/delivery.ts'

export type TopicFamily = 'order' | 'fulfilment' | 'refund' | 'inventory_level' | 'product' | 'uninstalled' | 'privacy'

type Topic = { readonly family: TopicFamily; readonly domain: InboundDomain }

const order: Topic = { family: 'order', domain: 'orders' }
const fulfilment: Topic = { family: 'fulfilment', domain: 'orders' }
const inventoryLevel: Topic = { family: 'inventory_level', domain: 'inventory' }
const product: Topic = { family: 'product', domain: 'catalog' }
const privacy: Topic = { family: 'privacy', domain: 'catalog' }

/** The topic is `orders/updated`; there is no `orders/update`. */
const topics: Readonly<Record<string, Topic>> = {
  'orders/create': order,
  'orders/updated': order,
  'orders/cancelled': order,
  'orders/paid': order,
  'orders/fulfilled': order,
  'orders/partially_fulfilled': order,
  'fulfillments/create': fulfilment,
  'fulfillments/update': fulfilment,
  'refunds/create': { family: 'refund', domain: 'orders' },
  'inventory_levels/update': inventoryLevel,
  'inventory_levels/connect': inventoryLevel,
  'inventory_levels/disconnect': inventoryLevel,
  'products/create': product,
  'products/update': product,
  'products/delete': product,
  'app/uninstalled': { family: 'uninstalled', domain: 'catalog' },
  'customers/data_request': privacy,
  'customers/redact': privacy,
  'shop/redact': privacy,
}

export function topicOf(topic: string): Topic | null {
  return Object.hasOwn(topics, topic) ? (topics[topic] ?? null) : null
}

/** Where a topic that we do not take is kept until translation refuses it by name. */
export const domainOfUnknownTopics: InboundDomain = 'catalog'

/** Where the entity a delivery is about has its id: the order for everything that speaks of one. */
export const shardFields: Readonly<Record<TopicFamily, readonly string[]>> = {
  order: ['id'],
  fulfilment: ['order_id', 'id'],
  refund: ['order_id', 'id'],
  inventory_level: ['inventory_item_id'],
  product: ['id'],
  uninstalled: ['id'],
  privacy: ['shop_id'],
}
