/** A day at the store, sent as signed webhooks a few at a time, late deliveries and forgeries included. */
import { orderStream } from '../sandbox/shopify-stream.ts'
import type { SandboxCompany } from './sandbox-company.ts'

export type SentStream = {
  readonly expected: ReturnType<typeof orderStream>['expected']
  /** Ids of all orders of which at least one webhook was acknowledged. */
  readonly acknowledged: readonly string[]
  readonly deliveries: number
  readonly refused: number
}

const atOnce = 6

export async function sendStream(
  company: Pick<SandboxCompany, 'catalog' | 'partners'>,
  count: number,
  onProgress: (sent: number, of: number) => void,
): Promise<SentStream> {
  const { records, control } = company.partners.store
  const startMs = Date.now() - count * 10_000
  const stream = orderStream({ seed: 2_026, count, catalog: company.catalog, startMs })
  for (const order of stream.orders) records.addOrder(order)
  const acknowledged = new Set<string>()
  let [sent, refused] = [0, 0]
  for (let from = 0; from < stream.events.length; from += atOnce) {
    const batch = stream.events.slice(from, from + atOnce)
    await Promise.all(
      batch.map(async (event) => {
        const report = await control.send(event)
        sent += 1
        if (report.acknowledged) acknowledged.add(`shopify-us:${orderIdOf(event.body)}`)
        else refused += 1
        onProgress(sent, stream.events.length)
      }),
    )
  }
  return { expected: stream.expected, acknowledged: [...acknowledged], deliveries: sent, refused }
}

const orderIdOf = (body: string) => String((JSON.parse(body) as { id: number }).id)
