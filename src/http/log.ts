/**
 * Structured logs: one JSON object a line, ids only. The type lists what may be said, so that a body, a header, a query
 * string or an error's own message (which may quote any of them) has no place to go.
 */
export type LogLine = {
  readonly level: 'info' | 'warn' | 'error'
  readonly event: string
  readonly correlationId: string
  readonly traceparent?: string
  readonly method?: string
  /** The route's pattern, such as `/v1/orders/:id`; never the path, which a caller may fill with anything. */
  readonly route?: string
  readonly status?: number
  readonly reason?: string
  readonly durationMs?: number
  readonly principal?: string
  readonly account?: string
  readonly deliveryId?: string
  readonly error?: string
  readonly frames?: readonly string[]
}

export function log(line: LogLine): void {
  const text = JSON.stringify(line)
  if (line.level === 'error') console.error(text)
  else if (line.level === 'warn') console.warn(text)
  else console.info(text)
}
