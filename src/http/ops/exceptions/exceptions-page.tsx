/** Cases for people: grouped by cause while looking around, one by one within a cause. */
import type { Page } from '../../../db/page.ts'
import type { ExceptionCluster } from '../../../db/queries/exception-clusters.ts'
import type { ExceptionRow } from '../../../db/rows.ts'
import type { Money as MoneyAmount } from '../../../domain/shared/money.ts'
import { Card, Empty } from '../design/card.tsx'
import { Chip } from '../design/chip.tsx'
import { Pager } from '../design/list-controls.tsx'
import { Money } from '../design/money.tsx'
import { num, Table } from '../design/table.tsx'
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
      <Table
        look="list fixed"
        columns={[
          'Cause',
          ['Cases', 'num narrow'],
          ['At risk', 'num money-col'],
          ['First opened', 'time-col'],
          ['First due', 'time-col'],
        ]}
        rows={causes.map((cause) => <CauseRow cause={cause} nowMs={nowMs} />)}
      />
    </Card>
  )
}

const CauseRow = ({ cause, nowMs }: { cause: ExceptionCluster; nowMs: number }) => (
  <tr data-row="">
    <th scope="row" class="wrap">
      <a data-open="" href={listHref('/ops/exceptions', { fingerprint: cause.fingerprint })}>
        {cause.message || cause.fingerprint}
      </a>
      <div class="soft">{cause.remediation}</div>
    </th>
    <td class="num strong">{cause.cases}</td>
    <td class="num">
      <AtRisk money={cause.moneyAtRisk} />
    </td>
    <td>
      <Time atMs={cause.firstOpenedAtMs} nowMs={nowMs} />
    </td>
    <td>
      <Due dueAtMs={cause.firstDueAtMs} nowMs={nowMs} />
    </td>
  </tr>
)

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
  <Table
    look="list"
    columns={['Where', 'Case', 'State', 'Team', num('At risk'), 'Opened', 'Due']}
    rows={view.page.rows.map((row) => <CaseRow row={row} nowMs={view.nowMs} />)}
    empty={<Empty title="No such case" />}
  />
)

const CaseRow = ({ row, nowMs }: { row: ExceptionRow; nowMs: number }) => (
  <tr data-row="">
    <th scope="row" class="mono">
      <Where row={row} />
    </th>
    <td class="wrap">
      {words(row.category)}
      <div class="soft">{row.message}</div>
    </td>
    <td>
      {row.resolvedAtMs === null ? (
        <Chip tone="bad" icon="triangle" text={words(row.status)} />
      ) : (
        <Chip tone="neutral" icon="check" text={words(row.status)} />
      )}
    </td>
    <td>{words(row.team)}</td>
    <td class="num">
      <AtRisk money={moneyOf(row)} />
    </td>
    <td>
      <Time atMs={row.openedAtMs} nowMs={nowMs} />
    </td>
    <td>
      {row.resolvedAtMs === null ? (
        <Due dueAtMs={row.dueAtMs} nowMs={nowMs} />
      ) : (
        <Time atMs={row.dueAtMs} nowMs={nowMs} />
      )}
    </td>
  </tr>
)

const Where = ({ row }: { row: ExceptionRow }) => {
  if (row.orderId !== null) {
    return (
      <a data-open="" href={orderPath(row.orderId)}>
        {row.orderId}
      </a>
    )
  }
  if (row.deliveryId === null) return row.sourceName
  return (
    <a data-open="" href={deliveryPath(row.deliveryId)}>
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
