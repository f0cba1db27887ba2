/**
 * Taking over an absolute figure: the pool becomes figure + Σ movements after the instant the figure speaks of, and the
 * lots alike if it told them. One older than the newest one held is ignored by the callers before it gets here.
 */
import type { StockFacts } from './decision.ts'
import type { Position } from './position.ts'
import { onHandOf } from './states.ts'
import type { DriftTolerance, LotUnits } from './stock-command.ts'
import type { DriftedEvent, LotChange, RebasedEvent } from './stock-event.ts'

export type AbsoluteFigures = {
  /** Null: not spoken of. */
  readonly sellable: number | null
  readonly damaged: number | null
  readonly qualityControl: number | null
}
export type Rebase = Pick<RebasedEvent, 'by' | 'reference' | 'source' | 'sourceSequence' | 'asOfMs' | 'figures'> & {
  /** Every lot there is; absent: the figure told none. */
  readonly lots?: readonly LotUnits[] | undefined
  readonly tolerance?: DriftTolerance | undefined
}

/** One event, two if we had believed otherwise. */
export function rebaseEvents(
  facts: StockFacts,
  { lots, tolerance = exactly, ...rebase }: Rebase,
  figures: AbsoluteFigures,
): readonly (RebasedEvent | DriftedEvent)[] {
  const { position } = facts
  const { by, reference, asOfMs } = rebase
  const stock = rebasedStock(facts, figures, asOfMs)
  const told = lots === undefined ? {} : { lots: rebasedLots(facts, lots, asOfMs) }
  const believed = onHandOf(position)
  const found = onHandOf({
    sellable: stock.sellable ?? position.sellable,
    damaged: stock.damaged ?? position.damaged,
    qualityControl: stock.qualityControl ?? position.qualityControl,
  })
  const rebased: RebasedEvent = { type: 'rebased', ...rebase, stock, ...told }
  if (!position.told || found === believed) return [rebased]
  const difference = found - believed
  const drifted: DriftedEvent = {
    type: 'drifted',
    by,
    reference,
    asOfMs,
    believed,
    found,
    difference,
    movedSince: facts.movedAfter(asOfMs),
    movements: facts.movementsAfter(asOfMs),
    beyondTolerance: isBeyond(difference, believed, tolerance),
  }
  return [rebased, drifted]
}

const exactly: DriftTolerance = { units: 0, percent: 0 }

function isBeyond(difference: number, believed: number, { units, percent }: DriftTolerance): boolean {
  const off = Math.abs(difference)
  return off > units && off * 100 > believed * percent
}

/** More may have left since than the figure and the arrivals we know of explain: floored, the rest is missing. */
function rebasedStock(facts: StockFacts, figures: AbsoluteFigures, asOfMs: number): RebasedEvent['stock'] {
  const movedSince = facts.movedAfter(asOfMs)
  const since = (pool: keyof AbsoluteFigures) => {
    const figure = figures[pool]
    return figure === null ? null : figure + movedSince[pool]
  }
  const sellable = since('sellable')
  return {
    sellable: sellable === null ? null : Math.max(0, sellable),
    missing: sellable === null ? facts.position.missing : Math.max(0, 0 - sellable),
    damaged: since('damaged'),
    qualityControl: since('qualityControl'),
  }
}

function rebasedLots(facts: StockFacts, lots: readonly LotUnits[], asOfMs: number): readonly LotChange[] {
  const moved = facts.lotsMovedAfter(asOfMs)
  const told = lots.map(({ lotId, quantity, goodUntilMs }) => ({ lotId, units: quantity, goodUntilMs }))
  const all = Map.groupBy([...told, ...moved], ({ lotId }) => lotId)
  return [...all].map(([lotId, parts]) => ({
    lotId,
    units: parts.reduce((sum, { units }) => sum + units, 0),
    goodUntilMs: parts.find(({ goodUntilMs }) => goodUntilMs !== null)?.goodUntilMs ?? lifeOf(facts.position, lotId),
  }))
}

/** A figure that names a lot without its date leaves it as it is known. */
function lifeOf({ lots }: Position, lotId: string): number | null {
  return lots.find((lot) => lot.lotId === lotId)?.goodUntilMs ?? null
}
