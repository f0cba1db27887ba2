/**
 * How much a position is asked, and how many shards that is worth. Measured over seconds and in memory: an actor that
 * is evicted was not busy, and one that was restarted measures anew before it closes anything.
 */
import { shardsMax } from './escrow.ts'

export type LoadLimits = {
  /** Commands a second that one actor is asked to serve; more than this for `openAfterMs` doubles the shards. */
  readonly openAbovePerSecond: number
  readonly openAfterMs: number
  /** Less than this for each of half the shards, for `closeAfterMs`, halves them. */
  readonly closeBelowPerSecond: number
  readonly closeAfterMs: number
}

/**
 * An actor serves about 1,000 requests a second, and writes are no limit where callers share a commit: shards open at
 * half of that. Sooner, they cost more commits than they save.
 */
export const loadLimits: LoadLimits = {
  openAbovePerSecond: 500,
  openAfterMs: 2_000,
  closeBelowPerSecond: 160,
  closeAfterMs: 30_000,
}

/** Commands older than this count for little. */
const memoryMs = 2_000

export type Load = {
  readonly perSecond: number
  readonly atMs: number
  /** Since when it is above (below) the limit for the present number of shards; null: it is not. */
  readonly hotSinceMs: number | null
  readonly calmSinceMs: number | null
}

export const noLoad: Load = { perSecond: 0, atMs: 0, hotSinceMs: null, calmSinceMs: null }

export function withAsked(load: Load, commands: number, shards: number, nowMs: number, limits: LoadLimits): Load {
  const perSecond = decayed(load, nowMs) + (commands * 1_000) / memoryMs
  const isHot = shards < shardsMax && perSecond > limits.openAbovePerSecond * Math.max(1, shards)
  const isCalm = shards > 0 && perSecond < (limits.closeBelowPerSecond * shards) / 2
  return {
    perSecond,
    atMs: nowMs,
    hotSinceMs: isHot ? (load.hotSinceMs ?? nowMs) : null,
    calmSinceMs: isCalm ? (load.calmSinceMs ?? nowMs) : null,
  }
}

/** How many shards there should be; after a change the load is measured against the new number from the start. */
export function shardsFor(load: Load, shards: number, nowMs: number, limits: LoadLimits): number {
  if (load.hotSinceMs !== null && nowMs - load.hotSinceMs >= limits.openAfterMs) {
    return Math.min(shardsMax, Math.max(2, shards * 2))
  }
  if (load.calmSinceMs !== null && nowMs - load.calmSinceMs >= limits.closeAfterMs) {
    return shards <= 2 ? 0 : shards / 2
  }
  return shards
}

function decayed({ perSecond, atMs }: Load, nowMs: number): number {
  return perSecond * Math.exp(-Math.max(0, nowMs - atMs) / memoryMs)
}
