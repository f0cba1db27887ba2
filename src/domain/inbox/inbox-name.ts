/** Which inbox takes a delivery: one entity's deliveries share a shard, one account's load spreads over all of them. */
import type { AccountId } from '../shared/ids.ts'

/** Fixed for ever: another count would send a redelivery to a shard that does not know the first one. */
export const inboxShards = 8

const fnvOffset = 0x811c9dc5
const fnvPrime = 0x01000193

/** `<account>/<shard>`; `shardKey` is the business entity, such as the order's external id. */
export function inboxName(account: AccountId | string, shardKey: string): string {
  return `${account}/${fnv1a(shardKey) % inboxShards}`
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

/** 32-bit FNV-1a over UTF-16 code units: stable, fast, and good enough to spread keys that an adversary gains nothing by choosing. */
function fnv1a(text: string): number {
  let hash = fnvOffset
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), fnvPrime)
  }
  return hash >>> 0
}
