/** Global ids of the GraphQL API: `gid://shopify/Order/450789469`. Inside, ids are the digits that webhooks carry. */

export type GidType = 'Order' | 'LineItem' | 'InventoryItem' | 'Location' | 'Product' | 'ProductVariant'

/** A configuration may hold the whole global id where a webhook would carry the digits. */
export function gidOf(type: GidType, id: string): string {
  return id.startsWith('gid://') ? id : `gid://shopify/${type}/${id}`
}

/** The digits at the end, whatever the type; the whole text when it is no such id: nothing matches by accident. */
export function idOfGid(gid: string): string {
  return /^gid:\/\/shopify\/\w+\/(\d+)(?:\?.*)?$/.exec(gid)?.[1] ?? gid
}
