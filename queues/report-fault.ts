/** One line of JSON for what a person may want to look at; of an error only what may be logged. */
import { describeError } from '../src/domain/shared/describe-error.ts'

export function reportFault(event: string, subject: Readonly<Record<string, unknown>>, error?: unknown): void {
  const fault = error === undefined ? {} : describeError(error)
  console.warn(JSON.stringify({ level: 'warn', event, ...subject, ...fault }))
}
