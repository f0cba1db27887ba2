/** The `projections` queue. A message is a wake-up: whatever it says, D1 is brought up to the actor's present. */
import type { Env } from '../src/env.ts'
import type { ProjectionMessage, RebuildMessage } from '../src/queue-messages.ts'
import { projectActor } from './project-actor.ts'
import { continueRebuild } from './rebuild-projections.ts'
import { reportFault } from './report-fault.ts'
import { retryDelaySeconds } from './retry-delay.ts'
import { runBounded } from './run-bounded.ts'

type ProjectionsMessage = ProjectionMessage | RebuildMessage
type Group = [Message<ProjectionsMessage>, ...Message<ProjectionsMessage>[]]

/** Actors projected at the same time. D1 takes one statement at a time; more would only wait there. */
const concurrency = 4

export async function consumeProjections(batch: MessageBatch<ProjectionsMessage>, env: Env): Promise<void> {
  const groups = [...groupByTarget(batch.messages).values()]
  await runBounded(groups, (group) => consumeGroup(group, env), concurrency)
}

/** Ten wake-ups of one actor are one piece of work, and they share its outcome. */
function groupByTarget(messages: readonly Message<ProjectionsMessage>[]): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (const message of messages) {
    const target = targetOf(message.body)
    const group = groups.get(target)
    if (group) group.push(message)
    else groups.set(target, [message])
  }
  return groups
}

function targetOf(body: ProjectionsMessage): string {
  return body.type === 'project' ? `${body.actor}|${body.name}` : `rebuild|${JSON.stringify(body.step)}`
}

async function consumeGroup(group: Group, env: Env): Promise<void> {
  try {
    await consumeOne(group[0].body, env)
    for (const message of group) message.ack()
  } catch (error) {
    reportFault('projection_retried', subjectOf(group[0].body), error)
    for (const message of group) message.retry({ delaySeconds: retryDelaySeconds(message.attempts) })
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
