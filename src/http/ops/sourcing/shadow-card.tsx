/** What a profile in shadow would have made of live orders, beside what was made of them. */
import type { FigureReport, ShadowReport } from '../../../domain/sourcing/shadow-report.ts'
import { Card, Empty } from '../design/card.tsx'
import { Money } from '../design/money.tsx'
import { num, Table } from '../design/table.tsx'
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
        <Table
          columns={['Figure', ...['In force', 'In shadow', 'Difference an order', '95 in 100 between'].map(num)]}
          rows={[
            <Figure name="Splits" of={report.splits} show={plain} />,
            <Figure name="On time" of={report.onTime} show={plain} />,
            ...report.money.flatMap(({ currency, cost, margin }) => {
              const money = (amount: number) => <Money amountMinor={Math.round(amount)} currency={currency} />
              const figures = [
                [`Carriage, ${currency}`, cost],
                [`Margin, ${currency}`, margin],
              ] as const
              // Where no order has it on both sides there is nothing to compare.
              const known = figures.filter(([, figure]) => figure.orders > 0)
              return known.map(([name, figure]) => <Figure name={name} of={figure} show={money} />)
            }),
          ]}
        />
      </>
    )}
  </Card>
)

type Show = (value: number) => ReturnType<typeof Money> | string
const plain: Show = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(3))

const Figure = ({ name, of, show }: { name: string; of: FigureReport; show: Show }) => (
  <tr>
    <th scope="row">
      {name} <span class="faint">n = {of.orders}</span>
    </th>
    <td class="num">{show(of.activeTotal)}</td>
    <td class="num">{show(of.shadowTotal)}</td>
    <td class="num strong">{of.difference === null ? '' : show(of.difference.mean)}</td>
    <td class="num">
      {of.difference !== null && of.difference.low !== null && of.difference.high !== null && (
        <>
          {show(of.difference.low)} … {show(of.difference.high)}
        </>
      )}
    </td>
  </tr>
)
