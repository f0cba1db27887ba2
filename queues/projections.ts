/** The `projections` queue. A message is a wake-up: whatever it says, D1 is brought up to the actor's present. */
import type { Env } from '../src/env.ts'
import type { ProjectionMessage, RebuildMessage } from '../src/queue-messages.ts'
import { projectActor } from './project-actor.ts'
import { continueRebuild } from './rebuild-projections.ts'

type ProjectionsMessage = ProjectionMessage | RebuildMessage

/** Actors projected at the same time. D1 takes one statement at a time; more would only wait there. */
const concurrency = 4
const retryDelayFirstSeconds = 2
/** D1 stalls for seconds and is back; an actor re-sends its wake-up anyway. */
const retryDelayMaxSeconds = 120

export async function consumeProjections(batch: MessageBatch<ProjectionsMessage>, env: Env): Promise<void> {
  const waiting = [...groupByTarget(batch.messages).values()]
  const takeNext = async (): Promise<void> => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) await consumeGroup(group, env)
  }
  await Promise.all(Array.from({ length: concurrency }, takeNext))
}

/** Ten wake-ups of one actor are one piece of work, and they share its outcome. */
function groupByTarget(
  messages: readonly Message<ProjectionsMessage>[],
): Map<string, [Message<ProjectionsMessage>, ...Message<ProjectionsMessage>[]]> {
  const groups = new Map<string, [Message<ProjectionsMessage>, ...Message<ProjectionsMessage>[]]>()
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

async function consumeGroup(
  group: readonly [Message<ProjectionsMessage>, ...Message<ProjectionsMessage>[]],
  env: Env,
): Promise<void> {
  try {
    await consumeOne(group[0].body, env)
    for (const message of group) message.ack()
  } catch (error) {
    report(group[0].body, error)
    for (const message of group) message.retry({ delaySeconds: retryDelaySeconds(message.attempts) })
  }
}

async function consumeOne(body: ProjectionsMessage, env: Env): Promise<void> {
  if (body.type === 'rebuild') return continueRebuild(env, body)
  // A very long log goes on with a message of its own: it has not failed, so it uses up no attempt.
  if ((await projectActor(env, body.actor, body.name)) === 'unfinished') await env.PROJECTIONS.send(body)
}

function retryDelaySeconds(attempts: number): number {
  return Math.min(retryDelayMaxSeconds, retryDelayFirstSeconds * 2 ** Math.max(0, attempts - 1))
}

/** The error's class only: its message may quote a row. */
function report(body: ProjectionsMessage, error: unknown): void {
  const subject = body.type === 'project' ? { actor: body.actor, name: body.name } : { rebuildId: body.rebuildId }
  const name = error instanceof Error ? error.name : typeof error
  console.warn(JSON.stringify({ level: 'warn', event: 'projection_retried', error: name, ...subject }))
}
