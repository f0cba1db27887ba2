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
import { commitPages, type LogPage, type PageWrite, throughSeqsOf } from '../src/db/projection/commit-pages.ts'
import { feedPage } from '../src/db/projection/feed-page.ts'
import { inboxPage } from '../src/db/projection/inbox-page.ts'
import { orderPage } from '../src/db/projection/order-page.ts'
import { positionPage } from '../src/db/projection/position-page.ts'
import { transferPage } from '../src/db/projection/transfer-page.ts'
import type { OrderState } from '../src/domain/order/order-state.ts'
import { shardOf } from '../src/domain/shared/shard-of.ts'
import type { PositionView } from '../src/domain/stock/stock-command.ts'
import type { Transfer } from '../src/domain/transfer/transfer.ts'
import type { Env } from '../src/env.ts'
import type { ActorKind } from '../src/queue-messages.ts'
import { scoreShadows } from './score-shadows.ts'

/** Events may hold a whole order of 100 KB; a page of them stays far below the 32 MB of a call. */
const pageEntries = 100
/** A log longer than this in one go is left to the next message, so that one actor cannot hold up a batch. */
const pagesMax = 50

export type Projected = 'projected' | 'unfinished'
export type ActorName = { readonly kind: ActorKind; readonly name: string }
/** Null: D1 has every entry already, and the document with it. */
export type ReadPage = {
  readonly write: PageWrite | null
  readonly throughSeq: number
  /** The log goes on after this page. */
  readonly more: boolean
}

/** Safe to run any number of times, at any time, by several consumers at once. Throws when D1 or the actor does. */
export async function projectActor(env: Env, kind: ActorKind, name: string): Promise<Projected> {
  const db = openDb(env.DB)
  const source = { kind, name }
  for (let pages = 0; pages < pagesMax; pages++) {
    const [afterSeq = 0] = await throughSeqsOf(db, [source])
    const page = await readPage(env, db, source, afterSeq)
    const [joined] = page.write === null ? [true] : await commitPages(db, [page.write])
    if (!joined || page.more) continue
    await projectable(env, source).projected(page.throughSeq)
    return 'projected'
  }
  return 'unfinished'
}

export function projectable(env: Env, { kind, name }: ActorName): Projectable<unknown> {
  return actor<Projectable<unknown>>(namespaceOf(env, kind), name)
}

export async function readPage(env: Env, db: Db, source: ActorName, afterSeq: number): Promise<ReadPage> {
  const { kind, name } = source
  // Before the first rows: whatever D1 holds of an actor, the directory can find again.
  if (afterSeq === 0) await register(env, kind, name)
  const page = await projectable(env, source).projectionPage(afterSeq, pageEntries)
  const { throughSeq, more } = page
  if (page.entries.length === 0) return { write: null, throughSeq, more }
  if (kind === 'order') await scoreShadows(env, name, page.entries)
  return { write: await writeOf(db, { actorKind: kind, actorName: name, afterSeq, ...page }, page), throughSeq, more }
}

/** The document is of the same moment as the log's end, so it belongs to the last page. */
async function writeOf(db: Db, log: LogPage, page: ProjectionPage<unknown>): Promise<PageWrite> {
  const document = page.more ? null : page.document
  switch (log.actorKind) {
    case 'order':
      return orderPage(log, document as OrderState | null)
    case 'stock':
      return positionPage(db, log, document as PositionView | null)
    case 'inbox':
      return inboxPage(db, log)
    case 'location':
      // Its days are read from the actor alone: of its log only the audit trail is in D1.
      return { page: log, statements: [] }
    case 'feed':
      return feedPage(log)
    case 'transfer':
      return transferPage(log, document as Transfer | null)
  }
}

function register(env: Env, kind: ActorKind, name: string): Promise<void> {
  const shard = directoryName(kind, shardOf(name, directoryShards))
  return actor<DirectoryApi>(env.DIRECTORY, shard).register([name])
}

function namespaceOf(env: Env, kind: ActorKind): DurableObjectNamespace {
  const { ORDER, STOCK, INBOX, LOCATION, FEED, TRANSFER } = env
  return { order: ORDER, stock: STOCK, inbox: INBOX, location: LOCATION, feed: FEED, transfer: TRANSFER }[kind]
}
