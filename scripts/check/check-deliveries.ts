/** I8: every delivery has ended in exactly one way, and none that was acknowledged is missing. */
import type { ApiClient } from '../client/api-client.ts'
import type { Instance } from './read-instance.ts'

export type SentDeliveries = {
  readonly account: string
  /** Messages answered with 2xx, each redelivery counted. */
  readonly acknowledged: number
  /** Messages that may have arrived, also those whose answer was lost; null where a poll may have brought more. */
  readonly attempted: number | null
}

const ends: readonly string[] = ['applied', 'duplicate', 'rejected', 'dead_lettered']

export async function checkDeliveries(
  api: ApiClient,
  instance: Instance,
  sent: readonly SentDeliveries[],
): Promise<readonly string[]> {
  const kept = await keptByAccount(api)
  return [
    ...instance.deliveries.flatMap((delivery) => endBreaches(delivery)),
    ...sent.flatMap(({ account, acknowledged, attempted }) => {
      const counts = kept.get(account) ?? new Map<string, number>()
      const arrived = [...counts.values()].reduce((sum, count) => sum + count, 0)
      if (arrived >= acknowledged && arrived <= (attempted ?? arrived)) return []
      return [`I8 ${account}: ${arrived} kept, ${acknowledged} acknowledged, ${attempted ?? 'any number'} sent`]
    }),
    ...listBreaches(instance, kept),
  ]
}

function endBreaches({ deliveryId, status, reason, topic }: Instance['deliveries'][number]): string[] {
  if (!ends.includes(status)) return [`I8 ${deliveryId} (${topic}): still ${status}, ${reason ?? 'no reason'}`]
  const failed = status === 'rejected' || status === 'dead_lettered'
  return failed && reason === null ? [`I8 ${deliveryId}: ${status} without a reason`] : []
}

/** What the inboxes keep must be what the list shows, status by status. */
function listBreaches({ deliveries }: Instance, kept: ReadonlyMap<string, ReadonlyMap<string, number>>): string[] {
  return [...kept].flatMap(([account, counts]) =>
    [...counts]
      .filter(([status]) => status !== 'repeats')
      .flatMap(([status, count]) => {
        const listed = deliveries.filter((each) => each.account === account && each.status === status).length
        return listed === count ? [] : [`I9 ${account}: ${listed} ${status} deliveries listed, ${count} kept`]
      }),
  )
}

const sample = /^crossdock_inbox_deliveries\{account="([^"]+)",status="([^"]+)"\} (\d+)$/gm

/** Deliveries by account and status as the inboxes count them; `repeats` are redeliveries recognised at the door. */
export async function keptByAccount(api: ApiClient): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const text = await api.text('/metrics')
  const kept = new Map<string, Map<string, number>>()
  for (const [, account = '', status = '', count] of text.matchAll(sample)) {
    const counts = kept.get(account) ?? new Map<string, number>()
    kept.set(account, counts.set(status, Number(count)))
  }
  return kept
}
