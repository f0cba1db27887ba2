/**
 * Branded identifiers. Parsing happens once, at the boundary; inside, a brand is trusted.
 * An order id is `<account>:<externalOrderId>`, so the same order can only ever reach one actor.
 */
declare const brand: unique symbol
type Brand<T, B extends string> = T & { readonly [brand]: B }

export type AccountId = Brand<string, 'AccountId'>
export type LocationId = Brand<string, 'LocationId'>
export type Sku = Brand<string, 'Sku'>
export type OrderId = Brand<string, 'OrderId'>
export type LineId = Brand<string, 'LineId'>
/** `<orderId>/F1` */
export type FulfilmentOrderId = Brand<string, 'FulfilmentOrderId'>
/** `<orderId>/<lineId>/<attempt>` for orders; the caller's own id for carts. */
export type ReservationId = Brand<string, 'ReservationId'>
/** `<sku>@<location>` */
export type PositionId = Brand<string, 'PositionId'>
export type DeliveryId = Brand<string, 'DeliveryId'>
export type CorrelationId = Brand<string, 'CorrelationId'>
/** The same command id gives the same verdict for ever. */
export type CommandId = Brand<string, 'CommandId'>

export const accountId = (value: string) => value as AccountId
export const locationId = (value: string) => value as LocationId
export const sku = (value: string) => value as Sku
export const lineId = (value: string) => value as LineId
export const deliveryId = (value: string) => value as DeliveryId
export const correlationId = (value: string) => value as CorrelationId
export const commandId = (value: string) => value as CommandId
export const reservationId = (value: string) => value as ReservationId
export const orderIdFrom = (value: string) => value as OrderId
export const fulfilmentOrderIdFrom = (value: string) => value as FulfilmentOrderId

export function orderId(account: AccountId, externalOrderId: string): OrderId {
  return `${account}:${externalOrderId}` as OrderId
}

export function fulfilmentOrderId(order: OrderId, number: number): FulfilmentOrderId {
  return `${order}/F${number}` as FulfilmentOrderId
}

/** The order a fulfilment order belongs to: everything before the last `/F<n>`; null if the text is not such an id. */
export function orderOfFulfilmentOrder(id: string): OrderId | null {
  const match = /^(.+:.+)\/F\d+$/.exec(id)
  return match?.[1] === undefined ? null : (match[1] as OrderId)
}

export function orderReservationId(order: OrderId, line: LineId, attempt: number): ReservationId {
  return `${order}/${line}/${attempt}` as ReservationId
}

/**
 * What Crossdock books at a position by itself it files under ids that begin so. Nobody else may name a movement,
 * figure, receipt or supply like that: the position would take the real booking for a repetition, and lose its units.
 */
const ownIdPrefix = 'transfer/'

export const ownId = (transferId: string, ...parts: readonly string[]) =>
  [`${ownIdPrefix}${transferId}`, ...parts].join('/')

export const isOthersId = (id: string): boolean => !id.startsWith(ownIdPrefix)
export const ownIdRule = `begins with ${ownIdPrefix}, as only ids of Crossdock's own do`

export function positionId(sku: Sku, location: LocationId): PositionId {
  return `${sku}@${location}` as PositionId
}

/** Splits at the last `@`: a SKU may contain one, a location slug may not. */
export function parsePositionId(id: PositionId): { sku: Sku; location: LocationId } {
  const at = id.lastIndexOf('@')
  return { sku: id.slice(0, at) as Sku, location: id.slice(at + 1) as LocationId }
}
