/** What a SKU's positions are made of and waiting for: lots, announced supply, promises for later, protected units. */
import type { PositionSummary } from '../../../domain/atp/position-figures.ts'
import { Card, Empty } from '../design/card.tsx'
import { num, Table } from '../design/table.tsx'
import { Time } from '../design/time.tsx'
import { count, words } from '../design/words.ts'

type Props = {
  readonly summaries: readonly PositionSummary[]
  readonly nameOf: (location: string) => string
  readonly nowMs: number
}

export const SkuSupply = ({ summaries, nameOf, nowMs }: Props) => {
  const supplies = flat(summaries, ({ supplies }) => supplies).toSorted((a, b) => a.dueAtMs - b.dueAtMs)
  const demands = flat(summaries, ({ demands }) => demands).toSorted((a, b) => a.dueAtMs - b.dueAtMs)
  return (
    <Card id="supply" title="Supply and later promises" note={count(supplies.length, 'announcement')} live>
      <Table
        look="list"
        columns={['Due', 'Location', 'What', num('Units'), num('Promisable')]}
        rows={[
          ...supplies.map(({ location, dueAtMs, type, supplyId, units, confidencePercent }) => (
            <tr>
              <td>
                <Time atMs={dueAtMs} nowMs={nowMs} />
                {dueAtMs < nowMs && <span class="warn-text"> overdue</span>}
              </td>
              <td>{nameOf(location)}</td>
              <td>
                {words(type)} <span class="mono faint">{supplyId}</span>
              </td>
              <td class="num">+{units.toLocaleString('en-US')}</td>
              <td class="num">{confidencePercent} %</td>
            </tr>
          )),
          ...demands.map(({ location, dueAtMs, units }) => (
            <tr>
              <td>
                <Time atMs={dueAtMs} nowMs={nowMs} />
              </td>
              <td>{nameOf(location)}</td>
              <td>Promised for then</td>
              <td class="num">−{units.toLocaleString('en-US')}</td>
              <td class="num" />
            </tr>
          )),
        ]}
        empty={<Empty title="Nothing is announced">Purchase orders, transfers and shipping notices show here.</Empty>}
      />
    </Card>
  )
}

export const SkuLots = ({ summaries, nameOf, nowMs }: Props) => {
  const lots = flat(summaries, (figures) => figures.lots)
  const kept = flat(summaries, ({ protections }) => protections)
  if (lots.length + kept.length === 0) return null
  return (
    <Card id="lots" title="Lots and protected units" live>
      <Table
        look="list"
        columns={['Location', 'What', 'Until', num('Units')]}
        rows={[
          ...lots.map(({ location, lotId, goodUntilMs, units }) => (
            <tr>
              <td>{nameOf(location)}</td>
              <td>
                Lot <span class="mono">{lotId}</span>
              </td>
              <td>
                {goodUntilMs === null ? <span class="faint">keeps</span> : <Time atMs={goodUntilMs} nowMs={nowMs} />}
              </td>
              <td class="num">{units.toLocaleString('en-US')}</td>
            </tr>
          )),
          ...kept.map(({ location, group, releaseAtMs, units, lendsTo }) => (
            <tr>
              <td>{nameOf(location)}</td>
              <td>
                Protected for <span class="mono">{group}</span>
                {lendsTo.length > 0 && (
                  <span class="faint"> lends to {lendsTo.map((loan) => loan.group).join(', ')}</span>
                )}
              </td>
              <td>
                {releaseAtMs === null ? <span class="faint">for good</span> : <Time atMs={releaseAtMs} nowMs={nowMs} />}
              </td>
              <td class="num">{units.toLocaleString('en-US')}</td>
            </tr>
          )),
        ]}
      />
    </Card>
  )
}

function flat<Item>(
  summaries: readonly PositionSummary[],
  itemsOf: (figures: PositionSummary['figures']) => readonly Item[],
): readonly (Item & { readonly location: string })[] {
  return summaries.flatMap(({ location, figures }) => itemsOf(figures).map((item) => ({ ...item, location })))
}
