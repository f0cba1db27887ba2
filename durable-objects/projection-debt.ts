/**
 * What an actor owes D1: the newest entries of its log. One row of the outbox, however often it is asked for before it
 * leaves; it stays, and is sent again, until the projection confirms that it has read that far.
 */
import { projectDelayMs } from '../src/domain/outbox/drain.ts'
import type { Env } from '../src/env.ts'
import type { ActorKind } from '../src/queue-messages.ts'
import type { Disposition } from './drain-outbox.ts'

export type ProjectEffect = { readonly kind: 'project'; readonly throughSeq: number }

export const projectRow = 'project'
/** Inboxes and feeds once had another name for it. */
export const renamedProjectRow = `UPDATE outbox SET id = 'project' WHERE id = 'projection'`

/** A wake-up whose projection never confirms is sent again after this. */
const projectAgainMs = 60_000

/** As much of `EventLog` and `Outbox` as is needed here, whatever else the outbox carries. */
type Log = { readonly headSeq: number }
type Rows = {
  add(id: string, effect: ProjectEffect, dueAtMs: number, nowMs: number): void
  settle(id: string): void
}

export class ProjectionDebt {
  readonly #log: Log
  readonly #rows: Rows

  constructor(log: Log, rows: Rows) {
    this.#log = log
    this.#rows = rows
  }

  /** Inside the transaction of what was logged. */
  owe(nowMs: number): void {
    const effect = { kind: 'project', throughSeq: this.#log.headSeq } as const
    this.#rows.add(projectRow, effect, nowMs + projectDelayMs, nowMs)
  }

  confirmed(throughSeq: number): void {
    if (throughSeq >= this.#log.headSeq) this.#rows.settle(projectRow)
  }
}

export async function wakeProjection(
  env: Env,
  actor: ActorKind,
  name: string,
  throughSeq: number,
  nowMs: number,
): Promise<Disposition> {
  await env.PROJECTIONS.send({ type: 'project', actor, name, throughSeq })
  return { againAtMs: nowMs + projectAgainMs }
}
