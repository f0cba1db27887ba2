/** The lines: one stacked bar of quantities each, with the numbers beside it. */
import type { Child } from 'hono/jsx'
import type { Config } from '../../../domain/config/config.ts'
import type { OrderLine } from '../../../domain/order/canonical-order.ts'
import type { LineBackorder } from '../../../domain/order/line-backorders.ts'
import type { LineQuantities, LineState } from '../../../domain/order/order-state.ts'
import { Card } from '../design/card.tsx'
import { Money } from '../design/money.tsx'
import { num, Table } from '../design/table.tsx'
import { Time } from '../design/time.tsx'
import { count } from '../design/words.ts'
import { locationName, type OrderView } from './order-view.ts'

type Part = Exclude<keyof LineQuantities, 'delivered' | 'returned'>
/** In the order in which units move, so that bars read from left (done) to right (to do). */
const parts: readonly (readonly [Part, string])[] = [
  ['shipped', 'shipped'],
  ['released', 'released'],
  ['reserved', 'reserved'],
  ['backordered', 'backordered'],
  ['open', 'open'],
  ['cancelled', 'cancelled'],
]
const barWidth = 1_000

export const OrderLines = ({ view: { state, backorders, config, nowMs } }: { view: OrderView }) => {
  const ordered = new Map(state.order.lines.map((line) => [line.lineId, line]))
  return (
    <Card id="lines" title="Lines" note={count(state.lines.length, 'line')} live>
      <Table
        columns={[['Item', 'third'], num('Ordered'), 'Where the units are', num('Price'), num('Total')]}
        rows={state.lines.map((line) => (
          <LineRow line={line} source={ordered.get(line.lineId)} currency={state.order.currency}>
            {backorders.map(
              (each) => each.lineId === line.lineId && <Waiting backorder={each} config={config} nowMs={nowMs} />,
            )}
          </LineRow>
        ))}
      />
    </Card>
  )
}

type RowProps = {
  readonly line: LineState
  readonly source: OrderLine | undefined
  readonly currency: string
  readonly children: Child
}

const LineRow = ({ line, source, currency, children }: RowProps) => (
  <tr>
    <th scope="row" class="item">
      <div class="wrap">{source?.title || 'Line no longer in the order'}</div>
      <div class="faint mono wrap">
        {line.sku ?? line.externalSku ?? 'no SKU'}
        {line.sku === null && line.externalSku !== null && ' (not mapped)'}
        {line.sku !== null && line.externalSku !== null && line.externalSku !== line.sku && ` from ${line.externalSku}`}
        {line.packQuantity > 1 && ` ×${line.packQuantity} units each`}
      </div>
    </th>
    <td class="num strong">{line.ordered}</td>
    <td class="units">
      {line.notStocked ? <span class="faint">Not stocked: nothing to ship</span> : <Quantities line={line} />}
      {children}
    </td>
    <td class="num">{source && <Money amountMinor={source.unitPriceMinor} currency={currency} />}</td>
    <td class="num">
      {source && (
        <Money amountMinor={source.unitPriceMinor * source.quantity - source.discountMinor} currency={currency} />
      )}
    </td>
  </tr>
)

type WaitingProps = { readonly backorder: LineBackorder; readonly config: Config; readonly nowMs: number }

/** Which supply it is matched to, and when that is expected. */
const Waiting = ({ backorder, config, nowMs }: WaitingProps) => (
  <div class="faint">
    {backorder.matched.map(({ sku, location, supplyId, units, expectedAtMs }) => (
      <div>
        {units} {sku} from <span class="mono">{supplyId ?? 'stock'}</span> at{' '}
        <span title={location}>{locationName(config, location)}</span>
        {supplyId !== null && ', expected '}
        {supplyId !== null && <Time atMs={expectedAtMs} nowMs={nowMs} />}
      </div>
    ))}
    {backorder.missing > 0 && <div>{backorder.missing} units that nothing announced covers</div>}
  </div>
)

const Quantities = ({ line: { ordered, quantities } }: { line: Pick<LineState, 'ordered' | 'quantities'> }) => {
  const present = parts.filter(([part]) => quantities[part] > 0)
  const text = present.map(([part, name]) => `${quantities[part]} ${name}`).join(', ')
  return (
    <>
      <QuantityBar ordered={ordered} quantities={quantities} label={text || 'no units'} />
      <div class="qlegend">
        {present.map(([part, name]) => (
          <span class="key">
            <svg viewBox="0 0 8 8" aria-hidden="true">
              <rect class={`q-${part}`} width="8" height="8" />
            </svg>
            {quantities[part]} {name}
          </span>
        ))}
        {quantities.delivered > 0 && <span>{quantities.delivered} of them delivered</span>}
        {quantities.returned > 0 && <span>{quantities.returned} of them returned</span>}
      </div>
    </>
  )
}

type BarProps = { readonly ordered: number; readonly quantities: LineQuantities; readonly label: string }

/** Widths are svg attributes because the page's policy allows no inline style. */
const QuantityBar = ({ ordered, quantities, label }: BarProps) => {
  const total = Math.max(ordered, 1)
  let at = 0
  return (
    <svg class="qbar" viewBox={`0 0 ${barWidth} 8`} preserveAspectRatio="none" role="img" aria-label={label}>
      {parts.map(([part]) => {
        const width = Math.round((quantities[part] / total) * barWidth)
        const x = at
        at += width
        return width === 0 ? null : <rect class={`q-${part}`} x={x} width={width} height="8" />
      })}
    </svg>
  )
}
