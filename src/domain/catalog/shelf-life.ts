/**
 * Until when units have to keep for whoever gets them. In whole hours, rounded up: a position tells a bounded number of
 * such instants apart, and claims of every millisecond would use them up.
 */
const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Null: for no particular time. */
export function goodUntil(thereMs: number, days: number): number | null {
  return days === 0 ? null : Math.ceil((thereMs + days * dayMs) / hourMs) * hourMs
}
