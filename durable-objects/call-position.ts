/**
 * The one way in which claims reach a position: one call for all the commands that somebody has for it, or while it is
 * hot one call to each shard concerned. Verdicts come back in the order of the commands.
 *
 * How many shards there are is learned from the verdicts and remembered for seconds. Being wrong about it costs a
 * detour and nothing else: a shard passes on what it is not asked to decide, and the position asks its shards.
 */
import { type ActorNamespace, actor, type StockApi } from '../src/actor-apis.ts'
import type { PositionId } from '../src/domain/shared/ids.ts'
import { doorOf, shardName } from '../src/domain/stock/escrow.ts'
import { reservationsOf } from '../src/domain/stock/reservation.ts'
import type { EscrowApi } from '../src/domain/stock/settlement.ts'
import type { StockCommand, StockVerdict } from '../src/domain/stock/stock-command.ts'

/** Of all bindings, those behind which positions are. */
export type PositionActors = { readonly STOCK: ActorNamespace; readonly ESCROW: ActorNamespace }

/** After this the position itself is asked again. */
const rememberedForMs = 5_000
/** Few positions are ever hot at the same time; the one that was learned of first is forgotten first. */
const rememberedMax = 1_000

type Remembered = { readonly shards: number; readonly untilMs: number }
/** Of this isolate. Positions that serve alone are not in it. */
const shardsByPosition = new Map<PositionId, Remembered>()

export async function callPosition(
  env: PositionActors,
  position: PositionId,
  commands: readonly StockCommand[],
): Promise<readonly StockVerdict[]> {
  const shards = rememberedShards(position, Date.now())
  const verdicts =
    shards === 0 ? await callHome(env, position, commands) : await callShards(env, position, shards, commands)
  learn(position, verdicts, Date.now())
  return verdicts
}

function callHome(env: PositionActors, position: PositionId, commands: readonly StockCommand[]) {
  return actor<StockApi>(env.STOCK, position).applyMany(position, commands)
}

async function callShards(
  env: PositionActors,
  position: PositionId,
  shards: number,
  commands: readonly StockCommand[],
): Promise<readonly StockVerdict[]> {
  const doors = new Set(commands.map((command) => doorFor(command, shards)))
  // Commands of several kinds build on each other: whoever decides them has to see them in their order.
  const areMixed = commands.some(({ type }) => type !== commands[0]?.type)
  const claims = new Set(commands.map((command) => ('reservationId' in command ? command.reservationId : null)))
  if (doors.has(null) || (areMixed && claims.size > 1)) return callHome(env, position, commands)
  const verdicts = new Map<StockCommand, StockVerdict>()
  const calls = [...Map.groupBy(commands, (command) => doorFor(command, shards))].map(async ([door, own]) => {
    const name = shardName(position, door ?? 0)
    const answers = await actor<EscrowApi>(env.ESCROW, name).applyMany(name, own)
    own.forEach((command, index) => {
      const answer = answers[index]
      if (answer !== undefined) verdicts.set(command, answer)
    })
  })
  await Promise.all(calls)
  return commands.flatMap((command) => verdicts.get(command) ?? [])
}

/** Null: no reservation's business alone, so the position's own. */
function doorFor(command: StockCommand, shards: number): number | null {
  const [reservationId, ...others] = reservationsOf(command)
  return reservationId === undefined || others.length > 0 ? null : doorOf(reservationId, shards)
}

function rememberedShards(position: PositionId, nowMs: number): number {
  const remembered = shardsByPosition.get(position)
  return remembered === undefined || remembered.untilMs <= nowMs ? 0 : remembered.shards
}

/** An overloaded position says nothing of its shards. */
function learn(position: PositionId, verdicts: readonly StockVerdict[], nowMs: number): void {
  const verdict = verdicts.findLast((each) => each.ok || each.error.reason !== 'overloaded')
  if (verdict === undefined) return
  shardsByPosition.delete(position)
  if (verdict.shards === undefined || verdict.shards === 0) return
  shardsByPosition.set(position, { shards: verdict.shards, untilMs: nowMs + rememberedForMs })
  const [oldest] = shardsByPosition.keys()
  if (oldest !== undefined && shardsByPosition.size > rememberedMax) shardsByPosition.delete(oldest)
}
