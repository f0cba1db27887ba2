/** How the result of a call ends for each of the listings in it. */
import { unreachable } from '../shared/result.ts'
import { type ConcludeFacts, concludeRead, concludeSend, readFailed, singledOut, spared } from './attempt.ts'
import type { FeedResult } from './feed-contract.ts'
import { type FeedListing, type FeedStep, keyText } from './feed-listing.ts'

export function concludeCall(
  listings: readonly FeedListing[],
  result: FeedResult,
  facts: ConcludeFacts,
): (listing: FeedListing) => FeedStep {
  const { nowMs } = facts
  switch (result.task) {
    case 'send': {
      const { outcome } = result
      const verdicts = new Map(result.verdicts.map((verdict) => [keyText(verdict), verdict]))
      const shown = new Map((result.shown ?? []).map((each) => [keyText(each), each.value]))
      const blame = blameOf(result)
      return (listing) => {
        const verdict = verdicts.get(keyText(listing)) ?? null
        if (outcome.outcome === 'absent' && verdicts.size > 0 && verdict === null) return spared(listing, nowMs)
        if (blame !== null && listings.length === 1) return singledOut(listing, blame, nowMs)
        return concludeSend(listing, outcome, verdict, facts, shown.get(keyText(listing)) ?? null)
      }
    }
    case 'read': {
      const found = new Map(result.found.map((each) => [keyText(each), each.value]))
      return (listing) => {
        const value = found.get(keyText(listing))
        return concludeRead(listing, value === undefined ? null : { value, atMs: nowMs }, facts)
      }
    }
    case 'unread':
      return (listing) => readFailed(listing, result.message, result.retryAfterMs, nowMs)
    default:
      return unreachable(result)
  }
}

/**
 * What the channel said where it refused the call for good and named none of its listings; null where it did not, or
 * where the account as a whole may not call.
 */
export function blameOf(result: FeedResult): string | null {
  if (result.task !== 'send' || result.verdicts.length > 0) return null
  const { outcome } = result
  const isRefusal = outcome.outcome === 'absent' && !outcome.retryable && outcome.class !== 'permission'
  return isRefusal ? outcome.message : null
}
