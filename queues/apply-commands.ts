/** Tells each actor everything a batch has for it in one call: ten commands in one RPC cost a quarter of ten RPCs. */
import type { OrderApi, StockApi } from '../src/actor-apis.ts'
import type { CommandResult } from '../src/domain/inbox/judge-delivery.ts'
import { reportFault } from './report-fault.ts'
import type { ActorCommand } from './route-event.ts'
import { runBounded } from './run-bounded.ts'

export type Actors = {
  readonly order: (orderId: string) => Pick<OrderApi, 'applyMany'>
  readonly stock: (position: string) => Pick<StockApi, 'applyMany'>
}

type Group = { readonly actor: ActorCommand['actor']; readonly name: string; readonly commands: ActorCommand[] }

/** One result per command, by the command object itself. An actor that fails leaves its mates' results intact. */
export async function applyCommands(
  commands: readonly ActorCommand[],
  actors: Actors,
): Promise<ReadonlyMap<ActorCommand, CommandResult>> {
  const results = new Map<ActorCommand, CommandResult>()
  await runBounded(groupByActor(commands), async (group) => {
    const verdicts = await applyGroup(group, actors)
    group.commands.forEach((command, index) => {
      results.set(command, verdicts[index] ?? fault)
    })
  })
  return results
}

const fault: CommandResult = { ok: false, fault: true }

function groupByActor(commands: readonly ActorCommand[]): Group[] {
  const groups = new Map<string, Group>()
  for (const command of commands) {
    const key = `${command.actor}|${command.name}`
    const group = groups.get(key) ?? { actor: command.actor, name: command.name, commands: [] }
    group.commands.push(command)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** None when the actor could not be asked: what it did is unknown, and the same command ids will find out. */
async function applyGroup(group: Group, actors: Actors): Promise<readonly CommandResult[]> {
  try {
    return await tell(group, actors)
  } catch (error) {
    const { actor, name, commands } = group
    reportFault('actor_unavailable', { actor, name }, error)
    return commands.length > 1 && isOwnFailure(error) ? tellOneByOne(group, actors) : []
  }
}

async function tell({ actor, name, commands }: Group, actors: Actors): Promise<readonly CommandResult[]> {
  if (actor === 'order') {
    const own = commands.flatMap((each) => (each.actor === 'order' ? [each.command] : []))
    return actors.order(name).applyMany(name, own)
  }
  const own = commands.flatMap((each) => (each.actor === 'stock' ? [each.command] : []))
  return actors.stock(name).applyMany(name, own)
}

/** One of them broke the actor's code. It must not take the others to the dead letters with it. */
async function tellOneByOne(group: Group, actors: Actors): Promise<readonly CommandResult[]> {
  const results: CommandResult[] = []
  for (const command of group.commands) {
    const [result] = await applyGroup({ ...group, commands: [command] }, actors)
    results.push(result ?? fault)
  }
  return results
}

/** Thrown by the actor itself, as the platform marks it; an actor out of reach is not asked again at once. */
function isOwnFailure(error: unknown): boolean {
  return error instanceof Error && 'remote' in error && error.remote === true
}
