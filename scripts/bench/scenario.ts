/** A scenario prepares a target, says what to send and judges afterwards whether what was answered is true. */
import type { BenchRequest } from './drive.ts'
import type { Window } from './measure.ts'
import type { Network } from './network.ts'
import type { PeerName, TargetName } from './target.ts'

/** How often each status was answered since the target was prepared, warm-ups included. */
export type Answers = Readonly<Record<string, number>>

export type Load = {
  /** A request of its own each time. */
  readonly next: () => BenchRequest
  /** A fixed rate over all connections; null: as fast as answers come. */
  readonly perSecond: number | null
  /** The one status that counts as success. */
  readonly success: number
  /** Throws when an invariant does not hold; answers figures that only show afterwards. */
  readonly verify: (answers: Answers) => Promise<Readonly<Record<string, number>>>
}
export type Prepare = (url: string, skus: readonly string[]) => Promise<Load>
type Named = {
  readonly name: string
  readonly title: string
  /** Requests a second, product ÷ peer, that the product is meant to reach at least. */
  readonly goals: Readonly<Partial<Record<PeerName, number>>>
}
/** Without HTTP and without a runtime: the product's own code in this process. Throws when an answer is not true. */
export type InProcess = Named & { readonly run: (seconds: number) => Window }
export type Scenario = Named & {
  /** Where it ships from; absent: one location. */
  readonly network?: Network
  /** Catalogue entries and positions that it needs. */
  readonly skus: number
  /** Null: at every number of connections that was asked for. */
  readonly connections: number | null
  /** Null where a peer has nothing to compare. */
  readonly load: Readonly<Record<TargetName, Prepare | null>>
}

/** What every route is meant to reach of the least worker that does the same. */
export const minimalGoal = 0.6

export function assertEqual<Value extends number | string | undefined>(what: string, found: Value, expected: Value) {
  if (found !== expected) throw new Error(`${what}: found ${found}, expected ${expected}`)
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
