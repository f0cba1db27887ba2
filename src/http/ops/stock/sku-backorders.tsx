/** Who waits for a SKU, in turn, and the supply each is matched to. */
import type { SkuBackorders } from '../../../domain/atp/match-backorders.ts'
import { Card } from '../design/card.tsx'
import { num, Table } from '../design/table.tsx'
import { Time } from '../design/time.tsx'
import { count } from '../design/words.ts'
import { orderPath } from '../order/order-view.ts'

const shownMax = 50

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
      <Table
        look="list"
        columns={['Order', num('Units'), num('Priority'), 'Matched to', 'Expected']}
        rows={shown.map((match) => (
          <tr>
            <td>
              <a href={orderPath(match.orderId)}>{match.orderId}</a>
            </td>
            <td class="num">{match.units.toLocaleString('en-US')}</td>
            <td class="num">{match.priority}</td>
            <td>
              {match.matched.map(({ units: each, supplyId, location }) => (
                <div>
                  {each} of <span class="mono">{supplyId ?? 'stock'}</span> at {nameOf(location)}
                </div>
              ))}
              {match.missing > 0 && <div class="warn-text">{match.missing} of nothing announced</div>}
            </td>
            <td>
              {match.expectedAtMs === null ? (
                <span class="faint">not known</span>
              ) : (
                <Time atMs={match.expectedAtMs} nowMs={nowMs} />
              )}
            </td>
          </tr>
        ))}
      />
      {shown.length < orders && (
        <p class="faint">
          The first {shown.length} of {orders.toLocaleString('en-US')} are shown.
          {unmatched > 0 && ` The last ${unmatched.toLocaleString('en-US')} have nothing matched to them yet.`}
        </p>
      )}
    </Card>
  )
}
