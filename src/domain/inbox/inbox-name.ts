/** Which inbox takes a delivery: one entity's deliveries share a shard, one account's load spreads over all of them. */
import type { AccountId } from '../shared/ids.ts'
import { shardOf } from '../shared/shard-of.ts'

/** Fixed for ever: another count would send a redelivery to a shard that does not know the first one. */
export const inboxShards = 8

/** `<account>/<shard>`; `shardKey` is the business entity, such as the order's external id. */
export function inboxName(account: AccountId | string, shardKey: string): string {
  return `${account}/${shardOf(shardKey, inboxShards)}`
}

/** The shard that also keeps the account's poll watermark. */
export function pollInboxName(account: AccountId | string): string {
  return `${account}/0`
}

/** The account of an inbox; account slugs have no slash. */
export function accountOfInbox(inbox: string): string {
  const slash = inbox.indexOf('/')
  return slash === -1 ? inbox : inbox.slice(0, slash)
}
