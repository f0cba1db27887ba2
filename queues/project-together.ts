/**
 * Brings D1 up to the present of many actors at once: D1 is asked once how far it is and takes their pages in a few
 * writes, since a call to it costs more than what it writes. What is not plain (a long log, a page that did not join
 * on, an actor or a write that failed) is left to `projectActor`, which goes actor by actor.
 */
import { type Db, openDb } from '../src/db/database.ts'
import { commitPages, type PageWrite, throughSeqsOf } from '../src/db/projection/commit-pages.ts'
import type { Env } from '../src/env.ts'
import { type ActorName, projectable, readPage } from './project-actor.ts'
import { runBounded } from './run-bounded.ts'

type Standing<Actor> = { readonly actor: Actor; readonly afterSeq: number }
/** `write` null: D1 has everything already. */
type Reading<Actor> = { readonly actor: Actor; readonly throughSeq: number; readonly write: PageWrite | null }

/** Answers those that are still to be projected. Does not throw: a failure shows again, with its actor, when it is. */
export async function projectTogether<Actor extends ActorName>(
  env: Env,
  actors: readonly Actor[],
): Promise<readonly Actor[]> {
  try {
    const done = new Set(await projectAll(env, openDb(env.DB), actors))
    return actors.filter((actor) => !done.has(actor))
  } catch {
    return actors
  }
}

async function projectAll<Actor extends ActorName>(env: Env, db: Db, actors: readonly Actor[]): Promise<Actor[]> {
  const afterSeqs = await throughSeqsOf(db, actors)
  const standings = actors.map((actor, index) => ({ actor, afterSeq: afterSeqs[index] ?? 0 }))
  const readings = (await runBounded(standings, (standing) => read(env, db, standing))).flat()
  const written = await writeAll(db, readings)
  return (await runBounded(written, (reading) => confirm(env, reading))).flat()
}

/** None for a log that goes on, or an actor that does not answer. */
async function read<Actor extends ActorName>(env: Env, db: Db, standing: Standing<Actor>): Promise<Reading<Actor>[]> {
  const { actor, afterSeq } = standing
  try {
    const { write, throughSeq, more } = await readPage(env, db, actor, afterSeq)
    return more ? [] : [{ actor, throughSeq, write }]
  } catch {
    return []
  }
}

/** Answers those of which D1 holds everything now. */
async function writeAll<Actor>(db: Db, readings: readonly Reading<Actor>[]): Promise<readonly Reading<Actor>[]> {
  const changed = readings.filter(({ write }) => write !== null)
  const joined = await commitPages(
    db,
    changed.flatMap(({ write }) => write ?? []),
  )
  const lost = new Set(changed.filter((_, index) => joined[index] !== true))
  return readings.filter((reading) => !lost.has(reading))
}

async function confirm<Actor extends ActorName>(env: Env, { actor, throughSeq }: Reading<Actor>): Promise<Actor[]> {
  try {
    await projectable(env, actor).projected(throughSeq)
    return [actor]
  } catch {
    return []
  }
}
