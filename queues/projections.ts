/** The `projections` queue. A message is a wake-up: whatever it says, D1 is brought up to the actor's present. */
import type { Env } from '../src/env.ts'
import type { ProjectionMessage, RebuildMessage } from '../src/queue-messages.ts'
import { type ActorName, projectActor } from './project-actor.ts'
import { projectTogether } from './project-together.ts'
import { continueRebuild } from './rebuild-projections.ts'
import { reportFault } from './report-fault.ts'
import { retryDelaySeconds } from './retry-delay.ts'
import { runBounded } from './run-bounded.ts'

type ProjectionsMessage = ProjectionMessage | RebuildMessage
/** Messages of one target; `actor` null for a rebuild. */
type Group = {
  readonly body: ProjectionsMessage
  readonly actor: ActorName | null
  readonly messages: readonly Message<ProjectionsMessage>[]
}

/** Actors left over, projected at the same time. D1 takes one statement at a time; more would only wait there. */
const concurrency = 4

export async function consumeProjections(batch: MessageBatch<ProjectionsMessage>, env: Env): Promise<void> {
  const groups = groupByTarget(batch.messages)
  const left = await projectTogether(
    env,
    groups.flatMap((group) => group.actor ?? []),
  )
  await runBounded(groups, (group) => consumeGroup(group, left, env), concurrency)
}

/** Ten wake-ups of one actor are one piece of work, and they share its outcome. */
function groupByTarget(messages: readonly Message<ProjectionsMessage>[]): readonly Group[] {
  const groups = Map.groupBy(messages, ({ body }) => targetOf(body))
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    return first === undefined ? [] : [{ body: first.body, actor: actorOf(first.body), messages: group }]
  })
}

function targetOf(body: ProjectionsMessage): string {
  return body.type === 'project' ? `${body.actor}|${body.name}` : `rebuild|${JSON.stringify(body.step)}`
}

function actorOf(body: ProjectionsMessage): ActorName | null {
  return body.type === 'project' ? { kind: body.actor, name: body.name } : null
}

async function consumeGroup({ body, actor, messages }: Group, left: readonly ActorName[], env: Env): Promise<void> {
  try {
    if (actor === null || left.includes(actor)) await consumeOne(body, env)
    for (const message of messages) message.ack()
  } catch (error) {
    reportFault('projection_retried', subjectOf(body), error)
    for (const message of messages) message.retry({ delaySeconds: retryDelaySeconds(message.attempts) })
  }
}

async function consumeOne(body: ProjectionsMessage, env: Env): Promise<void> {
  if (body.type === 'rebuild') return continueRebuild(env, body)
  // A very long log goes on with a message of its own: it has not failed, so it uses up no attempt.
  if ((await projectActor(env, body.actor, body.name)) === 'unfinished') await env.PROJECTIONS.send(body)
}

function subjectOf(body: ProjectionsMessage): Readonly<Record<string, string>> {
  return body.type === 'project' ? { actor: body.actor, name: body.name } : { rebuildId: body.rebuildId }
}
