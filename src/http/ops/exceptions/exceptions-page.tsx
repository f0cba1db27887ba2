/** Cases for people: grouped by cause while looking around, one by one within a cause. */
import type { Page } from '../../../db/page.ts'
import type { ExceptionCluster } from '../../../db/queries/exception-clusters.ts'
import type { ExceptionRow } from '../../../db/rows.ts'
import type { Money as MoneyAmount } from '../../../domain/shared/money.ts'
import { Card, Empty } from '../design/card.tsx'
import { Chip } from '../design/chip.tsx'
import { type ItemColumn, ItemTable } from '../design/item-table.tsx'
import { Pager } from '../design/list-controls.tsx'
import { Money } from '../design/money.tsx'
import { Due, Time } from '../design/time.tsx'
import { count, words } from '../design/words.ts'
import { type ListQuery, listHref } from '../list-query.ts'
import { deliveryPath, orderPath } from '../order/order-view.ts'

export const ClustersPage = ({ clusters, nowMs }: { clusters: readonly ExceptionCluster[]; nowMs: number }) => {
  const categories = [...Map.groupBy(clusters, (cluster) => cluster.category)]
  return (
    <>
      <div class="page-head">
        <h1>Exceptions</h1>
        <span class="sub">open, by cause</span>
        <div class="right">
          <a href="/ops/exceptions?status=all">Every case, resolved ones too</a>
        </div>
      </div>
      {categories.length === 0 && (
        <section class="card" aria-label="Exceptions">
          <Empty title="No open exceptions">
            A case opens when something needs a person, and closes by itself when the same order later goes through.
          </Empty>
        </section>
      )}
      {categories.map(([category, causes]) => (
        <Category category={category} causes={causes} nowMs={nowMs} />
      ))}
    </>
  )
}

type CategoryProps = { readonly category: string; readonly causes: readonly ExceptionCluster[]; readonly nowMs: number }

const Category = ({ category, causes, nowMs }: CategoryProps) => {
  const cases = causes.reduce((sum, cause) => sum + cause.cases, 0)
  return (
    <Card
      id={`category-${category}`}
      title={words(category)}
      note={`${count(cases, 'case')}, ${words(causes[0]?.team ?? '')}`}
      live
    >
      <ItemTable look="list fixed" opens items={causes} columns={causeColumns(nowMs)} />
    </Card>
  )
}

const causeColumns = (nowMs: number): readonly ItemColumn<ExceptionCluster>[] => [
  {
    name: 'Cause',
    look: 'wrap',
    cell: ({ fingerprint, message, remediation }) => (
      <>
        <a data-open="" href={listHref('/ops/exceptions', { fingerprint })}>
          {message || fingerprint}
        </a>
        <div class="soft">{remediation}</div>
      </>
    ),
  },
  { name: 'Cases', look: 'num narrow strong', cell: ({ cases }) => cases },
  { name: 'At risk', look: 'num money-col', cell: ({ moneyAtRisk }) => <AtRisk money={moneyAtRisk} /> },
  {
    name: 'First opened',
    look: 'time-col',
    cell: ({ firstOpenedAtMs }) => <Time atMs={firstOpenedAtMs} nowMs={nowMs} />,
  },
  { name: 'First due', look: 'time-col', cell: ({ firstDueAtMs }) => <Due dueAtMs={firstDueAtMs} nowMs={nowMs} /> },
]

export type CasesView = {
  readonly page: Page<ExceptionRow>
  readonly query: ListQuery
  readonly firstPage: boolean
  readonly nowMs: number
}

export const CasesPage = ({ view }: { view: CasesView }) => (
  <>
    <div class="page-head">
      <h1>{view.query.fingerprint === undefined ? 'Every case' : 'Cases of one cause'}</h1>
      <div class="right">
        <a href="/ops/exceptions">Open exceptions by cause</a>
      </div>
    </div>
    <Card id="list" title="Newest first" note={count(view.page.rows.length, 'case')} live>
      <CaseTable view={view} />
      <Pager path="/ops/exceptions" query={view.query} first={view.firstPage} nextCursor={view.page.nextCursor} />
    </Card>
  </>
)

const CaseTable = ({ view }: { view: CasesView }) => (
  <ItemTable opens items={view.page.rows} columns={caseColumns(view)} empty={<Empty title="No such case" />} />
)

const caseColumns = ({ nowMs }: CasesView): readonly ItemColumn<ExceptionRow>[] => [
  { name: 'Where', look: 'nowrap', cell: (row) => <Where row={row} /> },
  {
    name: 'Case',
    look: 'wrap whole plain',
    cell: ({ category, message }) => (
      <>
        {words(category)}
        <div class="soft">{message}</div>
      </>
    ),
  },
  {
    name: 'State',
    look: 'lead',
    cell: ({ resolvedAtMs, status }) =>
      resolvedAtMs === null ? (
        <Chip tone="bad" icon="triangle" text={words(status)} />
      ) : (
        <Chip tone="neutral" icon="check" text={words(status)} />
      ),
  },
  { name: 'Team', look: 'plain', cell: ({ team }) => words(team) },
  { name: 'At risk', look: 'num', cell: (row) => <AtRisk money={moneyOf(row)} /> },
  { name: 'Opened', cell: ({ openedAtMs }) => <Time atMs={openedAtMs} nowMs={nowMs} /> },
  {
    name: 'Due',
    cell: ({ resolvedAtMs, dueAtMs }) =>
      resolvedAtMs === null ? <Due dueAtMs={dueAtMs} nowMs={nowMs} /> : <Time atMs={dueAtMs} nowMs={nowMs} />,
  },
]

const Where = ({ row }: { row: ExceptionRow }) => {
  if (row.orderId !== null) {
    return (
      <a data-open="" class="mono" href={orderPath(row.orderId)}>
        {row.orderId}
      </a>
    )
  }
  if (row.deliveryId === null) return <span class="mono">{row.sourceName}</span>
  return (
    <a data-open="" class="mono" href={deliveryPath(row.deliveryId)}>
      {row.deliveryId}
    </a>
  )
}

const AtRisk = ({ money }: { money: readonly MoneyAmount[] }) =>
  money.length === 0 ? (
    <span class="faint">none</span>
  ) : (
    money.map((amount) => (
      <div>
        <Money {...amount} />
      </div>
    ))
  )

const moneyOf = ({ currency, moneyAtRiskMinor }: ExceptionRow): readonly MoneyAmount[] =>
  currency === null || moneyAtRiskMinor === 0 ? [] : [{ currency, amountMinor: moneyAtRiskMinor }]
