/** The causes with most open cases. */
import type { ExceptionCluster } from '../../../db/queries/exception-clusters.ts'
import { Card, Empty } from '../design/card.tsx'
import { Money } from '../design/money.tsx'
import { Due } from '../design/time.tsx'
import { words } from '../design/words.ts'
import { listHref } from '../list-query.ts'

const causesShown = 8

type Props = { readonly clusters: readonly ExceptionCluster[]; readonly nowMs: number }

export const OpenCauses = ({ clusters, nowMs }: Props) => (
  <Card id="causes" title="Open exceptions" right={<a href="/ops/exceptions">All exceptions</a>} live>
    {clusters.length === 0 ? (
      <Empty title="No open exceptions">Cases that need a person appear here by cause.</Empty>
    ) : (
      <div class="scroll">
        <table class="list fixed">
          <thead>
            <tr>
              <th scope="col">Cause</th>
              <th scope="col" class="num narrow">
                Cases
              </th>
              <th scope="col" class="num money-col">
                At risk
              </th>
              <th scope="col" class="time-col">
                First due
              </th>
            </tr>
          </thead>
          <tbody>
            {clusters.slice(0, causesShown).map((cluster) => (
              <CauseRow cluster={cluster} nowMs={nowMs} />
            ))}
          </tbody>
        </table>
      </div>
    )}
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
