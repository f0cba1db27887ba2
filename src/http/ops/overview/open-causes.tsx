/** What is open, by kind: many causes of one kind are one row, so that none of them hides another kind. */
import type { ExceptionCluster } from '../../../db/queries/exception-clusters.ts'
import type { Money as MoneyAmount } from '../../../domain/shared/money.ts'
import { Card, Empty } from '../design/card.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { Money } from '../design/money.tsx'
import { Due } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import { listHref } from '../list-query.ts'

const kindsShown = 8

type Kind = { readonly category: string; readonly causes: readonly ExceptionCluster[]; readonly cases: number }
type Props = { readonly clusters: readonly ExceptionCluster[]; readonly nowMs: number }

export const OpenCauses = ({ clusters, nowMs }: Props) => {
  const kinds = [...Map.groupBy(clusters, ({ category }) => category)]
    .map(([category, causes]): Kind => ({ category, causes, cases: causes.reduce((sum, { cases }) => sum + cases, 0) }))
    .sort((a, b) => b.cases - a.cases || a.category.localeCompare(b.category))
  return (
    <Card id="causes" title="Open exceptions" right={<a href="/ops/exceptions">All exceptions</a>} live>
      <ItemTable
        look="list fixed"
        opens
        items={kinds.slice(0, kindsShown)}
        columns={columnsOf(nowMs)}
        empty={<Empty title="No open exceptions">Cases that need a person appear here by kind.</Empty>}
      />
    </Card>
  )
}

const columnsOf = (nowMs: number): readonly ItemColumn<Kind>[] => [
  { name: 'Kind', look: 'clip', cell: (kind) => <KindName kind={kind} /> },
  { name: 'Cases', look: 'num narrow strong', cell: ({ cases }) => cases },
  {
    name: 'At risk',
    look: 'num money-col',
    cell: ({ causes }) => {
      const amounts = sums(causes.flatMap(({ moneyAtRisk }) => moneyAtRisk))
      return amounts.length === 0 ? (
        <span class="faint">none</span>
      ) : (
        amounts.map((money) => (
          <div>
            <Money {...money} />
          </div>
        ))
      )
    },
  },
  {
    name: 'First due',
    look: 'time-col',
    cell: ({ causes }) => <Due dueAtMs={Math.min(...causes.map((cause) => cause.firstDueAtMs))} nowMs={nowMs} />,
  },
]

/** One cause leads to its cases, several to the list of them; the message of the largest stands for all. */
const KindName = ({ kind: { category, causes } }: { kind: Kind }) => {
  const [first, ...others] = causes
  const href = listHref(
    '/ops/exceptions',
    others.length > 0 || !first ? { category } : { fingerprint: first.fingerprint },
  )
  return (
    <>
      <a data-open="" href={href}>
        {words(category)}
      </a>
      <span class="faint"> {words(first?.team ?? '')}</span>
      <div class="faint clip-line" title={first?.message}>
        {first?.message}
        {others.length > 0 && ` And ${count(others.length, 'other cause')}.`}
      </div>
    </>
  )
}

/** One for each currency: money of several currencies is never added up. */
const sums = (amounts: readonly MoneyAmount[]): readonly MoneyAmount[] =>
  [...Map.groupBy(amounts, ({ currency }) => currency)].map(([currency, each]) => ({
    currency,
    amountMinor: each.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
  }))
