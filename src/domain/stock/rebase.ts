/**
 * Taking over an absolute figure: the pool becomes figure + Σ movements after the instant the figure speaks of. One
 * older than the newest one held is ignored by the callers before it gets here.
 */
import { type PoolUnits, type Position, statesOf } from './position.ts'
import type { DriftedEvent, RebasedEvent } from './stock-event.ts'

export type AbsoluteFigures = {
  /** Null: not spoken of. */
  readonly sellable: number | null
  readonly damaged: number | null
  readonly qualityControl: number | null
}
export type Rebase = Pick<RebasedEvent, 'by' | 'reference' | 'source' | 'sourceSequence' | 'asOfMs' | 'figures'>

/** One event, two if we had believed otherwise. */
export function rebaseEvents(
  position: Position,
  rebase: Rebase,
  figures: AbsoluteFigures,
  movedSince: PoolUnits,
): readonly (RebasedEvent | DriftedEvent)[] {
  const stock = rebasedStock(position, figures, movedSince)
  const believed = statesOf(position).onHand
  const found = statesOf({
    ...position,
    sellable: stock.sellable ?? position.sellable,
    damaged: stock.damaged ?? position.damaged,
    qualityControl: stock.qualityControl ?? position.qualityControl,
  }).onHand
  const rebased: RebasedEvent = { type: 'rebased', ...rebase, stock }
  if (!position.told || found === believed) return [rebased]
  const { by, reference, asOfMs } = rebase
  return [
    rebased,
    { type: 'drifted', by, reference, asOfMs, believed, found, difference: found - believed, movedSince },
  ]
}

/** More may have left since than the figure and the arrivals we know of explain: floored, the rest is missing. */
function rebasedStock(position: Position, figures: AbsoluteFigures, movedSince: PoolUnits): RebasedEvent['stock'] {
  const since = (pool: keyof PoolUnits) => {
    const figure = figures[pool]
    return figure === null ? null : figure + movedSince[pool]
  }
  const sellable = since('sellable')
  return {
    sellable: sellable === null ? null : Math.max(0, sellable),
    missing: sellable === null ? position.missing : Math.max(0, 0 - sellable),
    damaged: since('damaged'),
    qualityControl: since('qualityControl'),
  }
}
