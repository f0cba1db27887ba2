/**
 * Whether a promise will be kept, judged before its date: what its units still wait for, and until when. The answer
 * comes from what is known now, so it is asked again the nearer the date is.
 */

/** What stands between units and the buyer. `atMs` null: nobody knows when it will be done. */
export type Expected = {
  /** `supply`: stock that has to arrive. `dispatch`: the location's next departure. Either with the way to the buyer. */
  readonly waitsFor: 'supply' | 'dispatch'
  readonly atMs: number | null
}
export type BreachReason = 'no_supply' | 'late_supply' | 'late_dispatch' | 'late_transit' | 'date_passed'
export type Outlook =
  | { readonly standing: 'open'; readonly expectedAtMs: number | null }
  | { readonly standing: 'at_risk'; readonly expectedAtMs: number | null; readonly reason: BreachReason }
  | { readonly standing: 'broken'; readonly expectedAtMs: number | null; readonly reason: BreachReason }

/** `expected` of the units that have not left; the last of them decides. */
export function predictBreach(byMs: number, expected: readonly Expected[], nowMs: number): Outlook {
  const last = lastOf(expected)
  const expectedAtMs = last === null ? nowMs : last.atMs
  if (nowMs > byMs) return { standing: 'broken', expectedAtMs, reason: 'date_passed' }
  if (last === null || (last.atMs !== null && last.atMs <= byMs)) return { standing: 'open', expectedAtMs }
  return { standing: 'at_risk', expectedAtMs, reason: reasonOf(last) }
}

function lastOf(expected: readonly Expected[]): Expected | null {
  return expected.reduce<Expected | null>((last, each) => (last === null || isLater(each, last) ? each : last), null)
}

const isLater = (each: Expected, than: Expected) => than.atMs !== null && (each.atMs === null || each.atMs > than.atMs)

function reasonOf({ waitsFor, atMs }: Expected): BreachReason {
  if (waitsFor === 'dispatch') return 'late_dispatch'
  return atMs === null ? 'no_supply' : 'late_supply'
}

const lookMinMs = 15 * 60_000
const lookMaxMs = 6 * 3_600_000

/** Half of what is left, so that the last looks are close together; just after the date it is settled either way. */
export function nextLookMs(byMs: number, nowMs: number): number {
  const pauseMs = Math.min(lookMaxMs, Math.max(lookMinMs, (byMs - nowMs) / 2))
  const lookMs = Math.floor(nowMs + pauseMs)
  return nowMs <= byMs ? Math.min(lookMs, byMs + 1) : lookMs
}
