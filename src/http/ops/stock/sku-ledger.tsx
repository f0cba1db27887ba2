/** What happened to a SKU at all of its locations, in one ledger. */
import { Card, Empty } from '../design/card.tsx'
import { num, Table } from '../design/table.tsx'
import { Time } from '../design/time.tsx'
import { words } from '../design/words.ts'
import type { SkuPlace } from './sku-page.tsx'

const ledgerRowsMax = 60

export const SkuLedger = ({ places, nowMs }: { places: readonly SkuPlace[]; nowMs: number }) => {
  const rows = places
    .flatMap((place) => place.ledger.map((entry) => ({ place, entry })))
    .toSorted((left, right) => right.entry.atMs - left.entry.atMs || right.entry.seq - left.entry.seq)
    .slice(0, ledgerRowsMax)
  return (
    <Card id="ledger" title="Ledger" note="newest first" live>
      <Table
        look="list"
        columns={['When', 'Location', 'What', num('Units'), 'Reference', num('On hand after'), num('Available after')]}
        rows={rows.map(({ place, entry }) => (
          <tr>
            <td>
              <Time atMs={entry.atMs} nowMs={nowMs} />
            </td>
            <td>{place.location.name || place.location.id}</td>
            <td>{words(entry.type)}</td>
            <td class="num">{entry.quantity.toLocaleString('en-US')}</td>
            <td class="mono wrap">{entry.reference ?? ''}</td>
            <td class="num">{entry.onHandAfter.toLocaleString('en-US')}</td>
            <td class="num">{entry.availableAfter.toLocaleString('en-US')}</td>
          </tr>
        ))}
        empty={<Empty title="Nothing has moved yet" />}
      />
    </Card>
  )
}
