/** What a shard and its position tell each other. Plain data: it crosses the wire between two actors. */
import type { Command } from './decision.ts'
import type { StockCommand, StockVerdict } from './stock-command.ts'

/** A hold that a shard granted, in full, from its escrow: the command itself, so that the position records the same. */
export type EscrowClaim = { readonly command: Command<'hold'>; readonly atMs: number }

/** Said again unchanged until it is answered, whatever else happens meanwhile. */
export type Batch = {
  /** Counts up from 1. */
  readonly number: number
  readonly claims: readonly EscrowClaim[]
  /** Units that come back unpromised. */
  readonly returned: number
}

export type Settlement = {
  readonly shard: number
  /**
   * Version of the terms by which the shard went when this was cut. Null: some of what it granted is not in the batch,
   * and may be older than these terms.
   */
  readonly heardAt: number | null
  /** Null: nothing to settle, it only asks. */
  readonly batch: Batch | null
  /** Units it would like to have on top of those it keeps. */
  readonly wants: number
  /** Commands it was asked since the last settlement: the position measures its load by them. */
  readonly asked: number
}

/** On which terms a shard promises, until it hears the next ones. */
export type EscrowTerms = {
  readonly shards: number
  /** Units ever granted to this shard. */
  readonly granted: number
  /** Its units are free even when so many are to be left by rule. */
  readonly keepBack: number
  /** Some units are one channel group's own: whoever claims for a group has to be decided by the position. */
  readonly protects: boolean
  /** Of the whole position, for whoever asks how much is left. */
  readonly available: number
  readonly version: number
}

/** Of what contradicts what the position knows: nothing of it is taken over. */
export type SettlementRefusal = { readonly refused: string }

/** What a position answers its shards. `position` is `<sku>@<location>`. */
export interface EscrowHomeApi {
  /** Answered without asking anybody, so that two shards never wait for each other. */
  settle(position: string, settlement: Settlement): Promise<EscrowTerms | SettlementRefusal>
  /** Commands that the shard leaves to the position, after it has settled. */
  decideFor(position: string, shard: number, commands: readonly StockCommand[]): Promise<readonly StockVerdict[]>
}

/** One shard of a hot position, by its `shardName`. */
export interface EscrowApi {
  /** As the position's own: what the shard does not decide itself it passes on. */
  applyMany(shard: string, commands: readonly StockCommand[]): Promise<readonly StockVerdict[]>
  /** The position asks for every claim it has not heard of, with `giveBack` for the unclaimed units as well. */
  handOver(shard: string, giveBack: boolean): Promise<void>
}
