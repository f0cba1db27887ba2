import type { CorrelationId } from './ids.ts'

/** Why something happened: who or what asked, and the thread that ties it to the delivery that started it. */
export type Cause = {
  readonly correlationId: CorrelationId
  /** What kind of thing asked. */
  readonly kind: 'delivery' | 'api' | 'saga' | 'timer' | 'partner' | 'operator'
  /** The delivery id, API key id, intent id, timer name or operator subject. */
  readonly id: string
}

export const timerCause = (correlationId: CorrelationId, id: string): Cause => ({ correlationId, kind: 'timer', id })
