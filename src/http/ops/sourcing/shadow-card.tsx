/** What a profile in shadow would have made of live orders, beside what was made of them. */
import type { Child } from 'hono/jsx'
import type { FigureReport, ShadowReport } from '../../../domain/sourcing/shadow-report.ts'
import { Card, Empty } from '../design/card.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { Money } from '../design/money.tsx'
import { count } from '../design/words.ts'

type Props = { readonly report: ShadowReport; readonly isOver: boolean }

export const ShadowCard = ({ report, isOver }: Props) => (
  <Card id="shadow" title="Shadow" note={`${count(report.orders, 'order')} compared${isOver ? ', over' : ''}`} live>
    {report.orders === 0 ? (
      <Empty title={isOver ? 'Nothing was compared' : 'Nothing compared yet'}>
        {isOver ? 'No order was planned while it ran.' : 'Orders that are planned from now on show here.'}
      </Empty>
    ) : (
      <>
        <p class="pad soft">
          {count(report.differing, 'order')} would have gone elsewhere. Units nobody could serve:{' '}
          {report.activeUnplannedUnits} in force, {report.shadowUnplannedUnits} in shadow.
        </p>
        <ItemTable look="" items={figuresOf(report)} columns={columns} />
      </>
    )}
  </Card>
)

/** A figure of both sides with how it is told: a sum, or what it comes to an order. */
type Shown = { readonly name: string; readonly of: FigureReport; readonly show: (value: number) => Child }

const plain = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(3))

function figuresOf({ splits, onTime, money }: ShadowReport): readonly Shown[] {
  const amounts = money.flatMap(({ currency, cost, margin }): Shown[] => {
    const show = (amount: number) => <Money amountMinor={Math.round(amount)} currency={currency} />
    return [
      { name: `Carriage, ${currency}`, of: cost, show },
      { name: `Margin, ${currency}`, of: margin, show },
    ]
  })
  return [
    { name: 'Parcels beyond one an order', of: splits, show: plain },
    { name: 'Orders on time', of: onTime, show: plain },
    // Where no order has it on both sides there is nothing to compare.
    ...amounts.filter(({ of }) => of.orders > 0),
  ]
}

const columns: readonly ItemColumn<Shown>[] = [
  {
    name: 'Figure',
    cell: ({ name, of }) => (
      <>
        {name} <span class="faint">of {count(of.orders, 'order')}</span>
      </>
    ),
  },
  { name: 'In force', look: 'num', cell: ({ of, show }) => show(of.activeTotal) },
  { name: 'In shadow', look: 'num', cell: ({ of, show }) => show(of.shadowTotal) },
  {
    name: 'Difference an order',
    look: 'num strong',
    cell: ({ of: { difference }, show }) => difference && signed(difference.mean, show),
  },
  {
    name: '95 in 100 between',
    look: 'num',
    cell: ({ of: { difference }, show }) =>
      difference !== null &&
      difference.low !== null &&
      difference.high !== null && (
        <>
          {signed(difference.low, show)} … {signed(difference.high, show)}
        </>
      ),
  },
]

/** A difference says which way it goes. */
const signed = (value: number, show: Shown['show']) => (
  <>
    {value > 0 ? '+' : value < 0 ? '−' : ''}
    {show(Math.abs(value))}
  </>
)
