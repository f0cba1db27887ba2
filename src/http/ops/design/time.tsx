/** Moments as people read them: relative text, the exact one on hover, RFC 3339 for machines. */

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const relativeUpToMs = 7 * dayMs
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function relativeTime(atMs: number, nowMs: number): string {
  const distanceMs = Math.abs(nowMs - atMs)
  if (distanceMs >= relativeUpToMs) return calendarDate(atMs, nowMs)
  if (distanceMs < 1_000) return 'now'
  const text = spanText(distanceMs)
  return atMs <= nowMs ? `${text} ago` : `in ${text}`
}

/** A duration in its two largest units at most, such as `3 h 20 min`. */
export function spanText(spanMs: number): string {
  if (spanMs < minuteMs) return `${Math.floor(spanMs / 1_000)} s`
  if (spanMs < hourMs) return `${Math.floor(spanMs / minuteMs)} min`
  if (spanMs < dayMs) return pair(spanMs, hourMs, 'h', minuteMs, 'min')
  return pair(spanMs, dayMs, 'd', hourMs, 'h')
}

function pair(spanMs: number, largeMs: number, large: string, smallMs: number, small: string): string {
  const rest = Math.floor((spanMs % largeMs) / smallMs)
  const first = `${Math.floor(spanMs / largeMs)} ${large}`
  return rest === 0 ? first : `${first} ${rest} ${small}`
}

function calendarDate(atMs: number, nowMs: number): string {
  const at = new Date(atMs)
  const day = `${at.getUTCDate()} ${months[at.getUTCMonth()]}`
  return at.getUTCFullYear() === new Date(nowMs).getUTCFullYear() ? day : `${day} ${at.getUTCFullYear()}`
}

/** `2026-11-03 14:05:09.120 UTC`: sorts, copies and reads well. */
const exactTime = (atMs: number): string => `${new Date(atMs).toISOString().replace('T', ' ').slice(0, -1)} UTC`

/** What is overdue is said by how much, in words and not by colour alone. */
export const Due = ({ dueAtMs, nowMs }: { dueAtMs: number; nowMs: number }) =>
  dueAtMs >= nowMs ? (
    <Time atMs={dueAtMs} nowMs={nowMs} />
  ) : (
    <time class="late" datetime={new Date(dueAtMs).toISOString()} title={exactTime(dueAtMs)}>
      {spanText(nowMs - dueAtMs)} late
    </time>
  )

export const Time = ({ atMs, nowMs }: { atMs: number; nowMs: number }) => (
  <time datetime={new Date(atMs).toISOString()} title={exactTime(atMs)}>
    {relativeTime(atMs, nowMs)}
  </time>
)
