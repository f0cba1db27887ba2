/** The causes with most open cases. */
import type { ExceptionCluster } from '../../../db/queries/exception-clusters.ts'
import { Card, Empty } from '../design/card.tsx'
import { Money } from '../design/money.tsx'
import { Table } from '../design/table.tsx'
import { Due } from '../design/time.tsx'
import { words } from '../design/words.ts'
import { listHref } from '../list-query.ts'

const causesShown = 8

type Props = { readonly clusters: readonly ExceptionCluster[]; readonly nowMs: number }

export const OpenCauses = ({ clusters, nowMs }: Props) => (
  <Card id="causes" title="Open exceptions" right={<a href="/ops/exceptions">All exceptions</a>} live>
    <Table
      look="list fixed"
      columns={['Cause', ['Cases', 'num narrow'], ['At risk', 'num money-col'], ['First due', 'time-col']]}
      rows={clusters.slice(0, causesShown).map((cluster) => <CauseRow cluster={cluster} nowMs={nowMs} />)}
      empty={<Empty title="No open exceptions">Cases that need a person appear here by cause.</Empty>}
    />
  </Card>
)

const CauseRow = ({ cluster, nowMs }: { cluster: ExceptionCluster; nowMs: number }) => (
  <tr data-row="">
    <th scope="row" class="clip" title={cluster.message}>
      <a data-open="" href={listHref('/ops/exceptions', { fingerprint: cluster.fingerprint })}>
        {words(cluster.category)}
      </a>
      <span class="faint"> {words(cluster.team)}</span>
      <div class="faint clip-line">{cluster.message}</div>
    </th>
    <td class="num strong">{cluster.cases}</td>
    <td class="num">
      {cluster.moneyAtRisk.map((money) => (
        <div>
          <Money {...money} />
        </div>
      ))}
    </td>
    <td>
      <Due dueAtMs={cluster.firstDueAtMs} nowMs={nowMs} />
    </td>
  </tr>
)
