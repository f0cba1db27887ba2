/**
 * Calls another actor as often as the runtime says that it is worth it. What cannot be reached or is overloaded throws
 * `ActorBusy`, which whoever is asked turns into an answer that its caller may repeat.
 */

/** The runtime says which failures are worth repeating; actors recognise the command. */
const callAttemptsMax = 3

export class ActorBusy extends Error {}

/** A broken stub stays broken: `call` looks the actor up anew each time. */
export async function reached<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      const { retryable = false, overloaded = false } = error as { retryable?: boolean; overloaded?: boolean }
      if (overloaded || (retryable && attempt >= callAttemptsMax)) throw new ActorBusy(String(error))
      if (!retryable) throw error
    }
  }
}
