/**
 * Builds D1 anew from the actors: drop every projected row, then walk the directories and project each actor from its
 * first entry. One message is one bounded step and sends the next; what other consumers write meanwhile stays right,
 * because a page only joins on to what D1 holds.
 */
import { actor, type DirectoryApi, directoryName, directoryShards } from '../src/actor-apis.ts'
import { openDb } from '../src/db/database.ts'
import { dropRows } from '../src/db/projection/drop-rows.ts'
import { noteRebuild } from '../src/db/projection/note-rebuild.ts'
import { stalledRebuild } from '../src/db/queries/rebuild-status.ts'
import type { Env } from '../src/env.ts'
import type { ActorKind, RebuildMessage, RebuildStep } from '../src/queue-messages.ts'
import { projectActor } from './project-actor.ts'

/** Actors a step: well below the thousand D1 statements and sub-requests that one invocation may make. */
const actorsPerStep = 20
/** A step takes seconds. A rebuild that is quiet for this long lost its message, and the minute tick sends it again. */
const stalledAfterMs = 5 * 60_000
const kinds: readonly ActorKind[] = ['order', 'stock', 'inbox', 'location', 'feed', 'transfer']

export type RebuildProgress = { readonly step: RebuildStep; readonly actors: number }

/** All of it, in place: for tests and small deployments. Answers the number of actors projected. */
export async function rebuildProjections(
  env: Env,
  rebuild: Pick<RebuildMessage, 'rebuildId' | 'requestedAtMs'>,
  onProgress: (progress: RebuildProgress) => void = () => {},
): Promise<number> {
  let actors = 0
  let step: RebuildStep | null = { phase: 'drop' }
  while (step !== null) {
    const made: StepMade = await makeStep(env, step)
    actors += made.projected
    onProgress({ step, actors })
    await note(env, rebuild, made)
    step = made.next
  }
  return actors
}

/** One step; the next one is sent before this one is acknowledged. */
export async function continueRebuild(env: Env, message: RebuildMessage): Promise<void> {
  const made = await makeStep(env, message.step)
  await note(env, message, made)
  if (made.next !== null) await env.PROJECTIONS.send({ ...message, step: made.next })
}

/** For the minute tick: queues may lose a message, and a rebuild must not end half way. */
export async function resumeRebuild(env: Env, nowMs: number): Promise<boolean> {
  const stalled = await stalledRebuild(openDb(env.DB), nowMs - stalledAfterMs)
  if (stalled === null || stalled.nextStep === null) return false
  const { rebuildId, requestedAtMs } = stalled
  // Written by `note` below.
  const step = JSON.parse(stalled.nextStep) as RebuildStep
  await env.PROJECTIONS.send({ type: 'rebuild', rebuildId, requestedAtMs, step })
  return true
}

type StepMade = { readonly next: RebuildStep | null; readonly projected: number }

async function makeStep(env: Env, step: RebuildStep): Promise<StepMade> {
  if (step.phase === 'project') return projectSome(env, step)
  const empty = await dropRows(openDb(env.DB))
  return { next: empty ? firstOf('order') : step, projected: 0 }
}

async function projectSome(env: Env, step: Extract<RebuildStep, { phase: 'project' }>): Promise<StepMade> {
  const directory = actor<DirectoryApi>(env.DIRECTORY, directoryName(step.kind, step.shard))
  const names = await directory.list(step.after, actorsPerStep)
  let after = step.after
  for (const [index, name] of names.entries()) {
    // What was projected of a very long log stays projected: the next step begins with the same actor.
    if ((await projectActor(env, step.kind, name)) === 'unfinished')
      return { next: { ...step, after }, projected: index }
    after = name
  }
  return { next: names.length === actorsPerStep ? { ...step, after } : shardAfter(step), projected: names.length }
}

function shardAfter(step: Extract<RebuildStep, { phase: 'project' }>): RebuildStep | null {
  if (step.shard + 1 < directoryShards) return { ...step, shard: step.shard + 1, after: null }
  const kind = kinds[kinds.indexOf(step.kind) + 1]
  return kind === undefined ? null : firstOf(kind)
}

const firstOf = (kind: ActorKind): RebuildStep => ({ phase: 'project', kind, shard: 0, after: null })

async function note(env: Env, rebuild: Pick<RebuildMessage, 'rebuildId' | 'requestedAtMs'>, made: StepMade) {
  await noteRebuild(openDb(env.DB), {
    rebuildId: rebuild.rebuildId,
    requestedAtMs: rebuild.requestedAtMs,
    nextStep: made.next === null ? null : JSON.stringify(made.next),
    projected: made.projected,
    nowMs: Date.now(),
  })
}
