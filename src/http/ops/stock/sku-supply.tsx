/** What a SKU's positions are made of and waiting for: lots, announced supply, promises for later, protected units. */
import type { Child } from 'hono/jsx'
import type { PositionSummary, ProtectionFigure, SupplyFigure } from '../../../domain/atp/position-figures.ts'
import { Card, Empty } from '../design/card.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { Time } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import type { SortingOf } from '../sorting.ts'

type Props = {
  readonly summaries: readonly PositionSummary[]
  readonly nameOf: (location: string) => string
  readonly sorting: SortingOf
  readonly nowMs: number
}

/** Announced supply, or units that are promised for a later day: those are taken away. */
type Coming = {
  readonly location: string
  readonly dueAtMs: number
  readonly units: number
  readonly supply: Pick<SupplyFigure, 'type' | 'supplyId' | 'confidencePercent'> | null
}

export const SkuSupply = ({ summaries, nameOf, sorting, nowMs }: Props) => {
  const supplies = flat(summaries, (figures) => figures.supplies).map((supply) => ({ ...supply, supply }))
  const demands = flat(summaries, (figures) => figures.demands)
  const taken = demands.map((demand) => ({ ...demand, units: -demand.units, supply: null }))
  const byDue = (left: Coming, right: Coming) => left.dueAtMs - right.dueAtMs
  return (
    <Card id="supply" title="Supply and later promises" note={count(supplies.length, 'announcement')} live>
      <ItemTable
        items={[...supplies.toSorted(byDue), ...taken.toSorted(byDue)]}
        columns={comingColumns(nameOf, nowMs)}
        sorting={sorting('supply')}
        empty={<Empty title="Nothing is announced">Purchase orders, transfers and shipping notices show here.</Empty>}
      />
    </Card>
  )
}

const comingColumns = (nameOf: Props['nameOf'], nowMs: number): readonly ItemColumn<Coming>[] => [
  {
    name: 'Due',
    sortBy: ({ dueAtMs }) => dueAtMs,
    cell: ({ dueAtMs, supply }) => (
      <>
        <Time atMs={dueAtMs} nowMs={nowMs} />
        {supply !== null && dueAtMs < nowMs && <span class="warn-text"> overdue</span>}
      </>
    ),
  },
  { name: 'Location', sortBy: ({ location }) => nameOf(location), cell: ({ location }) => nameOf(location) },
  {
    name: 'What',
    cell: ({ supply }) =>
      supply === null ? (
        'Promised for then'
      ) : (
        <>
          {words(supply.type)} <span class="mono faint">{supply.supplyId}</span>
        </>
      ),
  },
  {
    name: 'Units',
    look: 'num',
    sortBy: ({ units }) => units,
    cell: ({ units }) => `${units < 0 ? '−' : '+'}${Math.abs(units).toLocaleString('en-US')}`,
  },
  {
    name: 'Promisable',
    look: 'num',
    sortBy: ({ supply }) => supply?.confidencePercent ?? null,
    cell: ({ supply }) => supply && `${supply.confidencePercent} %`,
  },
]

/** Units of a lot, or units that are kept for a channel group. */
type Kept = {
  readonly location: string
  readonly what: Child
  readonly untilMs: number | null
  readonly without: string
  readonly units: number
}

export const SkuLots = ({ summaries, nameOf, sorting, nowMs }: Props) => {
  const lots = flat(summaries, (figures) => figures.lots).map(({ location, lotId, goodUntilMs, units }) => {
    const what = (
      <>
        Lot <span class="mono">{lotId}</span>
      </>
    )
    return { location, what, untilMs: goodUntilMs, without: 'keeps', units }
  })
  const kept = flat(summaries, ({ protections }) => protections).map(({ location, releaseAtMs, units, ...of }) => {
    return { location, what: <Protected {...of} />, untilMs: releaseAtMs, without: 'for good', units }
  })
  if (lots.length + kept.length === 0) return null
  return (
    <Card id="lots" title="Lots and protected units" live>
      <ItemTable items={[...lots, ...kept]} columns={keptColumns(nameOf, nowMs)} sorting={sorting('lots')} />
    </Card>
  )
}

const Protected = ({ group, lendsTo }: Pick<ProtectionFigure, 'group' | 'lendsTo'>) => (
  <>
    Protected for <span class="mono">{group}</span>
    {lendsTo.length > 0 && <span class="faint"> lends to {lendsTo.map((loan) => loan.group).join(', ')}</span>}
  </>
)

const keptColumns = (nameOf: Props['nameOf'], nowMs: number): readonly ItemColumn<Kept>[] => [
  { name: 'Location', sortBy: ({ location }) => nameOf(location), cell: ({ location }) => nameOf(location) },
  { name: 'What', cell: ({ what }) => what },
  {
    name: 'Until',
    sortBy: ({ untilMs }) => untilMs,
    cell: ({ untilMs, without }) =>
      untilMs === null ? <span class="faint">{without}</span> : <Time atMs={untilMs} nowMs={nowMs} />,
  },
  { name: 'Units', look: 'num', sortBy: ({ units }) => units, cell: ({ units }) => units.toLocaleString('en-US') },
]

function flat<Item>(
  summaries: readonly PositionSummary[],
  itemsOf: (figures: PositionSummary['figures']) => readonly Item[],
): readonly (Item & { readonly location: string })[] {
  return summaries.flatMap(({ location, figures }) => itemsOf(figures).map((item) => ({ ...item, location })))
}
