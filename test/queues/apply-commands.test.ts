import { expect, it } from 'vitest'
import { type Actors, applyCommands } from '../../queues/apply-commands.ts'
import type { ActorCommand } from '../../queues/route-event.ts'
import type { OrderCommand, OrderVerdict } from '../../src/domain/order/order-command.ts'
import { commandId, correlationId } from '../../src/domain/shared/ids.ts'

const applied: OrderVerdict = { ok: true, effect: 'applied', version: 1 }
const retryNamed = (id: string): ActorCommand => {
  const cause = { correlationId: correlationId('c'), kind: 'delivery', id } as const
  return { actor: 'order', name: 'shop:1', command: { type: 'retry', commandId: commandId(id), cause } }
}
const actorsWith = (applyMany: (commands: readonly OrderCommand[]) => Promise<readonly OrderVerdict[]>): Actors => ({
  order: () => ({ applyMany: (_name, commands) => applyMany(commands) }),
  stock: () => ({ applyMany: () => Promise.reject(new Error('no stock here')) }),
})
/** As an exception thrown by the actor's own code arrives at its caller. */
const bug = () => Object.assign(new Error('a bug'), { remote: true })

it('lets a command that breaks its actor fail alone', async () => {
  const actors = actorsWith(async (commands) => {
    if (commands.some((command) => command.commandId === 'bad')) throw bug()
    return commands.map(() => applied)
  })
  const commands = ['first', 'bad', 'last'].map(retryNamed)
  const results = await applyCommands(commands, actors)
  expect(commands.map((command) => results.get(command))).toEqual([applied, { ok: false, fault: true }, applied])
})

it('does not ask an actor that cannot be reached once for every command', async () => {
  let asked = 0
  const actors = actorsWith(async () => {
    asked += 1
    throw new Error('connection lost')
  })
  const commands = ['first', 'second'].map(retryNamed)
  const results = await applyCommands(commands, actors)
  expect(commands.map((command) => results.get(command))).toEqual([
    { ok: false, fault: true },
    { ok: false, fault: true },
  ])
  expect(asked).toBe(1)
})
