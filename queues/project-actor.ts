/** Brings D1 up to an actor's present: pages of its log from where D1 stands, with the document on the last page. */
import {
  actor,
  type DirectoryApi,
  directoryName,
  directoryShards,
  type Projectable,
  type ProjectionPage,
} from '../src/actor-apis.ts'
import { type Db, openDb } from '../src/db/database.ts'
import { type LogPage, throughSeqOf } from '../src/db/projection/commit-page.ts'
import { writeInboxPage } from '../src/db/projection/write-inbox.ts'
import { writeOrderPage } from '../src/db/projection/write-order.ts'
import { writePositionPage } from '../src/db/projection/write-position.ts'
import type { OrderState } from '../src/domain/order/order-state.ts'
import { shardOf } from '../src/domain/shared/shard-of.ts'
import type { PositionView } from '../src/domain/stock/stock-command.ts'
import type { Env } from '../src/env.ts'
import type { ActorKind } from '../src/queue-messages.ts'

/** Events may hold a whole order of 100 KB; a page of them stays far below the 32 MB of a call. */
const pageEntries = 100
/** A log longer than this in one go is left to the next message, so that one actor cannot hold up a batch. */
const pagesMax = 50

export type Projected = 'projected' | 'unfinished'

/** Safe to run any number of times, at any time, by several consumers at once. Throws when D1 or the actor does. */
export async function projectActor(env: Env, kind: ActorKind, name: string): Promise<Projected> {
  const db = openDb(env.DB)
  const source = actor<Projectable<unknown>>(namespaceOf(env, kind), name)
  for (let pages = 0; pages < pagesMax; pages++) {
    const afterSeq = await throughSeqOf(db, kind, name)
    // Before the first rows: whatever D1 holds of an actor, the directory can find again.
    if (afterSeq === 0) await register(env, kind, name)
    const page = await source.projectionPage(afterSeq, pageEntries)
    const joined = await writePage(db, { actorKind: kind, actorName: name, afterSeq, ...page }, page)
    if (!joined || page.more) continue
    await source.projected(page.throughSeq)
    return 'projected'
  }
  return 'unfinished'
}

/**
 * The document is of the same moment as the log's end, so it belongs to the last page. Without a new entry D1 already
 * has it.
 */
async function writePage(db: Db, log: LogPage, page: ProjectionPage<unknown>): Promise<boolean> {
  if (page.entries.length === 0) return true
  const document = page.more ? null : page.document
  switch (log.actorKind) {
    case 'order':
      return writeOrderPage(db, log, document as OrderState | null)
    case 'stock':
      return writePositionPage(db, log, document as PositionView | null)
    case 'inbox':
      return writeInboxPage(db, log)
  }
}

function register(env: Env, kind: ActorKind, name: string): Promise<void> {
  const shard = directoryName(kind, shardOf(name, directoryShards))
  return actor<DirectoryApi>(env.DIRECTORY, shard).register([name])
}

function namespaceOf(env: Env, kind: ActorKind): DurableObjectNamespace {
  return { order: env.ORDER, stock: env.STOCK, inbox: env.INBOX }[kind]
}
