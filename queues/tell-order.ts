/**
 * What a position or a location has to say to an order. A message says no more than that there is something to hear:
 * how it stands is asked when it comes, and the order is told that.
 */
import type { LocationApi, OrderApi, StockApi } from '../src/actor-apis.ts'
import { commandId, correlationId, locationId, type PositionId, parsePositionId } from '../src/domain/shared/ids.ts'

type Told = { readonly orderId: string; readonly messageId: string }
type OrderPort = Pick<OrderApi, 'execute'>

/** The position hears that the order knows. */
export async function tellCover(
  { orderId, position, messageId }: Told & { readonly position: PositionId },
  order: OrderPort,
  stock: Pick<StockApi, 'coverOf' | 'coverTold'>,
): Promise<void> {
  const { sku, location } = parsePositionId(position)
  const cause = { correlationId: correlationId(messageId), kind: 'timer', id: `stock at ${position}` } as const
  const { revision, ...cover } = await stock.coverOf(orderId)
  const command = { type: 'record_cover', sku, location, ...cover } as const
  const id = commandId(`cover/${messageId}/${cover.version}`)
  await order.execute(orderId, { ...command, commandId: id, cause })
  if (revision !== null) await stock.coverTold(orderId, revision)
}

export async function tellToLook({ orderId, messageId }: Told, why: string, order: OrderPort): Promise<void> {
  const cause = { correlationId: correlationId(messageId), kind: 'timer', id: why } as const
  await order.execute(orderId, { type: 'retry', commandId: commandId(`wake/${messageId}`), cause })
}

/** A location that changes more often than this between two looks is looked at again later. */
const looksMax = 5

/**
 * Looks once more after the order was told: should the location have changed in between, whoever told the order of that
 * may have come before us, and ours would be the last word.
 */
export async function tellOfLocation(
  { orderId, messageId, location }: Told & { readonly location: string },
  order: OrderPort,
  place: Pick<LocationApi, 'view'>,
): Promise<void> {
  for (let look = 0, told: string | null = null; look < looksMax; look += 1) {
    const seen = await place.view(location, [])
    // What is not configured any more takes nothing.
    const { status, sinceMs } = seen ?? { status: 'down', sinceMs: 0 }
    const word = `${status}/${sinceMs ?? 0}`
    if (word === told) return
    const why = `location ${location} is ${status}`
    const cause = { correlationId: correlationId(messageId), kind: 'timer', id: why } as const
    const wish =
      status === 'down'
        ? ({ type: 'leave_location', location: locationId(location), reason: why } as const)
        : ({ type: 'return_to_location', location: locationId(location) } as const)
    await order.execute(orderId, { ...wish, commandId: commandId(`wake/${messageId}/${word}`), cause })
    told = word
  }
  throw new Error(`location ${location} changes faster than orders can be told`)
}
