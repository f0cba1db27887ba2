/**
 * The append-only history of one actor, hash-chained so that a changed, missing or swapped row shows:
 * `hash_n = SHA-256(hash_{n-1} ‖ canonical JSON of {seq, atMs, cause, event}_n)`, the first link on sixty-four zeros.
 * Cause and time are inside the hash, because who did it and when is what an audit asks.
 */
import { createHash } from 'node:crypto'
import type { AuditVerdict } from '../src/actor-apis.ts'
import type { LogEntry } from '../src/domain/order/order-command.ts'
import { canonicalJson } from '../src/domain/shared/canonical-json.ts'
import type { Cause } from '../src/domain/shared/cause.ts'
import type { Migrations } from './migrations.ts'

export const eventLogTable = `CREATE TABLE event_log (
  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, type TEXT NOT NULL, cause TEXT NOT NULL, event TEXT NOT NULL,
  hash TEXT NOT NULL) STRICT`

const logPageMax = 200
/** Rows read at a time while the chain is verified: bounds memory, not the length of the log. */
const verifyPageRows = 500
const genesisHash = '0'.repeat(64)

export type LogPage = {
  readonly entries: readonly LogEntry[]
  /** The sequence the page reaches; `afterSeq` when it is empty. */
  readonly throughSeq: number
  readonly more: boolean
}
type Head = { readonly seq: number; readonly hash: string }
type LogRow = { seq: number; at_ms: number; type: string; cause: string; event: string; hash: string }

const columns = 'seq, at_ms, type, cause, event, hash'

export class EventLog<Event extends { readonly type: string }> {
  readonly #storage: DurableObjectStorage
  readonly #migrations: Migrations
  #head: Head | null = null

  constructor(storage: DurableObjectStorage, migrations: Migrations) {
    this.#storage = storage
    this.#migrations = migrations
  }

  /** Zero for an empty log. */
  get headSeq(): number {
    return this.#loadHead().seq
  }

  /** Inside the caller's transaction, after `migrations.ensure()`. Answers the new head's sequence. */
  append(events: readonly Event[], cause: Cause, atMs: number): number {
    const causeJson = JSON.stringify(cause)
    const causeCanonical = canonicalJson(cause)
    for (const event of events) {
      const head = this.#loadHead()
      const seq = head.seq + 1
      const hash = link(head.hash, seq, atMs, causeCanonical, event)
      const insert = `INSERT INTO event_log (${columns}) VALUES (?, ?, ?, ?, ?, ?)`
      this.#storage.sql.exec(insert, seq, atMs, event.type, causeJson, JSON.stringify(event), hash)
      this.#head = { seq, hash }
    }
    return this.headSeq
  }

  /** Ascending, from the entry after `afterSeq`. */
  page(afterSeq: number, limit: number): LogPage {
    const bounded = Math.max(1, Math.min(limit, logPageMax))
    const rows = this.#rows(`WHERE seq > ? ORDER BY seq LIMIT ?`, afterSeq, bounded)
    const throughSeq = rows.at(-1)?.seq ?? afterSeq
    return { entries: rows.map(entryOf), throughSeq, more: throughSeq < this.headSeq }
  }

  /** Newest first, from the entry before `beforeSeq` (null: from the head). */
  latest(limit: number, beforeSeq: number | null): readonly LogEntry[] {
    const bounded = Math.max(1, Math.min(limit, logPageMax))
    const before = beforeSeq ?? Number.MAX_SAFE_INTEGER
    return this.#rows('WHERE seq < ? ORDER BY seq DESC LIMIT ?', before, bounded).map(entryOf)
  }

  /** Recomputes the whole chain. Reads in pages; the head in memory must be the last row as well. */
  verify(): AuditVerdict {
    let previous: Head = { seq: 0, hash: genesisHash }
    for (;;) {
      const rows = this.#rows('WHERE seq > ? ORDER BY seq LIMIT ?', previous.seq, verifyPageRows)
      for (const row of rows) {
        if (!follows(previous, row)) return verdict(previous, row.seq)
        previous = { seq: row.seq, hash: row.hash }
      }
      if (rows.length < verifyPageRows) break
    }
    const head = this.#loadHead()
    return verdict(previous, head.hash === previous.hash ? null : previous.seq + 1)
  }

  /** After a rolled-back transaction: the head is read again. */
  forget(): void {
    this.#head = null
  }

  #loadHead(): Head {
    if (this.#head) return this.#head
    const row = this.#rows('ORDER BY seq DESC LIMIT ?', 1)[0]
    this.#head = row ? { seq: row.seq, hash: row.hash } : { seq: 0, hash: genesisHash }
    return this.#head
  }

  #rows(clause: string, ...bindings: number[]): LogRow[] {
    if (!this.#migrations.applied) return []
    return this.#storage.sql.exec<LogRow>(`SELECT ${columns} FROM event_log ${clause}`, ...bindings).toArray()
  }
}

/** The entry's members stand in canonical order; the cause, which a batch shares, comes in its canonical form. */
function link(previousHash: string, seq: number, atMs: number, causeCanonical: string, event: unknown): string {
  const entry = `{"atMs":${atMs},"cause":${causeCanonical},"event":${canonicalJson(event)},"seq":${seq}}`
  return createHash('sha256')
    .update(previousHash + entry)
    .digest('hex')
}

/** An unreadable row breaks the chain as surely as a changed one. */
function follows(previous: Head, row: LogRow): boolean {
  if (row.seq !== previous.seq + 1) return false
  try {
    const event: unknown = JSON.parse(row.event)
    if ((event as { type?: unknown }).type !== row.type) return false
    const causeCanonical = canonicalJson(JSON.parse(row.cause))
    return link(previous.hash, row.seq, row.at_ms, causeCanonical, event) === row.hash
  } catch {
    return false
  }
}

function verdict(reached: Head, brokenAtSeq: number | null): AuditVerdict {
  return { entries: reached.seq, headHash: reached.hash, valid: brokenAtSeq === null, brokenAtSeq }
}

function entryOf(row: LogRow): LogEntry {
  return {
    seq: row.seq,
    atMs: row.at_ms,
    type: row.type,
    cause: JSON.parse(row.cause) as Cause,
    event: row.event,
    hash: row.hash,
  }
}
