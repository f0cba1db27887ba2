/** Buyers at the sandbox store: orders are placed, their webhooks sent as Shopify sends them, and every answer is kept. */
import type { OrderKind, WantedLine } from '../../scripts/sandbox/shopify-draft.ts'
import { orderFactory } from '../../scripts/sandbox/shopify-orders.ts'
import type { DeliveryReport, WebhookEvent } from '../../scripts/sandbox/shopify-webhooks.ts'
import type { WireOrder } from '../../scripts/sandbox/shopify-wire.ts'
import type { ReceivedStock } from '../../scripts/start/load-stock.ts'
import type { Company } from './company.ts'

export type Storefront = {
  readonly send: (event: WebhookEvent) => Promise<DeliveryReport>
  /** All of them, a few at a time, each as soon as one before it is answered. */
  readonly sendAll: (events: readonly WebhookEvent[]) => Promise<readonly DeliveryReport[]>
  /** An order of exactly these lines, recorded at the store; its webhook is not sent yet. */
  readonly place: (lines: readonly WantedLine[], kind?: OrderKind) => { order: WireOrder; created: WebhookEvent }
  /** Ids, as Crossdock names them, of orders with at least one acknowledged webhook. */
  readonly acknowledged: ReadonlySet<string>
  /** Attempts beyond the acknowledged were not answered in time: each may have arrived all the same. */
  readonly answers: () => { readonly acknowledged: number; readonly attempted: number }
}

const atOnce = 6
/** Keeps the ids of hand-placed orders apart from those of a stream. */
const ownShopNumber = 9

export const orderIdOf = (externalId: number | string) => `shopify-us:${externalId}`

export function openStorefront(company: Company, seed: number): Storefront {
  const { control } = company.partners.store
  const factory = orderFactory({ seed, catalog: company.catalog, shopNumber: ownShopNumber })
  const acknowledged = new Set<string>()
  let [answered, attempted] = [0, 0]
  const send = async (event: WebhookEvent) => {
    const report = await control.send(event)
    // A forgery is refused at the door: nothing of it arrives.
    if (!event.forged) attempted += report.attempts
    if (report.acknowledged) {
      answered += 1
      acknowledged.add(orderIdOf((JSON.parse(event.body) as { readonly id: number }).id))
    }
    return report
  }
  const sendAll = async (events: readonly WebhookEvent[]) => {
    const waiting = events.values()
    const reports: DeliveryReport[] = []
    const sendNext = async () => {
      for (const event of waiting) reports.push(await send(event))
    }
    await Promise.all(Array.from({ length: atOnce }, sendNext))
    return reports
  }
  return {
    send,
    sendAll,
    place: (lines, kind = 'single_line') => {
      const order = factory.next(kind, Date.now(), lines)
      return { order, created: control.place(order) }
    },
    acknowledged,
    answers: () => ({ acknowledged: answered, attempted }),
  }
}

/** The same units of every stocked SKU at both locations. */
export function evenStock(company: Company, units: { readonly east: number; readonly west: number }): ReceivedStock[] {
  const stocked = company.config.skus.filter((entry) => entry.stocked)
  return stocked.flatMap(({ sku }) => [
    { sku, location: 'east', received: units.east },
    { sku, location: 'west', received: units.west },
  ])
}
