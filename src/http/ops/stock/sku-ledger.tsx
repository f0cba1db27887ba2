/** What happened to a SKU at all of its locations, in one ledger. */
import type { LedgerEntry } from '../../../domain/stock/stock-command.ts'
import { Card, Empty } from '../design/card.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { Time } from '../design/time.tsx'
import { words } from '../design/words.ts'
import { listHref } from '../list-query.ts'
import { transferPath } from '../transfers/transfers-page.tsx'
import type { SkuPlace } from './sku-page.tsx'

const ledgerRowsMax = 60

export const SkuLedger = ({ places, nowMs }: { places: readonly SkuPlace[]; nowMs: number }) => {
  const rows = places
    .flatMap((place) => place.ledger.map((entry) => ({ place, entry })))
    .toSorted((left, right) => right.entry.atMs - left.entry.atMs || right.entry.seq - left.entry.seq)
    .slice(0, ledgerRowsMax)
  return (
    <Card id="ledger" title="Ledger" note="newest first" live>
      <ItemTable items={rows} columns={columnsOf(nowMs)} empty={<Empty title="Nothing has moved yet" />} />
    </Card>
  )
}

type Row = { readonly place: SkuPlace; readonly entry: LedgerEntry }

const columnsOf = (nowMs: number): readonly ItemColumn<Row>[] => [
  { name: 'When', cell: ({ entry }) => <Time atMs={entry.atMs} nowMs={nowMs} /> },
  { name: 'Location', look: 'plain', cell: ({ place: { location } }) => location.name || location.id },
  { name: 'What', look: 'plain', cell: ({ entry }) => words(entry.type) },
  { name: 'Units', look: 'num', cell: ({ entry }) => entry.quantity.toLocaleString('en-US') },
  { name: 'Reference', look: 'wrap', cell: ({ entry }) => entry.reference && <Reference text={entry.reference} /> },
  { name: 'On hand after', look: 'num', cell: ({ entry }) => entry.onHandAfter.toLocaleString('en-US') },
  { name: 'Available after', look: 'num', cell: ({ entry }) => entry.availableAfter.toLocaleString('en-US') },
]

/** What an order or a transfer of ours moved leads there; any other reference is a word of whoever reported it. */
const Reference = ({ text }: { text: string }) => {
  const href = pathOf(text)
  if (href === null) return <span class="mono">{text}</span>
  return (
    <a class="mono" href={href}>
      {text}
    </a>
  )
}

export function pathOf(reference: string): string | null {
  const transfer = /^transfer\/([^/]+)$/.exec(reference)?.[1]
  if (transfer !== undefined) return transferPath(transfer)
  // Of an order are `<order>/<line>/<attempt>` and `<order>/S<n>`. A cart's look the same: the search knows them apart.
  const order = /^([^/:]+:[^/]+)\/./.exec(reference)?.[1]
  return order === undefined ? null : listHref('/ops/orders', { q: order })
}
