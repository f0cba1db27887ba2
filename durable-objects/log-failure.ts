/** What an actor could not do, in one line of JSON: which actor, and of the error only what may be logged (I10). */
import { describeError } from '../src/domain/shared/describe-error.ts'

export function logFailure(event: string, id: DurableObjectId, error: unknown): void {
  console.error(JSON.stringify({ event, actor: nameOf(id), ...describeError(error) }))
}

/** Actors go by our own ids, but for what a caller's token calls him, which may be his address. */
function nameOf(id: DurableObjectId): string {
  return id.name === undefined || id.name.startsWith('jwt:') ? id.toString() : id.name
}
