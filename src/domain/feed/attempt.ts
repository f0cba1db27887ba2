/**
 * One listing's part in a call: begun on a lease, and brought to one of three ends. What nobody knows the end of is
 * looked at before anything is sent again.
 */

import { retryDelayMs } from '../outbox/drain.ts'
import type { CallOutcome } from '../outbox/intent.ts'
import { unreachable } from '../shared/result.ts'
import {
  confirmed,
  type FeedListing,
  type FeedStep,
  keyOf,
  keyText,
  refusalOver,
  settled,
  shownBy,
  step,
  toldOf,
} from './feed-listing.ts'
import { drifted, type Sighting, type SightingRules, sighted } from './observe.ts'

/** Longer than any call: a lease that ran out means that the caller died. */
export const attemptLeaseMs = 60_000
/** A listing that the channel refuses is tried again this much later; mostly somebody has mended it by then. */
export const refusedRetryMs = 60 * 60_000
/** One that it does not know is tried again for the first time after this. */
const unknownRetryMinMs = 60_000
const errorLengthMax = 300

/** What the channel said of one listing in a batch that it refused as a whole. */
export type ItemVerdict = 'stale' | 'refused'
export type SendOutcome = CallOutcome
export type ConcludeFacts = SightingRules & {
  readonly nowMs: number
  /** A call without an answer may still be under way at the channel for this long. */
  readonly settleMs: number
}

/** The listing takes part: what is wanted by now is what is sent. */
export function beginSend(listing: FeedListing, attemptId: string, nowMs: number): FeedStep {
  const { shortfall, desired, desiredVersion, fellAtMs } = listing
  // Its order had time enough to come: somebody else changed what the channel shows.
  const isDrift = shortfall !== null && shortfall.isDoubtful !== true
  const judged = isDrift ? drifted(listing, shortfall.expected, nowMs) : step({ ...listing, shortfall: null })
  const sent = { value: desired, version: desiredVersion, fellAtMs }
  const sending = { ...judged.listing, state: 'sending', sent, attemptId, fellAtMs: null, dueAtMs: null } as const
  return step(sending, judged.events)
}

export function beginRead(listing: FeedListing, attemptId: string): FeedStep {
  return step({ ...listing, state: 'reading', attemptId, dueAtMs: null, lookAtMs: null })
}

/** `verdict`: what was said of this listing; null when nothing was. `shown`: what the channel says that it shows now. */
export function concludeSend(
  listing: FeedListing,
  outcome: SendOutcome,
  verdict: { readonly why: ItemVerdict; readonly message: string } | null,
  facts: ConcludeFacts,
  shown: number | null = null,
): FeedStep {
  switch (outcome.outcome) {
    case 'committed':
      return acknowledge(listing, shown, facts.nowMs)
    case 'unknown':
      return step(doubt(listing, outcome.message, facts.nowMs, facts.settleMs))
    case 'absent':
      return verdict === null ? notDone(listing, outcome, facts.nowMs) : judged(listing, verdict, facts.nowMs)
    default:
      return unreachable(outcome)
  }
}

/** Null: the channel does not know the listing. */
export function concludeRead(listing: FeedListing, seen: Sighting | null, facts: ConcludeFacts): FeedStep {
  if (seen === null) return unknownThere(listing, facts.nowMs)
  return sighted(listing, seen, facts, facts.nowMs)
}

/** It was left out of the call: what it should show is not to be had yet. */
export function leftOut(listing: FeedListing, nowMs: number): FeedStep {
  const message = 'what is wanted of it is not to be had yet'
  return notDone(listing, { outcome: 'absent', retryable: true, class: 'missing', message }, nowMs)
}

/** The channel could not be read; it is looked at again, and nothing is sent before. */
export function readFailed(listing: FeedListing, message: string, retryAfterMs: number, nowMs: number): FeedStep {
  return step(doubt(listing, message, nowMs, Math.max(retryAfterMs, delayOf(listing))))
}

/** The caller died between the call and the record of it. */
export function leaseOver(listing: FeedListing, nowMs: number): FeedStep {
  return step(doubt(listing, 'the caller did not come back', nowMs, 0))
}

function acknowledge(listing: FeedListing, shown: number | null, nowMs: number): FeedStep {
  const { sent, desired } = listing
  if (sent === null) throw new Error(`${keyText(listing)} was confirmed and never sent`)
  const lagMs = sent.fellAtMs === null ? null : nowMs - sent.fellAtMs
  const form = shown === null || shown === sent.value ? {} : { shownAs: shown }
  const acknowledged = { value: sent.value, version: sent.version, atMs: nowMs, ...form }
  const known = { ...listing, acknowledged, sent: toldOf(listing) }
  if (sent.value === desired) return settled(known, nowMs, lagMs)
  const again = { state: 'ready', attemptId: null, attempts: 0, suspicions: 0, dueAtMs: null, lastError: null } as const
  return step({ ...known, ...again, refusal: null, readySinceMs: nowMs }, refusalOver(listing), lagMs)
}

function doubt(listing: FeedListing, message: string, nowMs: number, waitMs: number): FeedListing {
  const dueAtMs = waitMs <= 0 ? null : nowMs + waitMs
  return { ...untold(listing), state: 'doubtful', attempts: listing.attempts + 1, dueAtMs, lastError: cut(message) }
}

function notDone(listing: FeedListing, outcome: Extract<CallOutcome, { outcome: 'absent' }>, nowMs: number): FeedStep {
  const waitMs = Math.max(outcome.retryAfterMs ?? 0, delayOf(listing))
  const suspicions = listing.suspicions + (outcome.retryable ? 0 : 1)
  const again = { state: 'ready', attempts: listing.attempts + 1, suspicions, dueAtMs: nowMs + waitMs } as const
  return unlessShown({ ...untold(listing), ...again, lastError: cut(outcome.message) }, nowMs)
}

function judged(
  listing: FeedListing,
  verdict: { readonly why: ItemVerdict; readonly message: string },
  nowMs: number,
): FeedStep {
  if (verdict.why === 'refused') return refuse({ ...listing, suspicions: 0 }, verdict.message, nowMs)
  return step({ ...untold(listing), state: 'doubtful', dueAtMs: null, lastError: cut(verdict.message) })
}

/** It was alone in a call that was refused: nothing else can be to blame, and it is tried apart from others again. */
export function singledOut(listing: FeedListing, message: string, nowMs: number): FeedStep {
  return refuse({ ...listing, suspicions: listing.suspicions + 1 }, message, nowMs)
}

/** Another listing of the batch was to blame: this one was not done and goes again at once. */
export function spared(listing: FeedListing, nowMs: number): FeedStep {
  return unlessShown({ ...untold(listing), state: 'ready', dueAtMs: null }, nowMs)
}

/** Another figure came to be wanted during the call, and the channel shows that one still: nothing is left to send. */
function unlessShown(listing: FeedListing, nowMs: number): FeedStep {
  const { sent, desired, desiredVersion } = listing
  if (shownBy(listing) !== desired || sent?.value === desired) return step(listing)
  return settled({ ...listing, acknowledged: confirmed(listing, desired, desiredVersion, nowMs) }, nowMs)
}

/** A case for a person. One that is open already stays as it was opened, however often it is tried. */
function refuse(listing: FeedListing, said: string, nowMs: number, waitMs = refusedRetryMs): FeedStep {
  const { attempts, sku } = listing
  const message = cut(said)
  const over = { state: 'refused', attempts: attempts + 1, dueAtMs: nowMs + waitMs } as const
  const refused = { ...untold(listing), ...over, lastError: message }
  if (listing.refusal != null) return step(refused)
  const event = { type: 'listing_refused', ...keyOf(listing), sku, message } as const
  return step({ ...refused, refusal: { openedAtMs: nowMs, message } }, [event])
}

/**
 * A look costs little, and what the channel has just been given it may not show yet: it is tried again as long after
 * as it has been unknown, within bounds.
 */
function unknownThere(listing: FeedListing, nowMs: number): FeedStep {
  const unknownForMs = listing.refusal == null ? 0 : nowMs - listing.refusal.openedAtMs
  const waitMs = Math.min(refusedRetryMs, Math.max(unknownRetryMinMs, unknownForMs))
  return refuse(listing, 'the channel does not know this listing', nowMs, waitMs)
}

/** The fall that the call was to tell of has still to be told. */
function untold(listing: FeedListing): FeedListing {
  return { ...listing, attemptId: null, fellAtMs: listing.sent?.fellAtMs ?? listing.fellAtMs }
}

const delayOf = (listing: FeedListing): number => retryDelayMs(listing.attempts, keyText(listing))
const cut = (message: string): string => message.slice(0, errorLengthMax)
