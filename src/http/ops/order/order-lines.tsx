/** The lines: one stacked bar of quantities each, with the numbers beside it. */
import type { Config } from '../../../domain/config/config.ts'
import type { OrderLine } from '../../../domain/order/canonical-order.ts'
import type { LineBackorder } from '../../../domain/order/line-backorders.ts'
import type { LineQuantities, LineState } from '../../../domain/order/order-state.ts'
import { Card } from '../design/card.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { Money } from '../design/money.tsx'
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

export const OrderLines = ({ view }: { view: OrderView }) => (
  <Card id="lines" title="Lines" note={count(view.state.lines.length, 'line')} live>
    <ItemTable look="" items={view.state.lines} columns={columnsOf(view)} />
  </Card>
)

function columnsOf({ state: { order }, backorders, config, nowMs }: OrderView): readonly ItemColumn<LineState>[] {
  const asked = new Map(order.lines.map((line) => [line.lineId, line]))
  const money = (name: string, of: (source: OrderLine) => number): ItemColumn<LineState> => ({
    ...{ name, look: 'num' },
    cell: ({ lineId }) => {
      const source = asked.get(lineId)
      return source && <Money amountMinor={of(source)} currency={order.currency} />
    },
  })
  return [
    { name: 'Item', look: 'third item', cell: (line) => <Item line={line} title={asked.get(line.lineId)?.title} /> },
    { name: 'Ordered', look: 'num strong', cell: ({ ordered }) => ordered },
    {
      name: 'Where the units are',
      look: 'units whole',
      cell: (line) => (
        <>
          {line.notStocked ? <span class="faint">Not stocked: nothing to ship</span> : <Quantities line={line} />}
          {backorders
            .filter(({ lineId }) => lineId === line.lineId)
            .map((backorder) => (
              <Waiting backorder={backorder} config={config} nowMs={nowMs} />
            ))}
        </>
      ),
    },
    money('Price', ({ unitPriceMinor }) => unitPriceMinor),
    money('Total', ({ unitPriceMinor, quantity, discountMinor }) => unitPriceMinor * quantity - discountMinor),
  ]
}

const Item = ({ line, title }: { line: LineState; title: string | undefined }) => (
  <>
    <div class="wrap">{title || 'Line no longer in the order'}</div>
    <div class="faint mono wrap">
      {line.sku ?? line.externalSku ?? 'no SKU'}
      {line.sku === null && line.externalSku !== null && ' (not mapped)'}
      {line.sku !== null && line.externalSku !== null && line.externalSku !== line.sku && ` from ${line.externalSku}`}
      {line.packQuantity > 1 && ` ×${line.packQuantity} units each`}
    </div>
  </>
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
