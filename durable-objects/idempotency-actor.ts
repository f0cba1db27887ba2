/**
 * IdempotencyActor, sharded per API key: remembers for a day what each `Idempotency-Key` was answered. Concurrent calls
 * share a commit, since every write route passes here twice.
 */

import { DurableObject } from 'cloudflare:workers'
import type { IdempotencyAnswer, IdempotencyApi } from '../src/actor-apis.ts'
import {
  begin,
  finish,
  type IdempotencyRecord,
  retentionMs,
  type StoredAnswer,
} from '../src/domain/idempotency/idempotency.ts'
import { ok, type Result } from '../src/domain/shared/result.ts'
import type { Env } from '../src/env.ts'
import { AlarmClock } from './alarm-clock.ts'
import { AtomicWrites } from './atomic-writes.ts'
import { GroupCommit } from './group-commit.ts'
import { Migrations } from './migrations.ts'

const steps = [
  {
    id: 1,
    statements: [
      `CREATE TABLE idempotency_key (
        key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, begun_at_ms INTEGER NOT NULL, lease_until_ms INTEGER NOT NULL,
        answer TEXT) STRICT`,
      'CREATE INDEX idempotency_key_begun ON idempotency_key (begun_at_ms)',
    ],
  },
]

/** Rows deleted per alarm; the rest follows at the next one. */
const tidySliceMax = 1_000
/** Expired keys wait for each other, so that a steady trickle does not wake the actor for each of them. */
const tidyDelayMs = 10 * 60_000

type Asked = { readonly type: 'begin'; readonly key: string; readonly fingerprint: string }
type Told = {
  readonly type: 'finish'
  readonly key: string
  readonly fingerprint: string
  readonly answer: StoredAnswer | null
}
type Row = { fingerprint: string; begun_at_ms: number; lease_until_ms: number; answer: string | null }

export class IdempotencyActor extends DurableObject<Env> implements IdempotencyApi {
  readonly #migrations = new Migrations(this.ctx.storage, steps)
  readonly #clock = new AlarmClock(this.ctx.storage, [{ nextDueMs: () => this.#nextTidyMs() }])
  readonly #writes = new AtomicWrites(this.ctx, this.#migrations, this.#clock, [])
  readonly #calls = new GroupCommit<Asked | Told, IdempotencyAnswer>((calls) => this.#applyAll(calls))

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    void ctx.blockConcurrencyWhile(() => this.#clock.resume(Date.now()))
  }

  async begin(key: string, fingerprint: string): Promise<IdempotencyAnswer> {
    return this.#join({ type: 'begin', key, fingerprint })
  }

  async finish(key: string, fingerprint: string, answer: StoredAnswer | null): Promise<void> {
    await this.#join({ type: 'finish', key, fingerprint, answer })
  }

  override alarm(): Promise<void> {
    return this.#writes.alarmRound('idempotency_alarm_failed', async () => this.#forgetOld(Date.now()))
  }

  #join(call: Asked | Told): Promise<IdempotencyAnswer> {
    const answer = this.#calls.join(call)
    if (answer === null) throw new Error('overloaded')
    return answer
  }

  #applyAll(calls: readonly (Asked | Told)[]): readonly Result<IdempotencyAnswer, unknown>[] {
    return this.#writes.commit((nowMs) => calls.map((call) => ok(this.#apply(call, nowMs))))
  }

  #apply(call: Asked | Told, nowMs: number): IdempotencyAnswer {
    const record = this.#find(call.key)
    if (call.type === 'begin') {
      const { verdict, store } = begin(record, call.fingerprint, nowMs)
      if (store) this.#store(call.key, store)
      return verdict
    }
    const decision = finish(record, call.fingerprint, call.answer)
    if (decision.type === 'store') this.#store(call.key, decision.record)
    if (decision.type === 'forget') this.ctx.storage.sql.exec('DELETE FROM idempotency_key WHERE key = ?', call.key)
    return { kind: 'proceed' }
  }

  #find(key: string): IdempotencyRecord | null {
    const query = 'SELECT fingerprint, begun_at_ms, lease_until_ms, answer FROM idempotency_key WHERE key = ?'
    const row = this.ctx.storage.sql.exec<Row>(query, key).toArray()[0]
    return row ? recordOf(row) : null
  }

  #store(key: string, record: IdempotencyRecord): void {
    const upsert = `INSERT OR REPLACE INTO idempotency_key (key, fingerprint, begun_at_ms, lease_until_ms, answer)
      VALUES (?, ?, ?, ?, ?)`
    const answer = record.answer === null ? null : JSON.stringify(record.answer)
    this.ctx.storage.sql.exec(upsert, key, record.fingerprint, record.begunAtMs, record.leaseUntilMs, answer)
  }

  #nextTidyMs(): number | null {
    if (!this.#migrations.applied) return null
    const query = 'SELECT MIN(begun_at_ms) AS oldest FROM idempotency_key'
    const { oldest } = this.ctx.storage.sql.exec<{ oldest: number | null }>(query).one()
    return oldest === null ? null : oldest + retentionMs + tidyDelayMs
  }

  #forgetOld(nowMs: number): void {
    if (!this.#migrations.applied) return
    const remove = `DELETE FROM idempotency_key WHERE key IN (
      SELECT key FROM idempotency_key WHERE begun_at_ms <= ? ORDER BY begun_at_ms LIMIT ?)`
    this.ctx.storage.sql.exec(remove, nowMs - retentionMs, tidySliceMax)
  }
}

/** Written by this actor from an answer of our own: parsed, not validated again. */
function recordOf(row: Row): IdempotencyRecord {
  return {
    fingerprint: row.fingerprint,
    begunAtMs: row.begun_at_ms,
    leaseUntilMs: row.lease_until_ms,
    answer: row.answer === null ? null : (JSON.parse(row.answer) as StoredAnswer),
  }
}
