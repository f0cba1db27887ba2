/** Who waits for a SKU, in turn, and the supply each is matched to. */
import type { SkuBackorders } from '../../../domain/atp/match-backorders.ts'
import { Card } from '../design/card.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { Time } from '../design/time.tsx'
import { count } from '../design/words.ts'
import { orderPath } from '../order/order-view.ts'

const shownMax = 50

type Match = SkuBackorders['matches'][number]
type Props = {
  readonly backorders: SkuBackorders
  readonly nameOf: (location: string) => string
  readonly nowMs: number
}

export const SkuWaiting = ({ backorders, nameOf, nowMs }: Props) => {
  const { orders, unmatched, units, matches } = backorders
  if (orders === 0) return null
  const shown = matches.slice(0, shownMax)
  const note = `${count(orders, 'order')}, ${count(units, 'unit')}`
  return (
    <Card id="waiting" title="Waiting for it, in turn" note={note} live>
      <ItemTable items={shown} columns={columnsOf(nameOf, nowMs)} />
      {shown.length < orders && (
        <p class="faint">
          The first {shown.length} of {orders.toLocaleString('en-US')} are shown.
          {unmatched > 0 && ` The last ${unmatched.toLocaleString('en-US')} have nothing matched to them yet.`}
        </p>
      )}
    </Card>
  )
}

const columnsOf = (nameOf: Props['nameOf'], nowMs: number): readonly ItemColumn<Match>[] => [
  { name: 'Order', cell: ({ orderId }) => <a href={orderPath(orderId)}>{orderId}</a> },
  { name: 'Units', look: 'num', cell: ({ units }) => units.toLocaleString('en-US') },
  { name: 'Priority', look: 'num', cell: ({ priority }) => priority },
  {
    name: 'Matched to',
    cell: ({ matched, missing }) => (
      <>
        {matched.map(({ units, supplyId, location }) => (
          <div>
            {units} of <span class="mono">{supplyId ?? 'stock'}</span> at{' '}
            <span title={location}>{nameOf(location)}</span>
          </div>
        ))}
        {missing > 0 && <div class="warn-text">{missing} of nothing announced</div>}
      </>
    ),
  },
  {
    name: 'Expected',
    cell: ({ expectedAtMs }) =>
      expectedAtMs === null ? <span class="faint">not known</span> : <Time atMs={expectedAtMs} nowMs={nowMs} />,
  },
]
