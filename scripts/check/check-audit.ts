/** I7: every log's hash chain verifies, and ends where its published copy ends. */
import { inboxShards } from '../../src/domain/inbox/inbox-name.ts'
import type { ApiClient } from '../client/api-client.ts'
import { eachOf, type Instance } from './read-instance.ts'

type Verdict = { readonly valid: boolean; readonly brokenAtSeq: number | null; readonly published: string }

export async function checkAudit(api: ApiClient, instance: Instance): Promise<readonly string[]> {
  const accounts = new Set(instance.deliveries.map((delivery) => delivery.account))
  const inboxes = [...accounts].flatMap((account) =>
    Array.from({ length: inboxShards }, (_, shard) => `inbox:${account}/${shard}`),
  )
  const actors = [
    ...[...instance.orders.keys()].map((id) => `order:${id}`),
    ...[...instance.positions].filter(([, position]) => position.version > 0).map(([name]) => `stock:${name}`),
    ...instance.transfers.map(({ transfer }) => `transfer:${transfer.transferId}`),
    ...inboxes,
  ]
  const breaches: string[] = []
  await eachOf(actors, async (actor) => {
    const answer = await api.get<Verdict>(`/v1/audit/${encodeURIComponent(actor)}/verify`)
    // A shard that nothing ever came to has no log.
    if (answer.status === 404 && actor.startsWith('inbox:')) return
    if (answer.status !== 200) breaches.push(`I7 ${actor}: answers ${answer.status}`)
    else if (!answer.body.valid) breaches.push(`I7 ${actor}: broken at ${answer.body.brokenAtSeq}`)
    else if (answer.body.published !== 'agrees') breaches.push(`I7 ${actor}: the copy is ${answer.body.published}`)
  })
  return breaches
}
