/**
 * An absolute stock figure from a warehouse or an ERP. Feeds come late, twice and out of order: only one newer than
 * the one held becomes the base, and what moved after the instant it speaks of is added on top.
 */
import { canonicalJson } from '../shared/canonical-json.ts'
import { err, ok } from '../shared/result.ts'
import { type Command, type Decided, type StockFacts, unchanged } from './decision.ts'
import { lotsRefusal } from './lot-changes.ts'
import { noPools, type PoolUnits, type Position } from './position.ts'
import { type AbsoluteFigures, rebaseEvents } from './rebase.ts'

export const snapshotReportId = (snapshotId: string) => `snapshot/${snapshotId}`

export function decideSnapshot(command: Command<'snapshot'>, facts: StockFacts): Decided {
  const { snapshotId: reference, source, sourceSequence, onHand, damaged, qualityControl } = command
  const figures = { onHand, damaged, qualityControl }
  const { lots, tolerance } = command
  const content = canonicalJson({ source, sourceSequence, asOfMs: command.asOfMs, ...figures, ...(lots && { lots }) })
  if (facts.recorded) {
    return facts.recorded.content === content
      ? unchanged()
      : err({ reason: 'movement_conflict', movementId: reference })
  }
  // A figure from the future would fence off everything that really happens until then.
  const asOfMs = Math.min(command.asOfMs, facts.nowMs)
  const told = { by: 'snapshot', reference, source, sourceSequence, asOfMs, figures } as const
  const report = { id: snapshotReportId(reference), content, occurredAtMs: asOfMs, moved: noPools }
  if (isOutdated(facts.position, command, asOfMs)) {
    const newestAsOfMs = facts.position.asOfMs.sellable
    return ok({ effect: 'stale', granted: 0, events: [{ type: 'figure_ignored', ...told, newestAsOfMs }], report })
  }
  const refusal = lotsRefusal(facts.position, lots ?? [], command.onHand)
  if (refusal) return err(refusal)
  const absolute = absoluteFigures(command, facts.position, asOfMs, facts.movedAfter(asOfMs))
  const events = rebaseEvents(facts, { ...told, lots, tolerance }, absolute)
  return ok({ effect: 'applied', granted: 0, events, report })
}

/** Of two figures for the same instant the later one to arrive holds, unless its own source numbers it as older. */
function isOutdated(position: Position, command: Command<'snapshot'>, asOfMs: number): boolean {
  if (asOfMs < position.asOfMs.sellable) return true
  const held = position.snapshot
  if (held === null || held.source !== command.source) return false
  if (held.sourceSequence === null || command.sourceSequence === null) return false
  return command.sourceSequence <= held.sourceSequence
}

/** On hand is told as a whole; what is not for sale is taken off it, as told or else as we know it for that instant. */
function absoluteFigures(
  command: Command<'snapshot'>,
  position: Position,
  asOfMs: number,
  movedSince: PoolUnits,
): AbsoluteFigures {
  const told = (pool: 'damaged' | 'qualityControl') => (asOfMs < position.asOfMs[pool] ? null : command[pool])
  const then = (pool: 'damaged' | 'qualityControl') => told(pool) ?? Math.max(0, position[pool] - movedSince[pool])
  return {
    sellable: Math.max(0, command.onHand - then('damaged') - then('qualityControl')),
    damaged: told('damaged'),
    qualityControl: told('qualityControl'),
  }
}
