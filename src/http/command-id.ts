/** Names a command so that a repeated request is the same command, also when the first answer was lost on the way. */
import { nanoid } from 'nanoid'
import { type CommandId, commandId } from '../domain/shared/ids.ts'
import type { AppContext } from './context.ts'

/** From the `Idempotency-Key` where there is one; a request without one is a command of its own. */
export function commandIdOf(c: AppContext): CommandId {
  const { commandKey, principal } = c.var
  return commandId(commandKey === undefined ? `api/${nanoid()}` : `api/${principal.id}/${commandKey}`)
}
